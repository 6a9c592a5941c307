"""From a figure to a grade, a share of the quality score, and a plain sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from polyvox.domain.samples import Grade, Measure


@dataclass(frozen=True, slots=True)
class Scale:
    """What a figure is worth. The four ascend where less is better, and descend where more is.

    Up to ``full`` nothing could be better (score 1); from ``good`` on it is fair (0.8); from ``bad``
    on it is bad (0.4); at ``zero`` it is worth nothing. Between them the score is linear.
    """

    full: float
    good: float
    bad: float
    zero: float

    def score(self, value: float) -> float:
        """From 0 to 1."""
        points = np.array([self.full, self.good, self.bad, self.zero])
        sign = self._sign
        return float(np.interp(sign * value, sign * points, [1.0, 0.8, 0.4, 0.0]))

    def grade(self, value: float) -> Grade:
        distance = self._sign * value
        if distance <= self._sign * self.good:
            return Grade.GOOD
        return Grade.FAIR if distance < self._sign * self.bad else Grade.BAD

    @property
    def _sign(self) -> int:
        return 1 if self.zero > self.full else -1


@dataclass(frozen=True, slots=True)
class Rule:
    """How one measure is named, graded and explained; ``weight`` is its part of the score.

    ``well``, ``advice`` and ``unknown`` are the sentences for a good figure, a worse one, and none.
    """

    name: str
    unit: str
    threshold: str
    scale: Scale
    weight: float
    well: str
    advice: str
    unknown: str = "Too little speech to tell."

    def measure(self, value: float | None) -> Measure:
        grade = Grade.UNKNOWN if value is None else self.scale.grade(value)
        sentence = {Grade.GOOD: self.well, Grade.UNKNOWN: self.unknown}.get(grade, self.advice)
        return Measure(
            name=self.name,
            value=None if value is None else round(value, 4),
            unit=self.unit,
            threshold=self.threshold,
            verdict=grade,
            score=None if value is None else round(self.scale.score(value), 3),
            advice=sentence,
        )


def quality_score(figures: Iterable[tuple[Rule, float | None]]) -> float:
    """The weighted geometric mean of the scores, 0 to 1: one hopeless figure pulls all down.

    ``exp(Σ wᵢ·ln sᵢ / Σ wᵢ)`` over the figures that could be told, where each sᵢ is at least 0.01.
    """
    known = [(rule, value) for rule, value in figures if value is not None]
    weights = np.array([rule.weight for rule, _ in known])
    scores = np.array([rule.scale.score(value) for rule, value in known])
    if not weights.sum():
        return 0.0
    return float(np.exp(np.average(np.log(np.maximum(scores, 0.01)), weights=weights)))

"""Rows of the table: two sides measured in turns, as one ratio with its spread and its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Literal

FEW = 4
"""With fewer rounds than this the spread is the extremes, else the middle half."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio, on our own figure, or on what ours has more than the base's, in the
    row's unit."""

    bound: float
    of: Literal["ratio", "ours", "added"] = "ratio"
    least: bool = False

    def met(self, row: Row) -> bool:
        values = {"ratio": row.ratio, "ours": row.ours, "added": row.ours - row.base}
        value = values[self.of]
        return value >= self.bound if self.least else value <= self.bound

    def text(self, unit: str) -> str:
        sign = "+" if self.of == "added" else ""
        bound = f"{sign}{self.bound:g}{'×' if self.of == 'ratio' else f' {unit}'}"
        return f"{'≥' if self.least else '≤'} {bound}"


@dataclass(slots=True)
class Pairs:
    """One figure per round and side. Both sides of a round did the same work, so their ratio
    leaves out what made the round itself easy or hard."""

    ours: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [ours / base for ours, base in zip(self.ours, self.base, strict=True)]


@dataclass(frozen=True, slots=True)
class Row:
    """``ours`` and ``base`` are medians in ``unit``; ``low`` and ``high`` are the ratio's spread."""

    what: str
    unit: str
    ours: float
    base: float
    against: str
    ratio: float
    low: float
    high: float
    rounds: int
    goal: Goal | None = None
    note: str = ""

    @classmethod
    def of(
        cls,
        what: str,
        unit: str,
        pairs: Pairs,
        *,
        against: str,
        goal: Goal | None = None,
        note: str = "",
    ) -> Row:
        ratios = pairs.ratios
        low, high = spread(ratios)
        ours, base = median(pairs.ours), median(pairs.base)
        ratio = median(ratios)
        return cls(what, unit, ours, base, against, ratio, low, high, len(ratios), goal, note)

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        return self.goal.met(self) if self.goal else None


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The middle half of ``values``, or their extremes where they are few."""
    if len(values) < FEW:
        return min(values), max(values)
    first, _, third = quantiles(values, n=4, method="inclusive")
    return first, third


def percentile(values: Sequence[float], percent: int) -> float:
    """``percent`` from 1 to 99."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]

"""The best stretch of a longer take: of the right length, between words, without defects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.take import FRAME_S, frame_power
from polyvox.audio.repair.result import Floats, Target
from polyvox.domain.samples import Mark, MarkKind, Span

_EVERY_S: Final = 0.5
"""So often there is a place to cut at: the quietest frame of that time."""
_COST: Final = {MarkKind.CLIPPED: 50.0, MarkKind.POP: 25.0, MarkKind.NOISY: 0.5}
"""Of a second of it, in seconds by which a stretch may be off the best length instead."""
_AROUND_S: Final = 0.3
"""Before and after something clipped or popped it is the same loud word."""
_COST_DB: Final = 0.1
"""Of each dB by which a cut is louder than the quietest of all."""
_RANGE_DB: Final = 40.0


def best_stretch(samples: Floats, rate: int, marks: Sequence[Mark], target: Target) -> Span:
    """The cheapest stretch of ``samples`` [n] that has from ``min_s`` to ``max_s`` seconds.

    Every pair of places to cut at is weighed: how far the length is off ``best_s``, what is marked
    in between, and how loud it is where it would be cut.
    """
    places, loud = _places(samples, rate)
    cost = _defects(places, marks)
    best = (np.inf, 0.0, min(target.max_s, len(samples) / rate))
    for index, start in enumerate(places):
        ends = slice(
            int(np.searchsorted(places, start + target.min_s)),
            int(np.searchsorted(places, start + target.max_s, side="right")),
        )
        if ends.start >= ends.stop:
            continue
        lengths = places[ends] - start
        costs = np.abs(lengths - target.best_s) + cost[ends] - cost[index]
        costs += loud[ends] + loud[index]
        at = int(np.argmin(costs))
        best = min(best, (float(costs[at]), float(start), float(places[ends][at])))
    return Span(start_s=best[1], end_s=best[2])


def _places(samples: Floats, rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where it may be cut, in seconds, the ends among them; and what that costs."""
    level = 10 * np.log10(frame_power(samples, rate))
    each = round(_EVERY_S / FRAME_S)
    quietest = [
        start + int(np.argmin(level[start : start + each])) for start in range(0, len(level), each)
    ]
    floor = max(float(level.min()), float(level.max()) - _RANGE_DB)
    loud = _COST_DB * np.maximum(level[quietest] - floor, 0.0)
    middles = (np.array(quietest) + 0.5) * FRAME_S
    places = np.concatenate([[0.0], middles, [len(samples) / rate]])
    return places, np.concatenate([[0.0], loud, [0.0]])


def _defects(places: NDArray[np.float64], marks: Sequence[Mark]) -> NDArray[np.float64]:
    """The cost of all that is marked before each place."""
    total = np.zeros(len(places))
    for mark in marks:
        if mark.kind in _COST:
            around = 0.0 if mark.kind is MarkKind.NOISY else _AROUND_S
            start = mark.start_s - around
            total += _COST[mark.kind] * (np.clip(places, start, mark.end_s + around) - start)
    return total

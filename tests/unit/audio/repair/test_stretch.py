"""Which part of a take is the best one."""

from __future__ import annotations

import numpy as np
import pytest

from polyvox.audio.repair.result import Target
from polyvox.audio.repair.stretch import best_stretch
from polyvox.domain.samples import Mark, MarkKind

RATE = 8_000
TARGET = Target(rate=RATE, min_s=3, max_s=10, best_s=6)


def words(seconds: float, every_s: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Noise, and a silence of 0.1 s at the end of ``every_s``."""
    noise = np.random.default_rng(4).standard_normal(round(seconds * RATE)).astype(np.float32)
    t = np.arange(len(noise)) / RATE
    return (0.1 * noise * (t % every_s < every_s - 0.1)).astype(np.float32)


def mark(kind: MarkKind, start_s: float, end_s: float) -> Mark:
    return Mark(kind=kind, start_s=start_s, end_s=end_s)


def test_it_has_the_best_length_where_nothing_speaks_against_it() -> None:
    assert best_stretch(words(40), RATE, [], TARGET).length_s == pytest.approx(6, abs=0.25)


@pytest.mark.parametrize("kind", [MarkKind.CLIPPED, MarkKind.POP])
@pytest.mark.parametrize("at", [2.0, 7.0, 15.0])
def test_it_avoids_a_defect(kind: MarkKind, at: float) -> None:
    best = best_stretch(words(20), RATE, [mark(kind, at, at + 0.02)], TARGET)
    assert best.end_s < at or best.start_s > at + 0.02


def test_it_is_shorter_rather_than_defective() -> None:
    marks = [mark(MarkKind.CLIPPED, at, at + 0.02) for at in (4.0, 8.0, 12.0, 16.0)]
    best = best_stretch(words(20), RATE, marks, TARGET)
    assert not any(best.start_s <= each.start_s <= best.end_s for each in marks)
    assert best.length_s >= TARGET.min_s


def test_of_defects_everywhere_it_takes_the_fewest() -> None:
    marks = [mark(MarkKind.POP, at, at + 0.05) for at in np.arange(0.2, 19.5, 1.0)]
    sparse = [each for each in marks if not 10 < each.start_s < 14]
    best = best_stretch(words(20), RATE, sparse, TARGET)
    assert best.start_s < 14
    assert best.end_s > 10
    assert TARGET.min_s <= best.length_s <= TARGET.max_s


@pytest.mark.parametrize("best_s", [4.5, 5.0, 7.0])
def test_it_cuts_where_it_is_quiet_rather_than_at_the_best_length(best_s: float) -> None:
    target = Target(rate=RATE, min_s=3, max_s=10, best_s=best_s)
    best = best_stretch(words(20, every_s=2.0), RATE, [], target)
    for place in (best.start_s, best.end_s):
        assert place in (0.0, 20.0) or place % 2 > 1.9


def test_noise_is_worse_than_none() -> None:
    best = best_stretch(words(30), RATE, [mark(MarkKind.NOISY, 0, 20)], TARGET)
    assert best.start_s >= 19.5


def test_a_length_between_the_places_to_cut_is_met_all_the_same() -> None:
    exact = Target(rate=RATE, min_s=4.01, max_s=4.02, best_s=4.01)
    assert 4 <= best_stretch(words(20), RATE, [], exact).length_s <= 4.02

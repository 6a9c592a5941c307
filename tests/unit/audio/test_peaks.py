"""A recording as a picture."""

from __future__ import annotations

import numpy as np
import pytest

from polyvox.audio.peaks import peaks


def test_each_point_holds_the_extremes_of_its_stretch() -> None:
    samples = np.array([[0, 1, -1, 0.5, 0.2, 0.1], [0, 0, 0, 0, -0.7, 0]], dtype=np.float32)
    low, high = peaks(samples, 3)
    assert low.tolist() == pytest.approx([0, -1, -0.7])
    assert high.tolist() == pytest.approx([1, 0.5, 0.2])


@pytest.mark.parametrize("points", [1, 7, 400, 999, 1000])
def test_nothing_is_lost(points: int) -> None:
    samples = np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    low, high = peaks(samples, points)
    assert len(low) == len(high) == points
    assert low.min() == samples.min()
    assert high.max() == samples.max()
    assert (low <= high).all()


def test_a_click_is_seen_where_it_is() -> None:
    samples = np.zeros((1, 48_000), np.float32)
    samples[0, 36_000] = 0.9
    _, high = peaks(samples, 100)
    assert np.flatnonzero(high).tolist() == [75]


def test_fewer_samples_than_points_are_repeated() -> None:
    low, high = peaks(np.array([[0.5, -0.5]], np.float32), 4)
    assert low.tolist() == high.tolist() == [0.5, 0.5, -0.5, -0.5]


def test_an_empty_recording_is_a_flat_line() -> None:
    low, high = peaks(np.zeros((2, 0), np.float32), 3)
    assert not low.any()
    assert not high.any()
    assert len(low) == len(high) == 3

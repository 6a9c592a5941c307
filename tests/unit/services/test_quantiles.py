"""Quantiles of distributions that are known, from nothing but the counts in their buckets."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from statistics import NormalDist

import pytest

from polyvox.domain.histogram import LATENCY_BUCKETS_MS, SLOWEST_MS, Histogram

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
DRAWN = 10_000


def histogram(*times_ms: float) -> Histogram:
    return Histogram.total(map(Histogram.of, times_ms))


def drawn(inverse: Callable[[float], float]) -> Histogram:
    """Of a distribution, given by the inverse of its cumulative function (ms)."""
    return histogram(*(inverse((n + 0.5) / DRAWN) for n in range(DRAWN)))


def lognormal(share: float) -> float:
    """About as first audio is: half within 400 ms, a long tail."""
    return 400.0 * math.exp(0.8 * NormalDist().inv_cdf(share))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("most_ms", [100.0, 1000.0, 30_000.0])
def test_times_that_lie_evenly_are_estimated_exactly(most_ms: float, share: float) -> None:
    evenly = drawn(lambda rank: rank * most_ms)
    assert evenly.quantile_ms(share) == pytest.approx(share * most_ms, rel=1e-3)


@pytest.mark.parametrize("share", SHARES)
def test_others_are_told_within_their_bucket(share: float) -> None:
    true = lognormal(share)
    estimate = drawn(lognormal).quantile_ms(share)
    assert estimate is not None
    assert bisect_left(LATENCY_BUCKETS_MS, estimate) == bisect_left(LATENCY_BUCKETS_MS, true)
    assert estimate == pytest.approx(true, rel=0.25)


def test_one_time_is_told_by_its_bucket() -> None:
    alone = histogram(80.0)
    assert (alone.quantile_ms(0.5), alone.quantile_ms(1.0)) == (75.0, 100.0)


def test_a_quantile_at_the_end_of_a_bucket_is_its_bound_whatever_lies_between() -> None:
    apart = histogram(*[60.0] * 95, *[450.0] * 5)
    assert apart.quantile_ms(0.95) == 100.0
    assert apart.quantile_ms(0.96) == pytest.approx(350 + 150 / 5)


def test_what_is_slower_than_all_bounds_answers_with_the_last_one() -> None:
    slow = histogram(60.0, 31_000.0, 3_600_000.0)
    assert (slow.quantile_ms(0.5), slow.quantile_ms(0.95)) == (SLOWEST_MS, SLOWEST_MS)
    assert slow.quantile_ms(1 / 3) == 100.0


def test_nothing_has_no_quantile() -> None:
    assert histogram().quantile_ms(0.5) is None
    assert Histogram().quantile_ms(0.5) is None

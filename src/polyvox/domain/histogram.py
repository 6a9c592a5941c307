"""How long things took: a sum and counts in buckets, from which averages and quantiles are read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

LATENCY_BUCKETS_MS = (50, 100, 200, 350, 500, 750, 1000, 1500, 2500, 5000, 10_000, 30_000)
"""Upper bounds of the buckets, in ms; one more bucket holds what is slower."""
SLOWEST_MS = float(LATENCY_BUCKETS_MS[-1])
"""From here on a quantile is not known any better than "that or more"."""
BUCKETS = len(LATENCY_BUCKETS_MS) + 1


@dataclass(frozen=True, slots=True)
class Histogram:
    """Times: their sum in ms, and how many of them fell into each of the BUCKETS."""

    sum_ms: float = 0.0
    buckets: tuple[int, ...] = (0,) * BUCKETS

    @classmethod
    def of(cls, ms: float) -> Histogram:
        """A histogram of one time."""
        place = bisect_left(LATENCY_BUCKETS_MS, ms)
        return cls(ms, tuple(int(bucket == place) for bucket in range(BUCKETS)))

    @classmethod
    def total(cls, parts: Iterable[Histogram]) -> Histogram:
        added = [cls(), *parts]
        buckets = zip(*(part.buckets for part in added), strict=True)
        return cls(sum(part.sum_ms for part in added), tuple(map(sum, buckets)))

    @property
    def count(self) -> int:
        return sum(self.buckets)

    @property
    def average_ms(self) -> float | None:
        """None without data."""
        return self.sum_ms / self.count if self.count else None

    def quantile_ms(self, share: float) -> float | None:
        """An estimate of the quantile, 0 < ``share`` <= 1; None without data.

        As if times lay evenly within their bucket: the rule of Prometheus' ``histogram_quantile``
        (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). The
        slowest bucket has no upper bound, so that its lower one, SLOWEST_MS, means "that or more".
        """
        rank = share * self.count
        lower, below = 0.0, 0
        for upper, count in zip(LATENCY_BUCKETS_MS, self.buckets, strict=False):
            if count and below + count >= rank:
                return lower + (upper - lower) * (rank - below) / count
            lower, below = float(upper), below + count
        return SLOWEST_MS if self.count else None

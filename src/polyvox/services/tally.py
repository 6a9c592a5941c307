"""Statistics of a router without a database: they last as long as it does."""

from __future__ import annotations

from collections import defaultdict

from polyvox.domain.counts import Counts
from polyvox.domain.speech import SpeechReport
from polyvox.services.usage import increments

SHOWN = (
    "requests",
    "failures",
    "avg_latency_ms",
    "characters",
    "segments",
    "cache_hits",
    "cache_rate",
    "audio_seconds",
)


class Tally:
    def __init__(self) -> None:
        self._counts: defaultdict[str, Counts] = defaultdict(Counts)

    def record(self, report: SpeechReport) -> None:
        for increment in increments(report):
            self._counts[increment.provider] += increment.counts

    def stats(self) -> dict[str, dict[str, float]]:
        """By provider; times in ms, rates from 0 to 1. A figure without data is 0."""
        return {provider: _shown(counts) for provider, counts in sorted(self._counts.items())}


def _shown(counts: Counts) -> dict[str, float]:
    figures = counts.figures()
    return {name: 0 if (value := figures[name]) is None else value for name in SHOWN}

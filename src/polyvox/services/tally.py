"""Statistics of a router without a database: they last as long as it does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from polyvox.domain.speech import SpeechReport
from polyvox.services.usage import increments


@dataclass(slots=True)
class _Sum:
    requests: int = 0
    failures: int = 0
    segments: int = 0
    cache_hits: int = 0
    characters: int = 0
    audio_ms: float = 0.0
    latency_ms: float = 0.0
    timed: int = 0


class Tally:
    def __init__(self) -> None:
        self._sums: defaultdict[str, _Sum] = defaultdict(_Sum)

    def record(self, report: SpeechReport) -> None:
        for increment in increments(report):
            total = self._sums[increment.provider]
            total.requests += increment.requests
            total.failures += increment.failures
            total.segments += increment.segments
            total.cache_hits += increment.cache_hits
            total.characters += increment.characters
            total.audio_ms += increment.audio_ms
            total.latency_ms += increment.latency_ms
            total.timed += increment.latency_bucket is not None

    def stats(self) -> dict[str, dict[str, Any]]:
        """By provider; times in ms, rates from 0 to 1."""
        return {provider: _row(total) for provider, total in sorted(self._sums.items())}


def _row(total: _Sum) -> dict[str, Any]:
    return {
        "requests": total.requests,
        "failures": total.failures,
        "avg_latency_ms": total.latency_ms / total.timed if total.timed else 0,
        "characters": total.characters,
        "segments": total.segments,
        "cache_hits": total.cache_hits,
        "cache_rate": total.cache_hits / total.segments if total.segments else 0,
        "audio_seconds": total.audio_ms / 1000,
    }

"""The statistics of speaking: what is counted of a reply, how counts add up, what is read from them.

Each field of Counts is a sum: the table, its statements and the totals follow from the fields, rows in
JSON and CSV from ``Counts.figures``. ``api.views``, ``cli.stats``, ``console.performance_view`` and
``services.tally`` choose what they show, and a test walks the fields through all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from polyvox.domain.histogram import Histogram
from polyvox.domain.speech import Outcome, SpeechReport

_NO_TIMES = Histogram()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Sums for one provider: over a reply, or over many.

    ``requests``, ``successes`` and ``failures`` count replies that the provider took part in,
    ``segments`` and ``cache_hits`` segments, ``characters`` those it spoke. ``latency`` and ``ttfa``
    hold a time per reply in which something was synthesized: to the last audio of all its segments,
    and to the first audible audio. Rates go from 0 to 1; a figure without data is None.
    """

    requests: int = 0
    successes: int = 0
    failures: int = 0
    segments: int = 0
    cache_hits: int = 0
    characters: int = 0
    audio_ms: float = 0.0
    latency: Histogram = _NO_TIMES
    ttfa: Histogram = _NO_TIMES

    @classmethod
    def total(cls, parts: Iterable[Counts]) -> Counts:
        """The sum of ``parts``; of none, nothing. Quicker than ``+`` over many of them."""
        added = [cls(), *parts]
        return cls(**{f.name: _sum([getattr(part, f.name) for part in added]) for f in fields(cls)})

    def __add__(self, other: Counts) -> Counts:
        return Counts.total((self, other))

    def figures(self) -> dict[str, float | None]:
        """A row of the statistics: names and values, in the order of the columns."""
        return {
            "requests": self.requests,
            "successes": self.successes,
            "failures": self.failures,
            "success_rate": self.success_rate,
            "segments": self.segments,
            "cache_hits": self.cache_hits,
            "cache_rate": self.cache_rate,
            "characters": self.characters,
            "audio_seconds": self.audio_seconds,
            "avg_latency_ms": self.latency.average_ms,
            "p50_ttfa_ms": self.ttfa.quantile_ms(0.5),
            "p95_ttfa_ms": self.ttfa.quantile_ms(0.95),
        }

    @property
    def success_rate(self) -> float | None:
        return _ratio(self.successes, self.successes + self.failures)

    @property
    def cache_rate(self) -> float | None:
        return _ratio(self.cache_hits, self.segments)

    @property
    def audio_seconds(self) -> float:
        return self.audio_ms / 1000

    @property
    def real_time_factor(self) -> float | None:
        """The time in s that making a second of audio takes, an estimate.

        ``audio_ms`` holds the audio of replays, too; the share of segments that were replayed is
        taken for their share of the audio.
        """
        return _ratio(self.latency.sum_ms, self.audio_ms * (1 - (self.cache_rate or 0.0)))


def counts_of(report: SpeechReport, provider: str, personality: str | None = None) -> Counts:
    """What a reply adds for ``provider``; no request where its attempts were only cancelled.

    ``personality`` is None for the reply's own, or the narrator whose voice it was.
    """
    tried = [
        (attempt, segment.characters)
        for segment in report.segments
        for attempt in segment.attempts
        if (attempt.provider, attempt.personality) == (provider, personality)
    ]
    failed = any(a.outcome in (Outcome.FAILED, Outcome.INTERRUPTED) for a, _ in tried)
    spoken = [(a, characters) for a, characters in tried if a.outcome is Outcome.OK]
    made = [a for a, _ in spoken if not a.cached]
    first_ms = made[0].ttfa_ms if made else None
    return Counts(
        requests=int(failed or bool(spoken)),
        successes=int(bool(spoken) and not failed),
        failures=int(failed),
        segments=len(spoken),
        cache_hits=len(spoken) - len(made),
        characters=sum(characters for _, characters in spoken),
        audio_ms=sum(a.audio_ms for a, _ in spoken),
        latency=Histogram.of(sum(a.latency_ms for a in made)) if made else _NO_TIMES,
        ttfa=Histogram.of(first_ms) if first_ms is not None else _NO_TIMES,
    )


def _sum(values: Sequence[Any]) -> Any:
    return Histogram.total(values) if isinstance(values[0], Histogram) else sum(values)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None

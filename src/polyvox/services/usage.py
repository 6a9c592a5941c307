"""What was spoken, by whom, how well: added up from reports, written once a second."""

from __future__ import annotations

import asyncio
import csv
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import structlog

from polyvox.domain.speech import Attempt, Outcome, SpeechReport
from polyvox.domain.voice_config import ProviderStats
from polyvox.errors import UnknownReport
from polyvox.services.failures import Failure, failures_of
from polyvox.services.ports import (
    LATENCY_BUCKETS_MS,
    ReportRepository,
    UsageIncrement,
    UsageRepository,
    UsageTotals,
)

FLUSH_S = 1.0
"""A crash loses at most what was recorded within this time."""
MAX_PENDING = 10_000
"""Reports kept in memory while the database cannot be written; older ones are given up."""
PRUNE_EVERY = 500
"""Reports between two prunings."""
SLOWEST_MS = float(LATENCY_BUCKETS_MS[-1])
"""From here on a quantile is not known any better than "that or more"."""

log = structlog.get_logger(__name__)


def increments(report: SpeechReport) -> list[UsageIncrement]:
    """What a report adds, one increment per provider that took part."""
    at = datetime.fromisoformat(report.created_at)
    attempts: dict[str, list[tuple[Attempt, int]]] = {}
    for segment in report.segments:
        for entry in segment.attempts:
            attempts.setdefault(entry.provider, []).append((entry, segment.characters))
    made = [
        _increment(at, report.personality or "", provider, entries)
        for provider, entries in attempts.items()
    ]
    return [increment for increment in made if increment.requests]


def _increment(
    at: datetime, personality: str, provider: str, entries: list[tuple[Attempt, int]]
) -> UsageIncrement:
    spoken = [(e, characters) for e, characters in entries if e.outcome is Outcome.OK]
    failed = any(e.outcome in (Outcome.FAILED, Outcome.INTERRUPTED) for e, _ in entries)
    made = [e for e, _ in spoken if not e.cached]
    latency = sum(e.latency_ms for e in made)
    ttfa = made[0].ttfa_ms if made else None
    counted = bool(spoken) or failed
    return UsageIncrement(
        at=at,
        personality=personality,
        provider=provider,
        requests=int(counted),
        successes=int(counted and not failed),
        failures=int(failed),
        segments=len(spoken),
        cache_hits=sum(e.cached for e, _ in spoken),
        characters=sum(characters for _, characters in spoken),
        audio_ms=sum(e.audio_ms for e, _ in spoken),
        latency_ms=latency,
        latency_bucket=_bucket(latency) if made else None,
        ttfa_ms=ttfa or 0.0,
        ttfa_bucket=_bucket(ttfa) if ttfa is not None else None,
    )


def _bucket(ms: float) -> int:
    return bisect_left(LATENCY_BUCKETS_MS, ms)


class UsageService:
    """Collects reports in memory and writes them in the background; reads statistics back."""

    def __init__(
        self, usage: UsageRepository, reports: ReportRepository, *, reports_kept: int = 10_000
    ) -> None:
        self._usage = usage
        self._reports = reports
        self._kept = reports_kept
        self._pending: list[SpeechReport] = []
        self._since_prune = 0
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="usage")

    async def stop(self) -> None:
        """Writes what is left."""
        self._stopping.set()  # not a cancellation: a transaction under way is to be finished
        if self._task is not None:
            await self._task
        await self.flush()

    def record(self, report: SpeechReport) -> None:
        """Never waits, never fails."""
        self._pending.append(report)
        if len(self._pending) > MAX_PENDING:
            del self._pending[0]
            log.warning("usage_lost", reason="the database has not been writable for too long")

    async def flush(self) -> None:
        async with self._writing:
            batch = self._pending[:]
            if not batch:
                return
            await self._usage.add([i for report in batch for i in increments(report)])
            del self._pending[: len(batch)]
            await self._reports.add(batch)
            self._since_prune += len(batch)
            if self._since_prune >= PRUNE_EVERY:
                self._since_prune = 0
                await self._reports.prune(keep=self._kept)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._stopping.wait()
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - tried again next second
                log.warning("usage_not_written", error=type(error).__qualname__)

    async def report(self, speech_id: str) -> SpeechReport:
        """Raises UnknownReport."""
        for pending in reversed(self._pending):
            if pending.id == speech_id:
                return pending
        try:
            return await self._reports.get(speech_id)
        except UnknownReport as error:
            error.remedy = f"The newest {self._kept} reports are kept, from the end of each reply."
            raise

    async def failures(
        self, *, personality: str | None = None, since: datetime | None = None, limit: int = 50
    ) -> list[Failure]:
        """Of the newest ``limit`` replies in which something failed; newest first."""
        await self.flush()
        found = await self._reports.troubled(personality=personality, since=since, limit=limit)
        return [failure for report in found for failure in failures_of(report)]

    async def totals(
        self,
        *,
        personality: str | None = None,
        provider: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        by_personality: bool = False,
        by_hour: bool = False,
    ) -> Sequence[UsageTotals]:
        """Sums per provider, with all that was recorded so far."""
        await self.flush()
        return await self._usage.totals(
            personality=personality,
            provider=provider,
            since=since,
            until=until,
            by_personality=by_personality,
            by_hour=by_hour,
        )

    async def stats_of(self, personality: str) -> dict[str, ProviderStats]:
        """``voice_config.stats`` of a personality, computed."""
        return {t.provider: as_stats(t) for t in await self.totals(personality=personality)}


def as_stats(totals: UsageTotals) -> ProviderStats:
    return ProviderStats(
        total_generations=totals.requests,
        total_characters=totals.characters,
        avg_latency_ms=_average_latency(totals),
        failures=totals.failures,
        last_used=totals.last_used,
    )


def as_row(totals: UsageTotals) -> dict[str, Any]:
    """A row of the statistics for people and programs: rates from 0 to 1, times in ms."""
    decided = totals.successes + totals.failures
    return {
        "provider": totals.provider,
        **({"personality": totals.personality} if totals.personality else {}),
        **({"hour": totals.hour.isoformat()} if totals.hour else {}),
        "requests": totals.requests,
        "successes": totals.successes,
        "failures": totals.failures,
        "success_rate": totals.successes / decided if decided else None,
        "segments": totals.segments,
        "cache_hits": totals.cache_hits,
        "cache_rate": totals.cache_hits / totals.segments if totals.segments else None,
        "characters": totals.characters,
        "audio_seconds": totals.audio_ms / 1000.0,
        "avg_latency_ms": _average_latency(totals),
        "p50_ttfa_ms": quantile(totals.ttfa_histogram, 0.5),
        "p95_ttfa_ms": quantile(totals.ttfa_histogram, 0.95),
        "last_used": totals.last_used.astimezone(UTC).isoformat() if totals.last_used else None,
    }


CSV_NAMES = ("hour", "personality", "provider")


def as_csv(found: Sequence[UsageTotals]) -> str:
    """The rows with a line of headings (RFC 4180). All columns are always there; None is empty."""
    rows = [as_row(totals) for totals in found]
    figures = [name for name in as_row(_NOTHING) if name not in CSV_NAMES]
    written = StringIO()
    sheet = csv.DictWriter(written, [*CSV_NAMES, *figures], restval="")
    sheet.writeheader()
    sheet.writerows(rows)
    return written.getvalue()


_NOTHING = UsageTotals("", "", None, 0, 0, 0, 0, 0, 0, 0.0, 0.0, (), 0.0, (), None)


def _average_latency(totals: UsageTotals) -> float | None:
    counted = sum(totals.latency_histogram)
    return totals.latency_ms / counted if counted else None


def quantile(histogram: Sequence[int], share: float) -> float | None:
    """An estimate (ms) of the quantile, 0 < ``share`` <= 1; None without data.

    As if times lay evenly within their bucket: the rule of Prometheus' ``histogram_quantile``
    (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). The slowest
    bucket has no upper bound, so that its lower one, SLOWEST_MS, means "that or more".
    """
    rank = share * sum(histogram)
    lower, below = 0.0, 0
    for upper, count in zip(LATENCY_BUCKETS_MS, histogram, strict=False):
        if count and below + count >= rank:
            return lower + (upper - lower) * (rank - below) / count
        lower, below = float(upper), below + count
    return SLOWEST_MS if sum(histogram) else None

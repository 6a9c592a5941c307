"""What was spoken, by whom, how well: added up from reports, written once a second."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Unpack

import structlog

from polyvox.domain.counts import Counts, counts_of
from polyvox.domain.speech import SpeechReport
from polyvox.domain.voice_config import ProviderStats
from polyvox.errors import UnknownReport
from polyvox.services.failures import Failure, failures_of
from polyvox.services.ports import (
    ReportRepository,
    UsageIncrement,
    UsageQuery,
    UsageRepository,
    UsageTotals,
)

FLUSH_S = 1.0
"""A crash loses at most what was recorded within this time."""
MAX_PENDING = 10_000
"""Reports kept in memory while the database cannot be written; older ones are given up."""
PRUNE_EVERY = 500
"""Reports between two prunings."""
log = structlog.get_logger(__name__)


def increments(report: SpeechReport) -> list[UsageIncrement]:
    """What a report adds, one increment per provider that took part, for each whose voice it was."""
    at = datetime.fromisoformat(report.created_at)
    asked = dict.fromkeys(
        (a.personality, a.provider) for segment in report.segments for a in segment.attempts
    )
    made = [
        UsageIncrement(
            at,
            personality or report.personality or "",
            provider,
            counts_of(report, provider, personality),
        )
        for personality, provider in asked
    ]
    return [increment for increment in made if increment.counts.requests]


@dataclass(eq=False, repr=False)
class UsageService:
    """Collects reports in memory and writes them in the background; reads statistics back."""

    usage: UsageRepository
    reports: ReportRepository
    reports_kept: int = 10_000
    _pending: list[SpeechReport] = field(default_factory=list, init=False)
    _since_prune: int = field(default=0, init=False)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)

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
            await self.usage.add([i for report in batch for i in increments(report)])
            del self._pending[: len(batch)]
            await self.reports.add(batch)
            self._since_prune += len(batch)
            if self._since_prune >= PRUNE_EVERY:
                self._since_prune = 0
                await self.reports.prune(keep=self.reports_kept)

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
            return await self.reports.get(speech_id)
        except UnknownReport as error:
            error.remedy = (
                f"The newest {self.reports_kept} reports are kept, from the end of each reply."
            )
            raise

    async def failures(
        self, *, personality: str | None = None, since: datetime | None = None, limit: int = 50
    ) -> list[Failure]:
        """Of the newest ``limit`` replies in which something failed; newest first."""
        await self.flush()
        found = await self.reports.troubled(personality=personality, since=since, limit=limit)
        return [failure for report in found for failure in failures_of(report)]

    async def totals(self, **asked: Unpack[UsageQuery]) -> Sequence[UsageTotals]:
        """Sums per provider, with all that was recorded so far."""
        await self.flush()
        return await self.usage.totals(**asked)

    async def stats_of(self, personality: str) -> dict[str, ProviderStats]:
        """``voice_config.stats`` of a personality, computed."""
        return {t.provider: as_stats(t) for t in await self.totals(personality=personality)}


def as_stats(totals: UsageTotals) -> ProviderStats:
    return ProviderStats(
        total_generations=totals.counts.requests,
        total_characters=totals.counts.characters,
        avg_latency_ms=totals.counts.latency.average_ms,
        failures=totals.counts.failures,
        last_used=totals.last_used,
    )


def as_row(totals: UsageTotals) -> dict[str, Any]:
    """A row of the statistics for people and programs: rates from 0 to 1, times in ms."""
    return {
        "provider": totals.provider,
        **({"personality": totals.personality} if totals.personality else {}),
        **({"hour": totals.hour.isoformat()} if totals.hour else {}),
        **totals.counts.figures(),
        "last_used": totals.last_used.astimezone(UTC).isoformat() if totals.last_used else None,
    }


def as_csv(found: Sequence[UsageTotals]) -> str:
    """The rows with a line of headings (RFC 4180). All columns are always there; None is empty."""
    written = StringIO()
    columns = ("hour", "personality", "provider", *Counts().figures(), "last_used")
    sheet = csv.DictWriter(written, columns, restval="")
    sheet.writeheader()
    sheet.writerows(map(as_row, found))
    return written.getvalue()

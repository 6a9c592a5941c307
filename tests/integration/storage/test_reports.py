from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from polyvox.domain.speech import Attempt, Exclusion, Outcome, SegmentReport, SpeechReport
from polyvox.errors import UnknownReport
from polyvox.services.ports import ReportRepository
from polyvox.storage.database import Database
from polyvox.storage.reports import SqlReports

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def report(number: int) -> SpeechReport:
    made = SpeechReport(
        id=f"speech-{number}",
        created_at=(NOON + timedelta(seconds=number)).isoformat(),
        personality="joe" if number % 2 else None,
        language="en",
        outcome=Outcome.OK,
        characters=42,
        candidates=["xtts_v2", "piper"],
        out=[Exclusion(provider="google_tts", code="disabled", reason="Switched off.")],
        ttfa_ms=12.5,
    )
    segment = SegmentReport(index=0, characters=42)
    segment.attempts.append(Attempt(provider="piper", outcome=Outcome.OK, latency_ms=99.125))
    made.segments.append(segment)
    return made


@pytest.fixture
def reports(database: Database) -> ReportRepository:
    return SqlReports(database)


async def test_a_report_reads_back_equal_with_what_was_appended_to_it(
    reports: ReportRepository,
) -> None:
    await reports.add([report(1), report(2)])
    assert await reports.get("speech-1") == report(1)
    assert await reports.get("speech-2") == report(2)


async def test_an_unknown_report_is_said_to_be_unknown(reports: ReportRepository) -> None:
    await reports.add([])
    with pytest.raises(UnknownReport, match="speech-1"):
        await reports.get("speech-1")


async def test_a_batch_sent_again_completes_itself(reports: ReportRepository) -> None:
    await reports.add([report(1)])
    await reports.add([report(1), report(2)])
    assert await reports.get("speech-2") == report(2)


async def test_pruning_keeps_the_newest(reports: ReportRepository) -> None:
    await reports.add([report(number) for number in (3, 1, 5, 2, 4)])
    assert await reports.prune(keep=2) == 3
    assert await reports.get("speech-4") == report(4)
    assert await reports.get("speech-5") == report(5)
    with pytest.raises(UnknownReport):
        await reports.get("speech-3")
    assert await reports.prune(keep=2) == 0
    assert await reports.prune(keep=0) == 2


async def test_those_that_tell_of_a_failure_are_found_newest_first(
    reports: ReportRepository,
) -> None:
    troubled = [report(number) for number in (1, 2, 3, 5)]
    for each in troubled:
        failed = Attempt(provider="xtts_v2", outcome=Outcome.FAILED, latency_ms=1.0)
        each.segments[0].attempts.insert(0, failed)
    await reports.add([report(4), *troubled])
    found = await reports.troubled(limit=2)
    assert [each.id for each in found] == ["speech-5", "speech-3"]
    assert found[0] == troubled[-1]
    of_joe = await reports.troubled(personality="joe", since=NOON + timedelta(seconds=2), limit=9)
    assert [each.id for each in of_joe] == ["speech-5", "speech-3"]


async def test_two_that_prune_at_once_keep_the_newest_too(
    reports: ReportRepository, other_process: Database
) -> None:
    await reports.add([report(number) for number in range(100)])
    other = SqlReports(other_process)
    gone = await asyncio.gather(*(r.prune(keep=10) for r in (reports, other) * 3))
    assert sum(gone) == 90
    assert await reports.get("speech-90") == report(90)

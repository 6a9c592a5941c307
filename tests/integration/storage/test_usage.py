from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from polyvox.domain.counts import Counts
from polyvox.domain.histogram import BUCKETS, Histogram
from polyvox.errors import RequestError
from polyvox.services.ports import UsageIncrement, UsageRepository, UsageTotals
from polyvox.storage.database import Database
from polyvox.storage.usage import SqlUsage
from tests.support.counts import filled

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def used(
    at: datetime = NOON, personality: str = "joe", provider: str = "piper", **counts: Any
) -> UsageIncrement:
    return UsageIncrement(at, personality, provider, Counts(**{"requests": 1, **counts}))


def histogram(sum_ms: float, **counts: int) -> Histogram:
    return Histogram(sum_ms, tuple(counts.get(f"b{bucket}", 0) for bucket in range(BUCKETS)))


@pytest.fixture
def usage(database: Database) -> UsageRepository:
    return SqlUsage(database)


async def test_nothing_used_gives_no_totals(usage: UsageRepository) -> None:
    await usage.add([])
    assert list(await usage.totals()) == []


async def test_increments_of_an_hour_add_up_over_calls_and_within_one(
    usage: UsageRepository,
) -> None:
    first = used(
        NOON + timedelta(minutes=50),
        successes=1,
        segments=4,
        cache_hits=1,
        characters=120,
        audio_ms=1000.25,
        latency=Histogram.of(250.5),
        ttfa=Histogram.of(80.0),
    )
    second = used(
        NOON + timedelta(minutes=10),
        failures=1,
        latency=Histogram.of(40_000.0),
    )
    await usage.add([first, second])
    await usage.add([first])
    assert list(await usage.totals(by_personality=True, by_hour=True)) == [
        UsageTotals(
            personality="joe",
            provider="piper",
            hour=NOON,
            counts=Counts(
                requests=3,
                successes=2,
                failures=1,
                segments=8,
                cache_hits=2,
                characters=240,
                audio_ms=2000.5,
                latency=histogram(40_501.0, b3=2, b12=1),
                ttfa=histogram(160.0, b1=2),
            ),
            last_used=NOON + timedelta(minutes=50),
        )
    ]


async def test_every_count_is_kept_and_added_up(usage: UsageRepository) -> None:
    once = UsageIncrement(NOON, "joe", "piper", filled())
    await usage.add([once, once])
    await usage.add([once])
    [total] = await usage.totals()
    assert total.counts == filled() + filled() + filled()


async def test_a_late_report_does_not_turn_last_used_back(usage: UsageRepository) -> None:
    await usage.add([used(NOON + timedelta(minutes=30))])
    await usage.add([used(NOON + timedelta(minutes=20))])
    [total] = await usage.totals()
    assert total.last_used == NOON + timedelta(minutes=30)


async def test_the_hour_is_that_of_utc(usage: UsageRepository) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    await usage.add([used(NOON.astimezone(kathmandu))])
    [total] = await usage.totals(by_hour=True)
    assert total.hour == NOON
    assert total.hour.tzinfo is UTC


async def test_totals_group_and_filter_as_asked(usage: UsageRepository) -> None:
    await usage.add(
        [
            used(NOON, "joe", "piper", characters=1),
            used(NOON, "ann", "piper", characters=10),
            used(NOON + HOUR, "joe", "piper", characters=100),
            used(NOON + 2 * HOUR, "joe", "xtts_v2", characters=1000),
            used(NOON + 2 * HOUR, "", "piper", characters=10_000),
        ]
    )

    async def asked(**question: Any) -> list[tuple[str, str, datetime | None, int]]:
        rows = await usage.totals(**question)
        return [(t.provider, t.personality, t.hour, t.counts.characters) for t in rows]

    assert await asked() == [("piper", "", None, 10_111), ("xtts_v2", "", None, 1000)]
    assert await asked(by_personality=True) == [
        ("piper", "", None, 10_000),
        ("piper", "ann", None, 10),
        ("piper", "joe", None, 101),
        ("xtts_v2", "joe", None, 1000),
    ]
    assert await asked(personality="joe", by_hour=True) == [
        ("piper", "", NOON, 1),
        ("piper", "", NOON + HOUR, 100),
        ("xtts_v2", "", NOON + 2 * HOUR, 1000),
    ]
    assert await asked(personality="") == [("piper", "", None, 10_000)]
    assert await asked(provider="xtts_v2") == [("xtts_v2", "", None, 1000)]
    assert await asked(since=NOON + HOUR + timedelta(minutes=59), until=NOON + 2 * HOUR) == [
        ("piper", "", None, 100)
    ]


async def test_concurrent_writers_of_the_same_rows_lose_nothing(
    usage: UsageRepository, other_process: Database
) -> None:
    doors = (usage, SqlUsage(other_process))
    rows = [
        used(
            NOON + (number % 2) * HOUR,
            f"p{number % 3}",
            characters=7,
            audio_ms=0.5,
            latency=Histogram.of(150.0),
        )
        for number in range(12)
    ]
    # Both orders of the rows: writers that lock them crosswise would deadlock.
    batches = [rows if number % 3 else rows[::-1] for number in range(40)]
    await asyncio.gather(*(doors[n % 2].add(batch) for n, batch in enumerate(batches)))
    [total] = await usage.totals()
    counts = total.counts
    assert (counts.requests, counts.characters, counts.audio_ms) == (480, 3360, 240.0)
    assert counts.latency == histogram(480 * 150.0, b2=480)


async def test_counters_go_beyond_32_bits(usage: UsageRepository) -> None:
    await usage.add([used(characters=2**40), used(NOON + HOUR, characters=2**40)])
    [total] = await usage.totals()
    assert total.counts.characters == 2**41
    assert type(total.counts.characters) is int


async def test_a_failing_batch_adds_nothing(usage: UsageRepository) -> None:
    with pytest.raises(RequestError, match="cannot store"):
        await usage.add([used(personality="a"), used(personality="b", characters=2**70)])
    assert list(await usage.totals()) == []

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from polyvox.console.performance_view import (
    PERIODS,
    Period,
    bars,
    percent,
    series,
    table,
    unlimited,
    unused,
)
from polyvox.domain.counts import Counts
from polyvox.domain.histogram import BUCKETS, Histogram
from polyvox.domain.quota import QuotaPolicy
from polyvox.services.ports import UsageTotals
from polyvox.services.quota_rows import QuotaRow

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NAMES = {"a": "Alpha", "b": "Beta"}.__getitem__


def histogram(sum_ms: float, *buckets: int) -> Histogram:
    return Histogram(sum_ms, tuple(buckets.count(bucket) for bucket in range(BUCKETS)))


def totals(provider: str, hours_ago: int, *, replies: int = 1, ttfa_ms: float = 80) -> UsageTotals:
    hour = NOW.replace(minute=0) - timedelta(hours=hours_ago)
    return UsageTotals(
        personality="",
        provider=provider,
        hour=hour,
        counts=Counts(
            requests=replies,
            successes=replies,
            segments=2 * replies,
            cache_hits=replies,
            characters=50 * replies,
            audio_ms=1000.0,
            latency=histogram(300.0 * replies, *[3] * replies),
            ttfa=histogram(ttfa_ms * replies, *[1] * replies),
        ),
        last_used=hour,
    )


def tier(**figures: object) -> QuotaRow:
    given = {"used": 0, "limit": 1000, "percent": 0.0, "over": 0, "forecast": 0, **figures}
    return QuotaRow(
        provider="b",
        tier="neural",
        name="Neural",
        month="2026-11",
        policy=QuotaPolicy.STOP,
        requests=1,
        remaining=0,
        usd_per_million=None,
        cost_usd=None,
        free_characters=1000,
        specified_characters=None,
        checked=date(2026, 11, 1),
        source="",
        note="",
        **given,  # type: ignore[arg-type]  # numbers, as above
    )


def test_hours_add_up_to_a_line_per_provider_most_used_first() -> None:
    hours = [totals("a", 2), totals("b", 2, replies=2), totals("b", 0, replies=1)]
    assert table(hours, NAMES) == [
        ("Beta", "3", "100 %", "300 ms", "75 ms", "98 ms", "50 %", "150"),
        ("Alpha", "1", "100 %", "300 ms", "75 ms", "98 ms", "50 %", "50"),
    ]


def test_first_audio_that_took_longest_has_no_upper_bound() -> None:
    some = totals("a", 0, replies=4)
    slow = replace(some.counts, ttfa=histogram(60_000.0, 1, 1, 1, BUCKETS - 1))
    [line] = table([replace(some, counts=slow)], NAMES)
    assert line[4:6] == ("83 ms", "≥ 30 s")


def test_points_of_a_chart_hold_what_fell_into_them() -> None:
    week = PERIODS["week"]
    begins = week.begins(NOW)
    assert (begins[-1].hour, len(begins)) == (6, 28)
    hours = [totals("a", 0), totals("a", 1, ttfa_ms=100), totals("a", 5, ttfa_ms=300)]
    hours.append(totals("a", 24 * 30))  # before the first point
    [alpha] = series(hours, begins, week.step, NAMES)
    assert alpha.replies[-3:] == (0, 2, 1)
    assert alpha.first_audio_ms[-3:] == (None, 200.0, 80.0)


@pytest.mark.parametrize("period", PERIODS.values(), ids=lambda period: period.title)
def test_every_period_ends_with_the_point_that_holds_now(period: Period) -> None:
    begins = period.begins(NOW)
    assert begins[-1] <= NOW < begins[-1] + period.step


@pytest.mark.parametrize(
    ("share", "told"), [(None, "–"), (1.0, "100 %"), (0.995, "99.5 %"), (0.0, "0 %")]
)
def test_rates_are_shown_as_the_specification_does(share: float | None, told: str) -> None:
    assert percent(share) == told


def test_a_bar_says_what_is_used_and_where_that_leads() -> None:
    [within] = bars([tier(used=123, percent=12.3, forecast=160)], NAMES)
    assert within.title == "Beta, Neural"
    assert within.told == "123 of 1,000 characters (12.3 %); about 160 by the end of the month"
    [ahead] = bars([tier(used=900, percent=90.0, forecast=1200)], NAMES)
    assert ahead.told.endswith("about 1,200 by the end of the month, more than there are")
    assert (ahead.used, ahead.forecast) == (90.0, 120.0)
    [over] = bars([tier(used=1100, percent=110.0, forecast=1500, over=100)], NAMES)
    assert over.told.endswith("100 characters over the limit")


def test_what_has_no_bar_is_said_in_a_line() -> None:
    assert unused([tier()], NAMES) == ["Beta, Neural: 1,000 characters free, none used"]
    assert unlimited([totals("a", 0), totals("b", 0)], [tier()], NAMES) == [
        "Alpha: 50 characters, no limit"
    ]

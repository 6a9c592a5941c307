"""Limits, policies, tiers and months; what is told about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from polyvox_faulty.charged import FREE

from polyvox.config import QuotaSettings
from polyvox.domain.quota import Charge, QuotaPolicy
from polyvox.errors import ConfigError, NoVoiceLeft, QuotaExhausted
from polyvox.services.ports import TierUse
from polyvox.services.quota_rows import forecast
from polyvox.storage.database import Database
from polyvox.storage.quota import SqlQuota
from tests.support.logs import Logged
from tests.support.quota import Stage, stage

TEXT = "One sentence of several words."
ANY_VOICE: dict[str, object] = {"config": {}}
MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/polyvox.db"


@pytest.fixture
async def s(url: str) -> AsyncIterator[Stage]:
    async with stage(url) as made:
        yield made


async def spend(s: Stage, characters: int, tier: str = "basic") -> None:
    """In another process, as it were: ranking has not seen it yet."""
    await s.ledger.reserve("2026-11", "fault_charged", Charge(tier, characters), limit=None)


def rule(policy: QuotaPolicy, **limits: int) -> dict[str, QuotaSettings]:
    return {"fault_charged": QuotaSettings.model_validate({"policy": policy, "limits": limits})}


async def test_a_segment_that_no_longer_fits_goes_to_the_next_and_a_shorter_one_still_fits(
    s: Stage,
) -> None:
    await spend(s, FREE["basic"] - len(TEXT) + 1)
    assert await s.say(TEXT) == "fault_b"
    [refused, spoken] = s.reports[0].segments[0].attempts
    assert (refused.error, spoken.provider) == ("quota_exhausted", "fault_b")
    told = str(refused.message)
    for expected in ("971 of the 1,000", "2026-11", "tier basic", f"count {len(TEXT)}"):
        assert expected in told
    assert "quotas.fault_charged.limits.basic" in told
    assert await s.say("It fits.") == "fault_charged"
    assert s.charged.calls == ["none"]
    assert await s.used() == FREE["basic"] - len(TEXT) + 1 + len("It fits.")


async def test_our_own_refusal_says_nothing_about_the_provider_s_health(s: Stage) -> None:
    await spend(s, FREE["basic"] - 1)
    for _ in range(5):
        assert await s.say(TEXT, cache=False) == "fault_b"
    assert s.providers.refusal("fault_charged") is None


async def test_a_used_up_tier_takes_its_voice_out_before_anything_is_asked(s: Stage) -> None:
    await spend(s, FREE["basic"])
    assert await s.say(TEXT) == "fault_b"
    [out] = s.reports[0].out
    assert (out.provider, out.code) == ("fault_charged", "quota")
    assert out.reason.startswith("It has used 1,000 of the 1,000 characters of 2026-11 for Basic")
    assert "quotas.fault_charged.policy" in str(out.remedy)
    with pytest.raises(NoVoiceLeft, match="It has used 1,000"):
        await s.say(TEXT, chain=False)
    assert s.charged.calls == []


async def test_without_a_chosen_voice_the_best_of_a_tier_that_is_not_used_up_speaks(
    s: Stage,
) -> None:
    async def spoken_by() -> str | None:
        await s.say(TEXT, **ANY_VOICE)
        attempt = s.reports[-1].segments[0].spoken_by
        return attempt.voice if attempt else None

    assert await spoken_by() == "best"
    await spend(s, FREE["best"], "best")
    s.clock.advance(2)
    assert await spoken_by() == "basic"
    await spend(s, FREE["basic"])
    s.clock.advance(2)
    assert await spoken_by() == "fault_b-voice"


async def test_a_voice_that_the_caller_names_is_out_with_its_tier(s: Stage) -> None:
    await spend(s, FREE["best"], "best")
    assert await s.say(TEXT, voice="best") == "fault_b"
    assert s.reports[0].out[0].code == "quota"
    assert await s.say(TEXT, voice="basic") == "fault_charged"


@pytest.mark.parametrize("policy", [QuotaPolicy.WARN, QuotaPolicy.ALLOW])
async def test_under_warn_and_allow_it_speaks_on_and_is_counted(
    url: str, policy: QuotaPolicy, logged: Logged
) -> None:
    async with stage(url, rule(policy, basic=2 * len(TEXT))) as s:
        for _ in range(5):
            assert await s.say(TEXT, cache=False) == "fault_charged"
            s.clock.advance(2)
        assert await s.used() == 5 * len(TEXT)
        lines = [line for line in logged if line["event"] == "quota_used_up"]
        assert [(line["tier"], line["month"], line["used"]) for line in lines] == (
            [("basic", "2026-11", 3 * len(TEXT))] if policy is QuotaPolicy.WARN else []
        )
        row = next(row for row in await s.quota.rows() if row.tier == "basic")
        assert (row.over, row.remaining, row.percent) == (3 * len(TEXT), 0, 250.0)


async def test_under_stop_the_end_is_logged_once(s: Stage, logged: Logged) -> None:
    await spend(s, FREE["basic"] - 1)
    for _ in range(3):
        await s.say(TEXT, cache=False)
    assert [line["event"] for line in logged].count("quota_used_up") == 1


async def test_the_operator_s_limit_stands_instead_of_the_free_characters(url: str) -> None:
    async with stage(url, rule(QuotaPolicy.STOP, basic=len(TEXT), best=0)) as s:
        assert await s.say(TEXT, cache=False) == "fault_charged"
        s.clock.advance(2)
        assert await s.say(TEXT, cache=False) == "fault_b"
        assert await s.say(TEXT, voice="best") == "fault_b"
        assert s.reports[-1].out[0].reason == "It may not use any characters for Best (tier best)."


async def test_a_new_month_in_utc_begins_with_nothing_used(s: Stage) -> None:
    await spend(s, FREE["basic"])
    s.clock.now = MIDNIGHT.astimezone(timezone(timedelta(hours=9))) - timedelta(seconds=1)
    assert await s.say(TEXT) == "fault_b"
    s.clock.advance(1)
    assert s.clock.now.day == 1
    assert await s.say(TEXT) == "fault_charged"
    assert await s.used(month="2026-12") == len(TEXT)


async def test_what_was_reserved_before_midnight_is_given_back_to_its_own_month(s: Stage) -> None:
    s.clock.now = MIDNIGHT - timedelta(seconds=1)
    reserved = await s.quota.reserve("fault_charged", Charge("basic", 400))
    s.clock.now = MIDNIGHT
    await s.quota.reserve("fault_charged", Charge("basic", 500))
    assert reserved is not None
    await s.quota.release(reserved)
    assert (await s.used(), await s.used(month="2026-12")) == (0, 500)


async def test_a_tier_that_the_tariff_does_not_know_has_nothing_free(s: Stage) -> None:
    with pytest.raises(QuotaExhausted, match="the tier luxury"):
        await s.quota.reserve("fault_charged", Charge("luxury", 1))
    assert await s.quota.reserve("fault_b", Charge("any", 10)) is None, "it has no tariff"


class Counted(SqlQuota):
    looks = 0

    async def used(self, month: str) -> Mapping[tuple[str, str], TierUse]:
        self.looks += 1
        return await super().used(month)


async def test_ranking_reads_at_most_once_a_second_and_never_for_who_counts_nothing(
    url: str,
) -> None:
    async with stage(url, ledger=Counted) as s:
        ledger = s.ledger
        assert isinstance(ledger, Counted)
        await asyncio.gather(*(s.say(TEXT, provider="fault_b", fallback=False) for _ in range(3)))
        looks = ledger.looks
        await asyncio.gather(*(s.say(TEXT) for _ in range(20)))
        assert ledger.looks - looks <= 1
        s.clock.advance(1)
        await s.say(TEXT)
        assert ledger.looks - looks <= 2
        before = ledger.looks
        for _ in range(3):
            assert await s.quota.spent("fault_b") == {}
            s.clock.advance(5)
        assert ledger.looks == before


class Gone(SqlQuota):
    """Its database went away."""

    def __init__(self, database: Database) -> None:
        super().__init__(Database("sqlite:////nowhere/never-started.db"))


@pytest.mark.parametrize("policy", list(QuotaPolicy))
async def test_without_its_ledger_a_stopping_provider_is_out_and_the_others_go_on(
    url: str, policy: QuotaPolicy, logged: Logged
) -> None:
    async with stage(url, rule(policy), ledger=Gone) as s:
        spoken_by = await s.say(TEXT)
        assert "quota_not_counted" in [line["event"] for line in logged]
        first = s.reports[0].segments[0].attempts[0]
        if policy is not QuotaPolicy.STOP:
            assert spoken_by == "fault_charged"
            return
        assert (spoken_by, first.error) == ("fault_b", "unavailable")
        assert "cannot be counted" in str(first.message)
        assert "quotas.fault_charged.policy" in str(first.message)
        assert s.providers.refusal("fault_charged") is None


async def test_every_tier_has_its_row_used_or_not(url: str) -> None:
    rules = {"fault_charged": QuotaSettings(limits={"basic": 2_000}, prices={"best": 50.0})}
    async with stage(url, rules) as s:
        await spend(s, 1_500)
        await spend(s, 400, "best")
        best, basic = await s.quota.rows()
        assert (best.tier, best.name, best.used, best.requests) == ("best", "Best", 400, 1)
        assert (best.limit, best.percent, best.remaining, best.over) == (200, 200.0, 0, 200)
        assert (best.usd_per_million, best.cost_usd) == (50.0, 0.01)
        assert (best.free_characters, best.specified_characters) == (200, 100)
        assert (basic.limit, basic.percent, basic.remaining, basic.over) == (2_000, 75.0, 500, 0)
        assert basic.cost_usd == 0.01, "beyond the free ones, whatever the limit"
        assert basic.forecast == round(1_500 * 30 / 14.5)
        assert (basic.source, basic.note) == ("https://example.com/prices", "Of the tests.")
        earlier = await s.quota.rows("2026-10")
        assert [(row.month, row.used, row.percent) for row in earlier] == [("2026-10", 0, 0.0)] * 2


async def test_a_price_that_is_not_known_costs_nothing_known(url: str) -> None:
    async with stage(url, rule(QuotaPolicy.STOP, best=0)) as s:
        await spend(s, 400, "best")
        best, _ = await s.quota.rows()
        assert (best.cost_usd, best.usd_per_million, best.percent, best.over) == (
            *(None, None, None),
            400,
        )


@pytest.mark.parametrize(
    ("month", "now", "expected"),
    [
        ("2026-11", datetime(2026, 11, 16, tzinfo=UTC), 200),
        ("2026-11", datetime(2026, 11, 1, 0, 5, tzinfo=UTC), 3000),
        ("2026-11", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), 100),
        ("2026-10", datetime(2026, 11, 16, tzinfo=UTC), 100),
        ("2024-02", datetime(2024, 2, 15, 12, tzinfo=UTC), 200),
        ("9999-12", datetime(2026, 11, 16, tzinfo=UTC), 3100),
    ],
)
def test_the_forecast_goes_on_as_the_month_began(month: str, now: datetime, expected: int) -> None:
    assert forecast(100, month, now) == expected


async def test_rules_that_name_what_is_not_there_are_told(url: str) -> None:
    with pytest.raises(ConfigError, match=r"'neural'.*Its tiers: best, basic\."):
        async with stage(url, rule(QuotaPolicy.STOP, neural=5)):
            pass
    async with stage(url, {"asure_tts": QuotaSettings(), "fault_b": QuotaSettings()}) as s:
        assert s.quota.strangers() == ["asure_tts", "fault_b"]

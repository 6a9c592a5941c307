"""What people are told of providers and of a chain, over real ledgers and statistics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from polyvox_faulty.charged import FREE

from polyvox.cache.segments import SegmentCache
from polyvox.domain.quota import Charge
from polyvox.domain.speech import Attempt, Outcome, SegmentReport, SpeechReport
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality
from polyvox.services.overview import MEASURED_FOR, Overview
from polyvox.services.ports import Personality
from polyvox.services.prospects import Prospect
from polyvox.services.speak import SpeakService
from polyvox.services.usage import UsageService
from polyvox.storage.personalities import SqlPersonalities
from polyvox.storage.reports import SqlReports
from polyvox.storage.usage import SqlUsage
from tests.support.quota import BASIC, NOON, Stage, stage
from tests.support.stores import DictStore


@dataclass
class Told:
    stage: Stage
    personalities: SqlPersonalities
    usage: UsageService
    overview: Overview

    async def personality(self, **config: object) -> None:
        document = VoiceConfig.model_validate({"active_provider": "fault_charged", **config})
        await self.personalities.add(Personality("ann", "Ann", "", document, 1, NOON, NOON))

    async def spend(self, characters: int) -> None:
        charge = Charge("basic", characters)
        await self.stage.ledger.reserve("2026-11", "fault_charged", charge, limit=None)

    async def chain(self, language: str | None = None) -> dict[str, Prospect]:
        return {link.provider: link for link in await self.overview.chain("ann", language)}


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Told]:
    async with stage(f"sqlite:///{tmp_path}/polyvox.db") as s:
        personalities = SqlPersonalities(s.database)
        cache = SegmentCache(DictStore())
        speak = SpeakService(
            providers=s.providers, cache=cache, personalities=personalities, quota=s.quota
        )
        usage = UsageService(SqlUsage(s.database), SqlReports(s.database))
        overview = Overview(
            s.providers, personalities, speak, usage, s.quota, now=lambda: s.clock.now
        )
        yield Told(s, personalities, usage, overview)


async def test_a_chain_is_told_in_its_order_with_those_who_are_out(t: Told) -> None:
    await t.personality(fallback_chain=["gone", "fault_b"], **BASIC)
    links = await t.overview.chain("ann")
    assert [(link.provider, link.told) for link in links] == [
        ("fault_charged", "Speaks first"),
        ("gone", "Out: not installed"),
        ("fault_b", "Ready if those before it fail"),
    ]
    assert [link.speaks for link in links] == [True, False, True]
    assert links[0].tier == "basic"
    assert "fallback chain" in str(links[1].remedy)


@pytest.mark.parametrize(
    ("used", "charged", "second"),
    [
        (799, "Speaks first", "Ready if those before it fail"),
        (987, "Speaks first; 98 % of free tier used", "Ready if those before it fail"),
        (999, "Speaks first; 99 % of free tier used", "Ready if those before it fail"),
        (1_000, "Out: 100 % of free tier used", "Speaks first"),
    ],
)
async def test_a_used_up_tier_is_told_before_and_when_it_stands_in_the_way(
    t: Told, used: int, charged: str, second: str
) -> None:
    assert FREE["basic"] == 1_000
    await t.personality(fallback_chain=["fault_b"], **BASIC)
    await t.spend(used)
    links = await t.chain()
    assert (links["fault_charged"].told, links["fault_b"].told) == (charged, second)
    assert links["fault_charged"].tier == "basic"


async def test_a_language_is_named_and_may_be_asked_for(t: Told) -> None:
    await t.personality(fallback_chain=["fault_b"])
    assert (await t.chain("de"))["fault_b"].speaks
    japanese = (await t.chain("ja"))["fault_b"]
    assert (japanese.told, japanese.code) == ("Out: no Japanese", "language")


async def test_a_missing_voice_is_stood_in_for(t: Told) -> None:
    await t.personality(
        fallback_chain=["fault_b"], providers={"fault_charged": {"voice_id": "lost"}}
    )
    links = await t.chain()
    assert links["fault_b"].told == "Speaks first"
    assert links["fault_charged"].told == "Ready if those before it fail, in another voice"
    assert "'lost'" in str(links["fault_charged"].reason)


async def test_each_provider_alone_is_judged_without_the_others(t: Told) -> None:
    await t.personality(providers={"fault_b": {"enabled": False}, **BASIC["providers"]})
    alone = await t.overview.alone("ann")
    assert {name: prospect.told for name, prospect in alone.items()} == {
        "fault_charged": "Speaks first",
        "fault_b": "Out: switched off for this personality",
    }


async def test_nobody_is_no_personality(t: Told) -> None:
    with pytest.raises(UnknownPersonality):
        await t.overview.chain("nobody")
    with pytest.raises(UnknownPersonality):
        await t.overview.alone("nobody")


def reply(at: datetime, *attempts: Attempt) -> SpeechReport:
    segments = [
        SegmentReport(index=i, characters=10, attempts=[each]) for i, each in enumerate(attempts)
    ]
    return SpeechReport(
        id=f"sp_{at.timestamp()}",
        created_at=at.isoformat(),
        personality=None,
        language="en",
        outcome=Outcome.OK,
        characters=10 * len(attempts),
        candidates=["fault_b"],
        segments=segments,
    )


def spoken(*, ttfa: float | None, latency: float, cached: bool = False) -> Attempt:
    return Attempt(
        provider="fault_b",
        outcome=Outcome.OK,
        ttfa_ms=ttfa,
        latency_ms=latency,
        audio_ms=2_000,
        cached=cached,
    )


async def test_speed_is_that_of_synthesis_and_of_late(t: Told) -> None:
    replayed = spoken(ttfa=1, latency=1, cached=True)
    t.usage.record(reply(NOON, spoken(ttfa=100, latency=500), replayed))
    t.usage.record(reply(NOON, spoken(ttfa=300, latency=700)))
    slow = spoken(ttfa=9_000, latency=90_000)
    t.usage.record(reply(NOON - MEASURED_FOR - timedelta(hours=1), slow))
    facts = {each.id: each for each in await t.overview.facts()}
    measured = facts["fault_b"].measured
    assert measured is not None
    assert measured.first_audio_ms == 200
    assert measured.real_time_factor == pytest.approx(0.3)  # 1.2 s for two times 2 s
    assert facts["fault_charged"].measured is None
    assert [tier.tier for tier in facts["fault_charged"].tiers] == ["best", "basic"]
    assert facts["fault_b"].tiers == ()


async def test_what_was_only_replayed_is_not_measured(t: Told) -> None:
    t.usage.record(reply(NOON, spoken(ttfa=1, latency=1, cached=True)))
    assert await t.overview.measured() == {}

"""The router over a provider that charges for what it says, with a real ledger and a set clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from polyvox_faulty.charged import FaultCharged
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import FaultB

from polyvox.cache.segments import SegmentCache
from polyvox.config import QuotaSettings
from polyvox.domain.speech import SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.routing.attempt import Deadlines
from polyvox.services.ports import QuotaRepository, TierUse
from polyvox.services.providers import Providers
from polyvox.services.quota import QuotaService
from polyvox.services.speak import SpeakLimits, SpeakService
from polyvox.services.speech import Speech
from polyvox.storage.database import Database
from polyvox.storage.quota import SqlQuota
from tests.support.stores import DictStore

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
BASIC = {"providers": {"fault_charged": {"voice_id": "basic"}}}
"""Says that the charged provider is to speak with its voice of the tier ``basic``."""


@dataclass
class Clock:
    now: datetime = NOON

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.now.timestamp()


@dataclass
class Stage:
    """``fault_charged`` speaks first, ``fault_b``, which costs nothing, after it."""

    service: SpeakService
    quota: QuotaService
    ledger: QuotaRepository
    database: Database
    providers: Providers
    clock: Clock
    reports: list[SpeechReport] = field(default_factory=list)

    @property
    def charged(self) -> FaultCharged:
        return cast("FaultCharged", self.providers.get("fault_charged"))

    def script(self, *faults: Fault) -> None:
        self.charged.script = list(faults)

    async def speech(self, text: str, *, chain: bool = True, **fields: Any) -> Speech:
        document = {
            "active_provider": "fault_charged",
            "fallback_chain": ["fault_b"] if chain else [],
            **fields.pop("config", BASIC),
        }
        config = VoiceConfig.model_validate(document)
        request = SpeechRequest.model_validate({"text": text, "voice_config": config, **fields})
        return await self.service.speak(request)

    async def say(self, text: str, **options: Any) -> str | None:
        """Who spoke the text's first segment. Raises what the reply raises."""
        async with await self.speech(text, **options) as speech:
            await speech.read()
        return speech.report.provider

    async def uses(self, month: str = "2026-11") -> dict[str, TierUse]:
        found = await self.ledger.used(month)
        return {tier: use for (_, tier), use in found.items()}

    async def used(self, tier: str = "basic", month: str = "2026-11") -> int:
        return (await self.uses(month)).get(tier, TierUse(0, 0)).characters


@asynccontextmanager
async def stage(
    url: str,
    rules: Mapping[str, QuotaSettings] | None = None,
    *,
    ledger: Callable[[Database], QuotaRepository] = SqlQuota,
    charged: type[FaultCharged] = FaultCharged,
) -> AsyncIterator[Stage]:
    """Over the database at ``url``; ``ledger`` and ``charged`` may be such as a test needs."""
    clock = Clock()
    providers = Providers(
        {"fault_charged": lambda: charged, "fault_b": lambda: FaultB},
        home=Path("unused"),
        options={},
        clock=clock.seconds,
    )
    await providers.start()
    database = Database(url)
    await database.start()
    repository = ledger(database)
    quota = QuotaService(
        providers.tariffs, repository, rules or {}, now=lambda: clock.now, clock=clock.seconds
    )
    quota.check()
    reports: list[SpeechReport] = []
    cache = SegmentCache(DictStore())
    service = SpeakService(
        providers=providers,
        cache=cache,
        quota=quota,
        limits=SpeakLimits(deadlines=lambda _: Deadlines(first_audio_s=0.2, stall_s=0.2)),
        observers=[reports.append],
    )
    try:
        yield Stage(service, quota, repository, database, providers, clock, reports)
    finally:
        await cache.close()
        await providers.stop()
        await database.stop()

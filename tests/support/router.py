"""The router over providers that fail on purpose, found through the public entry points."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written

from polyvox.cache.segments import SegmentCache
from polyvox.domain.speech import SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.routing.attempt import Deadlines
from polyvox.routing.breaker import BreakerPolicy
from polyvox.services.ports import PersonalityRepository
from polyvox.services.providers import Providers, discover
from polyvox.services.speak import SpeakLimits, SpeakService
from tests.support.stores import DictStore

DEADLINES = Deadlines(first_audio_s=3.0, stall_s=2.0)
PATIENT = BreakerPolicy(failures=1000)
CHAIN = VoiceConfig(active_provider="fault_a", fallback_chain=("fault_b", "fault_c"))


@dataclass
class Bench:
    """``reports`` collects what the service told its observers."""

    service: SpeakService
    providers: Providers
    store: DictStore
    cache: SegmentCache
    reports: list[SpeechReport] = field(default_factory=list)

    def provider(self, name: str) -> Written:
        return cast("Written", self.providers.get(name))

    def script(self, **faults: Sequence[Fault]) -> None:
        for name, script in faults.items():
            self.provider(name).script = list(script)

    async def say(self, text: str, config: VoiceConfig = CHAIN, **fields: object) -> bytes:
        """The whole reply, taken chunk by chunk as a listener does."""
        async with await self.service.speak(self.request(text, config, **fields)) as speech:
            return b"".join([chunk.pcm async for chunk in speech])

    def request(self, text: str, config: VoiceConfig = CHAIN, **fields: object) -> SpeechRequest:
        return SpeechRequest.model_validate({"text": text, "voice_config": config, **fields})

    @property
    def running(self) -> int:
        return sum(self.provider(p).running for p in ("fault_a", "fault_b", "fault_c"))


@asynccontextmanager
async def bench(
    *,
    policy: BreakerPolicy = PATIENT,
    personalities: PersonalityRepository | None = None,
) -> AsyncIterator[Bench]:
    loaders = {
        name: load for name, load in discover().items() if name in ("fault_a", "fault_b", "fault_c")
    }
    clock = asyncio.get_running_loop().time
    providers = Providers(loaders, home=Path("unused"), options={}, clock=clock, policy=policy)
    await providers.start()
    store = DictStore()
    cache = SegmentCache(store)
    reports: list[SpeechReport] = []
    limits = SpeakLimits(deadlines=lambda _: DEADLINES)
    service = SpeakService(
        providers=providers,
        cache=cache,
        personalities=personalities,
        limits=limits,
        observers=[reports.append],
    )
    try:
        yield Bench(service, providers, store, cache, reports)
    finally:
        await cache.close()
        await providers.stop()

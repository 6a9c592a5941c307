"""A provider is taken out of service, by HTTP, in the midst of what somebody hears of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from polyvox_faulty.spoken import FaultPiper

from polyvox.bootstrap import Loaders
from polyvox.domain.speech import REPLY_SAMPLE_RATE
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.integration.api.client import Client
from tests.support.engines import children, tiny_engines
from tests.support.server import RunningServer, serving, settings_for
from tests.support.transcribe import likeness

NEXT = "fault_piper"
LOADERS: Loaders = {
    "piper": lambda: PiperProvider,
    "xtts_v2": lambda: XttsProvider,
    "styletts2": lambda: StyleTTS2Provider,
    NEXT: lambda: FaultPiper,
}
SLOWLY: dict[str, dict[str, Any]] = {
    "piper": {"speed": 0.25},
    "xtts_v2": {"top_k": 1, "speed": 0.5},
    "styletts2": {"seed": 1, "diffusion_steps": 50},
}
"""Settings with which a segment is under way for long."""
WORKERS = {"piper": 2, "xtts_v2": 1, "styletts2": 1}
"""Threads or processes that stopping one ends."""
FIRST = "This is the first sentence."
SECOND = (
    "The second one is a good deal longer than the first, because it has to be under way still"
    " when somebody comes and stops whoever is speaking it in the midst of all its words."
)
THIRD = "After that comes a third sentence, which somebody else has to say."
TEXT = f"{FIRST} {SECOND} {THIRD}"
REPLY_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    home = tmp_path_factory.mktemp("stopped")
    patience = {"first_audio_s": REPLY_S, "stall_s": REPLY_S}
    settings = settings_for(home, cache_max_mb=0, providers=tiny_engines(home), deadline=patience)
    with serving(settings, loaders=LOADERS) as running:
        yield running
    assert running.leaked == []
    assert children() == []


@dataclass(frozen=True)
class Heard:
    """``whole`` is what the listener's client says of the reply."""

    pcm: bytes
    whole: bool
    report: dict[str, Any]

    @property
    def told(self) -> list[list[tuple[str, str]]]:
        """Who was asked for each segment, and with what outcome."""
        return [
            [(a["provider"], a["outcome"]) for a in segment["attempts"]]
            for segment in self.report["segments"]
        ]


@dataclass(frozen=True)
class Stage(Client):
    async def personality(self, provider: str, *chain: str) -> None:
        config = {
            "active_provider": provider,
            "fallback_chain": chain,
            "providers": {provider: {"settings": SLOWLY[provider]}},
        }
        await self.request("DELETE", "/v1/personalities/ada")
        body = {"id": "ada", "name": "Ada", "voice_config": config}
        assert (await self.post("/v1/personalities", json=body)).status == 201

    async def hear(self, text: str = TEXT, *, stopped: str | None = None) -> Heard:
        """A reply; ``stopped`` is stopped when it is in the midst of the second segment."""
        body = {"input": text, "voice": "ada", "response_format": "pcm"}
        got, whole = bytearray(), True
        async with self.session.post("/v1/audio/speech", json=body) as reply:
            assert reply.status == 200
            report = f"/v1/speech/{reply.headers['x-polyvox-speech-id']}"
            stopping = asyncio.create_task(self._stop(stopped, report)) if stopped else None
            try:
                async with asyncio.timeout(REPLY_S / 2):
                    async for data in reply.content.iter_any():
                        got += data
            except aiohttp.ClientPayloadError:
                whole = False
        if stopping is not None:
            await stopping
        return Heard(bytes(got), whole, (await self.get(report)).json)

    async def _stop(self, provider: str, report: str) -> None:
        def second() -> Any:
            return growing["segments"][1]["attempts"]

        growing = (await self.get(report)).json
        while not second() or (provider == "piper" and not second()[0]["audio_ms"]):
            growing = (await self.get(report)).json
        before = working()
        stopped = await self.post(f"/v1/providers/{provider}/stop")
        assert (stopped.status, stopped.json["in_service"]) == (200, False)
        assert len(before - working()) == WORKERS[provider]


def working() -> set[int]:
    """Processes and threads of engines."""
    threads = (t.ident or 0 for t in threading.enumerate() if t.name.startswith("polyvox-piper"))
    return {*children(), *threads}


@pytest.fixture
async def stage(server: RunningServer) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession(server.url) as session:
        yield Stage(session)
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later


@pytest.fixture(params=SLOWLY)
async def provider(request: pytest.FixtureRequest, stage: Stage) -> AsyncIterator[str]:
    """In service."""
    name: str = request.param
    yield name
    await stage.post(f"/v1/providers/{name}/start")


async def test_the_next_of_the_chain_goes_on_and_it_speaks_again_once_started(
    stage: Stage, provider: str
) -> None:
    await stage.personality(provider, NEXT)
    heard = await stage.hear(stopped=provider)

    assert heard.whole
    assert heard.report["outcome"] == "ok"
    first, second, third = heard.told
    assert first == [(provider, "ok")]
    assert second[0][0] == provider
    assert second[0][1] in ("failed", "interrupted")
    assert (second[1:], third) == ([(NEXT, "ok")], [(NEXT, "ok")])
    spoken_ms = sum(s["attempts"][-1]["audio_ms"] for s in heard.report["segments"][1:])
    tail = heard.pcm[-int(spoken_ms * REPLY_SAMPLE_RATE / 1000) * 2 :]
    assert likeness(tail, REPLY_SAMPLE_RATE, f"{SECOND} {THIRD}") > 0.8

    started = (await stage.post(f"/v1/providers/{provider}/start")).json
    assert (started["in_service"], started["availability"]["state"]) == (True, "ready")
    again = await stage.hear(FIRST)
    assert again.told == [[(provider, "ok")]]


async def test_without_another_the_reply_breaks_off(stage: Stage, provider: str) -> None:
    await stage.personality(provider)
    heard = await stage.hear(stopped=provider)

    assert heard.pcm
    assert not heard.whole
    assert (heard.report["outcome"], heard.report["error"]) == ("interrupted", "no_voice_left")
    assert heard.told[0] == [(provider, "ok")]
    out = [(o["provider"], o["code"]) for o in heard.report["segments"][1]["out"]]
    assert out == [(provider, "unavailable")]
    refused = await stage.post("/v1/audio/speech", json={"input": FIRST, "voice": "ada"})
    assert refused.status == 503
    assert "The operator has stopped it." in refused.error["message"]

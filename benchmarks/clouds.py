"""What each cloud provider adds to a bare client of the same service, emulated on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row, percentile
from polyvox.provider.base import Provider, Utterance
from tests.emulators.services import SERVICES

ADDED = Goal(1.0, of="added")
TEXT = "The old man looked on from the porch."
"""One text for all: the emulators make its audio once, and then answer at once."""
WARM_UP, CALLS = 10, 50
START_S = 60.0
ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Stopwatch:
    """``first`` is called when the first audio is there."""

    begun: float = field(default_factory=time.perf_counter)
    first_ms: float | None = None

    def first(self) -> None:
        if self.first_ms is None:
            self.first_ms = 1000 * (time.perf_counter() - self.begun)


Ask = Callable[[Stopwatch], Awaitable[None]]
"""Asks for TEXT, says when its first audio is there, and reads the rest."""


Bare = Callable[[Mapping[str, Any]], AbstractAsyncContextManager[Ask]]
"""Opens what a program without Polyvox would write against the same service."""


@asynccontextmanager
async def _azure(options: Mapping[str, Any]) -> AsyncIterator[Ask]:
    ssml = (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">'
        f'<voice name="en-US-JennyNeural">{TEXT}</voice></speak>'
    )
    headers = {
        "Ocp-Apim-Subscription-Key": options["key"],
        "Content-Type": "application/ssml+xml",
        "X-Microsoft-OutputFormat": "raw-24khz-16bit-mono-pcm",
        "User-Agent": "bench",
    }
    url = f"{options['endpoint']}/cognitiveservices/v1"
    async with _posting(url, headers=headers, data=ssml.encode()) as ask:
        yield ask


@asynccontextmanager
async def _watson(options: Mapping[str, Any]) -> AsyncIterator[Ask]:
    login = base64.b64encode(f"apikey:{options['api_key']}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Accept": "audio/l16;rate=24000"}
    url = f"{options['url']}/v1/synthesize?voice=en-US_EthanNatural"
    async with _posting(url, headers=headers, json={"text": TEXT}) as ask:
        yield ask


@asynccontextmanager
async def _openai(options: Mapping[str, Any]) -> AsyncIterator[Ask]:
    headers = {"Authorization": f"Bearer {options['api_key']}"}
    body = {"model": "tts-1", "voice": "am_adam", "input": TEXT, "response_format": "pcm"}
    url = f"{options['base_url']}/audio/speech"
    async with _posting(url, headers=headers, json=body) as ask:
        yield ask


@asynccontextmanager
async def _posting(url: str, **content: Any) -> AsyncIterator[Ask]:
    """A bare aiohttp session that keeps its connection."""
    async with aiohttp.ClientSession() as session:

        async def ask(watch: Stopwatch) -> None:
            async with session.post(url, **content) as response:
                response.raise_for_status()
                async for _ in response.content.iter_any():
                    watch.first()

        yield ask


@asynccontextmanager
async def _google(options: Mapping[str, Any]) -> AsyncIterator[Ask]:
    """Google's own client."""
    import grpc
    from google.cloud import texttospeech_v1 as tts
    from google.cloud.texttospeech_v1.services.text_to_speech import transports

    channel = grpc.aio.insecure_channel(options["endpoint"].removeprefix("http://"))
    transport = transports.TextToSpeechGrpcAsyncIOTransport(channel=channel)
    client = tts.TextToSpeechAsyncClient(transport=transport)
    config = tts.StreamingSynthesizeConfig(
        voice={"language_code": "en-US", "name": "en-US-Chirp3-HD-Kore"},
        streaming_audio_config={"audio_encoding": "PCM", "sample_rate_hertz": 24_000},
    )

    async def requests() -> AsyncIterator[tts.StreamingSynthesizeRequest]:
        yield tts.StreamingSynthesizeRequest(streaming_config=config)
        yield tts.StreamingSynthesizeRequest(input={"text": TEXT})

    async def ask(watch: Stopwatch) -> None:
        metadata = (("x-goog-api-key", options["api_key"]),)
        async for _ in await client.streaming_synthesize(requests(), metadata=metadata):
            watch.first()

    try:
        yield ask
    finally:
        await channel.close()


BARE: Mapping[str, Bare] = {
    "azure_tts": _azure,
    "google_tts": _google,
    "ibm_watson": _watson,
    "openai_speech": _openai,
}


async def measure(lab: Lab) -> list[Row]:
    """Each round asks one side fifty times, then the other."""
    return [await _measure(lab, name, bare) for name, bare in BARE.items()]


async def _measure(lab: Lab, name: str, open_bare: Bare) -> Row:
    first_ms, service = Pairs(), SERVICES[name]
    async with _emulated(name) as options:
        provider = service.provider(lab.home / name, options)
        await provider.start()
        try:
            async with open_bare(options) as bare:
                ours = _through(provider, service.utterance(TEXT))
                for ask in (ours, bare):
                    await _p50(ask, WARM_UP)
                for order in lab.turns(10, 10):
                    for is_ours in order:
                        p50 = await _p50(ours if is_ours else bare, CALLS)
                        (first_ms.ours if is_ours else first_ms.base).append(p50)
        finally:
            await provider.stop()
    return Row.of(
        f"{name}: first audio p50",
        "ms",
        first_ms,
        against="a bare client",
        goal=ADDED,
        note=f"emulated on loopback; {CALLS} calls a round",
    )


def _through(provider: Provider[Any], utterance: Utterance[Any]) -> Ask:
    async def ask(watch: Stopwatch) -> None:
        async with provider.speak(utterance) as stream:
            watch.first()
            async for _ in stream:
                pass

    return ask


async def _p50(ask: Ask, calls: int) -> float:
    """ms to the first audio."""
    taken: list[float] = []
    for _ in range(calls):
        watch = Stopwatch()
        await ask(watch)
        assert watch.first_ms is not None, "the service sent no audio"
        taken.append(watch.first_ms)
    return percentile(taken, 50)


@asynccontextmanager
async def _emulated(service: str) -> AsyncIterator[Mapping[str, Any]]:
    """The provider's options for the service, which runs in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.emulated", service, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            options: dict[str, Any] = json.loads(await process.stdout.readline())
        yield options
    finally:
        await process.communicate(b"")  # nothing more: it ends

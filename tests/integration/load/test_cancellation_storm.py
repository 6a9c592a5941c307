"""Listeners who leave at random, by the hundred, cost a cloud provider neither connection nor task.

An HTTP client that loses a connection to every cancellation answers nobody in the end.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from polyvox.provider.base import Provider, ProviderContext, Utterance
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from polyvox.providers.google_tts.provider import GoogleProvider
from polyvox.providers.google_tts.settings import GoogleSettings
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.settings import WatsonSettings
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from tests.emulators import azure, google, openai, watson
from tests.emulators.faults import Behaviour, Fault

ROUNDS, LISTENERS, AFTERWARDS = 30, 30, 12
TEXT = "The old man looked on from the porch of his house while the fox ran by."
LONGEST_S = 0.06
"""Of a listener's patience: some leave before the first audio, some in the middle, some late."""
SOON_S = 5.0
SOCKETS = Path("/proc/net/tcp")
ESTABLISHED, CLOSE_WAIT = "01", "08"

pytestmark = pytest.mark.skipif(not SOCKETS.exists(), reason="Linux alone lists open connections")


@dataclass(frozen=True)
class Storm:
    """A provider before its emulator, which listens on ``port``."""

    provider: Provider[Any]
    utterance: Utterance[Any]
    behaviour: Behaviour
    port: int


@contextmanager
def openai_speech(folder: Path) -> Iterator[Storm]:
    with openai.running_openai() as emulator:
        options = {"base_url": emulator.base_url, "api_key": openai.KEY, "languages": ["en"]}
        provider = OpenAISpeechProvider(ProviderContext(folder, options))
        utterance = Utterance(TEXT, "en", "am_adam", OpenAISpeechSettings())
        yield Storm(provider, utterance, emulator.behaviour, emulator.port)


@contextmanager
def azure_tts(folder: Path) -> Iterator[Storm]:
    with azure.running_azure() as emulator:
        context = ProviderContext(folder, {"key": azure.KEY, "endpoint": emulator.url})
        utterance = Utterance(TEXT, "en-US", "en-US-JennyNeural", AzureSettings())
        yield Storm(AzureProvider(context), utterance, emulator.behaviour, emulator.port)


@contextmanager
def ibm_watson(folder: Path) -> Iterator[Storm]:
    with watson.running_watson() as emulator:
        options = {"api_key": watson.KEY, "url": emulator.url, "iam_url": emulator.iam_url}
        provider = WatsonProvider(ProviderContext(folder, options))
        utterance = Utterance(TEXT, "en-US", "en-US_EthanNatural", WatsonSettings())
        yield Storm(provider, utterance, emulator.behaviour, emulator.port)


@contextmanager
def google_tts(folder: Path, voice: str = "en-US-Chirp3-HD-Kore") -> Iterator[Storm]:
    with google.running_google() as emulator:
        options = {"endpoint": emulator.endpoint, "api_key": google.KEY}
        provider = GoogleProvider(ProviderContext(folder, options))
        utterance = Utterance(TEXT, "en-US", voice, GoogleSettings())
        port = int(emulator.endpoint.rpartition(":")[2])
        yield Storm(provider, utterance, emulator.behaviour, port)


STORMS: dict[str, Callable[[Path], AbstractContextManager[Storm]]] = {
    "openai_speech": openai_speech,
    "azure_tts": azure_tts,
    "ibm_watson": ibm_watson,
    "google_tts": google_tts,
    "google_tts_whole": partial(google_tts, voice="en-US-Neural2-D"),
}


@pytest.mark.parametrize("name", STORMS)
async def test_nothing_is_lost_in_a_storm(name: str, tmp_path: Path) -> None:
    with STORMS[name](tmp_path) as storm:
        await storm.provider.start()
        try:
            whole = await hear(storm)  # what is loaded once is loaded now
            before = asyncio.all_tasks()
            left, heard = await rage(storm)
            assert min(left, heard) > 0, "some leave, and some hear all of it"
            assert storm.behaviour.cancelled > ROUNDS, "the service sees who leaves"
            await calm(storm, before)
            assert open_connections(storm.port) <= LISTENERS, "those who left left no connection"
            assert [await hear(storm) for _ in range(AFTERWARDS)] == [whole] * AFTERWARDS
            assert open_connections(storm.port) <= LISTENERS, "and idle ones are used again"
        finally:
            await storm.provider.stop()
        await until(lambda: open_connections(storm.port) == 0, "no connection is left after stop")


async def rage(storm: Storm) -> tuple[int, int]:
    """How many listeners left, and how many stayed to the end."""
    chance = random.Random(7)
    storm.behaviour.pause_s = LONGEST_S / 40
    left = heard = 0
    for _ in range(ROUNDS):
        storm.behaviour.always = chance.choice([Fault.NONE, Fault.SLOW, Fault.STALL])
        outcomes = await asyncio.gather(*(listen(storm, chance) for _ in range(LISTENERS)))
        left, heard = left + outcomes.count(False), heard + outcomes.count(True)
    storm.behaviour.always = Fault.NONE
    return left, heard


async def listen(storm: Storm, chance: random.Random) -> bool:
    """Whether the listener stayed to the end."""
    hearing = asyncio.create_task(hear(storm))
    patience = chance.choice([chance.uniform(0, LONGEST_S), chance.uniform(0, LONGEST_S / 10)])
    await asyncio.wait([hearing], timeout=patience)
    hearing.cancel()
    await asyncio.wait([hearing])
    return not hearing.cancelled() and bool(hearing.result())


async def hear(storm: Storm) -> bytes:
    async with storm.provider.speak(storm.utterance) as stream:
        return b"".join([chunk.pcm async for chunk in stream])


async def calm(storm: Storm, before: set[asyncio.Task[Any]]) -> None:
    await until(lambda: storm.behaviour.running == 0, "the service works for nobody")
    await until(lambda: asyncio.all_tasks() <= before, "no task is left")


async def until(met: Callable[[], bool], promise: str) -> None:
    try:
        async with asyncio.timeout(SOON_S):
            while not met():  # noqa: ASYNC110 - sockets and other threads have no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(promise) from None


def open_connections(port: int) -> int:
    """Sockets at the service's end that are connected, of any client."""
    count = 0
    for line in SOCKETS.read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        count += int(local.split(":")[1], 16) == port and state in (ESTABLISHED, CLOSE_WAIT)
    return count

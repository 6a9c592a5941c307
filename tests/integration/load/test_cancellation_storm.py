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

from polyvox.provider.base import Provider, Utterance
from tests.emulators.faults import Behaviour, Fault
from tests.emulators.services import GOOGLE_WHOLE, SERVICES

ROUNDS, LISTENERS, AFTERWARDS = 30, 30, 12
TEXT = "The old man looked on from the porch of his house while the fox ran by."
LONGEST_S = 0.06
"""Of a listener's patience: some leave before the first audio, some in the middle, some late."""
SOON_S = 5.0
STAYING = 0.1
"""Share of listeners who stay to the end, where there is one."""
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
def over(name: str, folder: Path, voice: str | None = None) -> Iterator[Storm]:
    service = SERVICES[name]
    with service.running() as running:
        provider = service.provider(folder, running.options)
        utterance = service.utterance(TEXT, voice)
        yield Storm(provider, utterance, running.behaviour, running.port)


STORMS: dict[str, Callable[[Path], AbstractContextManager[Storm]]] = {
    **{name: partial(over, name) for name in SERVICES},
    "google_tts_whole": partial(over, "google_tts", voice=GOOGLE_WHOLE),
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
    if storm.behaviour.always is not Fault.STALL and chance.random() < STAYING:
        patience = SOON_S  # a slow machine or not, some hear all of it
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

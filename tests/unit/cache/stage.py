"""What the tests of the cache share: a maker driven step by step, a store that can be held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from polyvox.cache.flight import Served
from polyvox.cache.segments import SegmentCache
from polyvox.cache.store import FileStore
from polyvox.domain.audio import AudioChunk

KEY, OTHER_KEY = "a" * 64, "b" * 64

RATE = 1000  # Hz: one sample is one ms
_END = None


def tone(number: int, samples: int = 10, rate: int = RATE) -> AudioChunk:
    """A chunk that can be told from those with another number."""
    return AudioChunk(number.to_bytes(2, "little") * samples, rate)


class Run:
    """One synthesis: yields what it is given, and records how it went.

    Cleaning up takes it ``turns`` of the event loop.
    """

    def __init__(self, turns: int = 0) -> None:
        self._turns = turns
        self.given: list[AudioChunk] = []
        self.yielded: list[AudioChunk] = []
        self.stopped = self.closed = False
        self.whole = False
        self._steps: asyncio.Queue[AudioChunk | BaseException | None] = asyncio.Queue()

    def give(self, chunk: AudioChunk) -> None:
        self.given.append(chunk)
        self._steps.put_nowait(chunk)

    def fail(self, error: BaseException) -> None:
        self._steps.put_nowait(error)

    def end(self) -> None:
        self._steps.put_nowait(_END)

    async def play(self) -> AsyncGenerator[AudioChunk, None]:
        try:
            while True:
                step = await self._steps.get()
                if isinstance(step, BaseException):
                    raise step
                if step is None:
                    self.whole = True
                    return
                self.yielded.append(step)
                yield step
        finally:
            self.stopped = True
            await self._clean_up()

    async def _clean_up(self) -> None:
        try:
            for _ in range(self._turns):
                await asyncio.sleep(0)
        finally:
            self.closed = True


class Stage:
    """Starts a :class:`Run` whenever its maker is called."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._news = asyncio.Event()

    def make(self) -> AsyncGenerator[AudioChunk, None]:
        self.runs.append(Run())
        self._news.set()
        return self.runs[-1].play()

    async def started(self, count: int = 1) -> None:
        """Wait for that many runs."""
        while len(self.runs) < count:
            self._news.clear()
            await self._news.wait()


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


class HeldStore(FileStore):
    """A file store whose look-ups and writes can be held back."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        super().__init__(folder, max_bytes)
        self.may_read, self.may_write = asyncio.Event(), asyncio.Event()
        self.may_read.set()
        self.may_write.set()
        self.reads = self.writes = 0

    async def get(self, key: str) -> AudioChunk | None:
        self.reads += 1
        await self.may_read.wait()
        return await super().get(key)

    async def put(self, key: str, audio: AudioChunk) -> None:
        self.writes += 1
        await self.may_write.wait()
        await super().put(key, audio)


async def hear(cache: SegmentCache, stage: Stage, key: str | None = KEY) -> tuple[Served, bytes]:
    """A listener who stays to the end: how it was served, and all that it heard."""
    async with cache.open(key, stage.make) as audio:
        return audio.served, b"".join([chunk.pcm async for chunk in audio])


def listen(
    cache: SegmentCache, stage: Stage, key: str | None = KEY
) -> asyncio.Task[tuple[Served, bytes]]:
    """:func:`hear`, meanwhile."""
    return asyncio.create_task(hear(cache, stage, key))

"""A maker that a test drives step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from polyvox.domain.audio import AudioChunk

RATE = 1000  # Hz: one sample is one ms
_END = None


def tone(number: int, samples: int = 10, rate: int = RATE) -> AudioChunk:
    """A chunk that can be told from those with another number."""
    return AudioChunk(number.to_bytes(2, "little") * samples, rate)


class Run:
    """One synthesis: yields what it is given, and records how it went."""

    def __init__(self) -> None:
        self.given: list[AudioChunk] = []
        self.closed = False
        self.whole = False
        self._steps: asyncio.Queue[AudioChunk | Exception | None] = asyncio.Queue()

    def give(self, chunk: AudioChunk) -> None:
        self.given.append(chunk)
        self._steps.put_nowait(chunk)

    def fail(self, error: Exception) -> None:
        self._steps.put_nowait(error)

    def end(self) -> None:
        self._steps.put_nowait(_END)

    async def play(self) -> AsyncGenerator[AudioChunk, None]:
        try:
            while True:
                step = await self._steps.get()
                if isinstance(step, Exception):
                    raise step
                if step is None:
                    self.whole = True
                    return
                yield step
        finally:
            self.closed = True


class Stage:
    """Starts a :class:`Run` whenever its maker is called."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def make(self) -> AsyncGenerator[AudioChunk, None]:
        self.runs.append(Run())
        return self.runs[-1].play()


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)

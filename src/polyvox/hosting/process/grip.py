"""Whether the engine is at work on a job.

A host is done with a job as soon as its listener leaves, but a thread may still be inside the
engine. Only when it has come out has the engine obeyed; one that never comes out is hung.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob


class Grip:
    """The engine's grip on one job. A job that waits between two chunks is in nobody's."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._loosened = asyncio.Event()
        self._inside = False

    def held_by(
        self, speak: Callable[[], Iterator[AudioChunk]], cancelled: Cancelled
    ) -> Iterator[AudioChunk]:
        """What ``speak`` gives, with every step on it known."""
        audio: Iterator[AudioChunk] = iter(())
        try:
            # First the flag, then the look: who cancels and then reads the flag misses nothing.
            self._inside = True
            if cancelled():
                return
            audio = iter(speak())
            while (chunk := next(audio, None)) is not None:
                self._loosen()
                yield chunk
                self._inside = True
        finally:
            self._inside = True
            try:
                close = getattr(audio, "close", None)
                if close is not None:
                    close()
            finally:
                self._loosen()

    def _loosen(self) -> None:
        self._inside = False
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._loosened.set)

    async def let_go(self) -> None:
        """Wait until no thread is inside; for a job that is over or cancelled."""
        while self._inside:
            self._loosened.clear()
            if self._inside:
                await self._loosened.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class GrippedJob(EngineJob):
    grip: Grip = field(repr=False, compare=False)

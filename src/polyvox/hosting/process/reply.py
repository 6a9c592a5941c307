"""One job as the server sees it: the audio that has come, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from polyvox.domain.audio import AudioChunk
from polyvox.errors import PolyvoxError
from polyvox.hosting.process.faults import broken_off
from polyvox.pipe import Pipe


class Reply:
    """``taken`` is called for every chunk that the listener takes."""

    def __init__(self, taken: Callable[[], None]) -> None:
        self.left = False
        self._overdue: asyncio.TimerHandle | None = None
        self._taken = taken
        self._audio = Pipe[AudioChunk]()
        self._made_ms = 0.0

    def put(self, chunk: AudioChunk) -> None:
        self._audio.extend([chunk])
        self._made_ms += chunk.duration_ms

    def end(self, error: PolyvoxError | None = None) -> None:
        self._audio.end(error)
        if self._overdue is not None:
            self._overdue.cancel()

    def leave(self, limit_s: float, overdue: Callable[[], None]) -> None:
        """The listener is gone; ``overdue`` is called unless the job has ended by then."""
        self.left = True
        self._audio.items.clear()
        self._overdue = asyncio.get_running_loop().call_later(limit_s, overdue)

    def break_off(self, message: str) -> None:
        """The child is gone: Crashed, or Interrupted when there was audio."""
        self.end(broken_off(message, self._made_ms))

    async def audio(self) -> AsyncGenerator[AudioChunk, None]:
        """What has come first, then the error."""
        while await self._audio.reaches():
            chunk = self._audio.items.pop(0)
            self._taken()
            yield chunk

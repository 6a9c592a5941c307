"""One job as the server sees it: the audio that has come, and how it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

from polyvox.domain.audio import AudioChunk
from polyvox.errors import PolyvoxError
from polyvox.hosting.process.faults import broken_off


class Reply:
    """``taken`` is called for every chunk that the listener takes."""

    def __init__(self, taken: Callable[[], None]) -> None:
        self.left = False
        self._overdue: asyncio.TimerHandle | None = None
        self._taken = taken
        self._chunks: deque[AudioChunk] = deque()
        self._wake = asyncio.Event()
        self._made_ms = 0.0
        self._ended = False
        self._error: PolyvoxError | None = None

    def put(self, chunk: AudioChunk) -> None:
        self._chunks.append(chunk)
        self._made_ms += chunk.duration_ms
        self._wake.set()

    def end(self, error: PolyvoxError | None = None) -> None:
        self._ended, self._error = True, error
        if self._overdue is not None:
            self._overdue.cancel()
        self._wake.set()

    def leave(self, limit_s: float, overdue: Callable[[], None]) -> None:
        """The listener is gone; ``overdue`` is called unless the job has ended by then."""
        self.left = True
        self._chunks.clear()
        self._overdue = asyncio.get_running_loop().call_later(limit_s, overdue)

    def break_off(self, message: str) -> None:
        """The child is gone: Crashed, or Interrupted when there was audio."""
        self.end(broken_off(message, self._made_ms))

    async def audio(self) -> AsyncGenerator[AudioChunk, None]:
        """What has come first, then the error."""
        while True:
            self._wake.clear()
            if self._chunks:
                chunk = self._chunks.popleft()
                self._taken()
                yield chunk
            elif not self._ended:
                await self._wake.wait()
            elif self._error is not None:
                raise self._error
            else:
                return

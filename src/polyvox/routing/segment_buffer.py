"""One segment on its way: the maker puts audio in, the listener takes it out at its own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import Attempt, SegmentReport


@dataclass(slots=True)
class Track:
    """Bounded by the segment itself: providers may not make more than cache.MAX_SEGMENT_MS."""

    text: str = field(repr=False)
    report: SegmentReport
    before: tuple[str, ...] = field(default=(), repr=False)
    """Texts of the reply's earlier segments."""
    cast: int = 0
    """The version of the casting it is made under (services.casting)."""
    _chunks: deque[tuple[AudioChunk, Attempt]] = field(default_factory=deque)
    _ended: bool = False
    _error: Exception | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, chunk: AudioChunk, attempt: Attempt) -> None:
        self._chunks.append((chunk, attempt))
        self._changed.set()

    def discard_unheard(self, attempt: Attempt) -> None:
        """Drop what an interrupted attempt left behind, unless the listener is in the midst of it."""
        if not attempt.heard_ms:
            self._chunks.clear()

    def end(self, error: Exception | None = None) -> None:
        self._ended, self._error = True, error
        self._changed.set()

    async def ended(self) -> None:
        """Until the segment is made, or given up. Raises nothing."""
        while not self._ended:
            self._changed.clear()
            await self._changed.wait()

    async def ready(self) -> None:
        """Until there is audio to take. Raises what stopped the segment before any."""
        while not self._chunks and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        if not self._chunks and self._error is not None:
            raise self._error

    async def take(self) -> AudioChunk | None:
        """The next chunk, None at the end. Raises what broke the segment off, after its audio."""
        await self.ready()
        if not self._chunks:
            return None
        chunk, attempt = self._chunks.popleft()
        attempt.heard_ms += chunk.duration_ms
        return chunk

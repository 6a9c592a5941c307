"""One segment on its way: the maker puts audio in, the listener takes it out at its own pace."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import Attempt, SegmentReport
from polyvox.pipe import Pipe
from polyvox.text.spoken import Segment


@dataclass(slots=True)
class SegmentBuffer:
    """Bounded by the segment itself: providers may not make more than cache.MAX_SEGMENT_MS."""

    segment: Segment
    report: SegmentReport
    before: tuple[Segment, ...] = ()
    """The reply's earlier segments."""
    cast: int = 0
    """The version of the casting it is made under (services.casting)."""
    _audio: Pipe[tuple[AudioChunk, Attempt]] = field(default_factory=Pipe)

    def put(self, chunk: AudioChunk, attempt: Attempt) -> None:
        self._audio.extend([(chunk, attempt)])

    def discard_unheard(self, attempt: Attempt) -> None:
        """Drop what an interrupted attempt left behind, unless the listener is in the midst of it."""
        if not attempt.heard_ms:
            self._audio.items.clear()

    def end(self, error: Exception | None = None) -> None:
        self._audio.end(error)

    async def ended(self) -> None:
        """Until the segment is made, or given up. Raises nothing."""
        await self._audio.wait_ended()

    async def ready(self) -> bool:
        """Wait for audio to take; returns whether there is any. Raises what stopped the segment
        before it."""
        return await self._audio.reaches()

    async def take(self) -> AudioChunk | None:
        """The next chunk, None at the end. Raises what broke the segment off, after its audio."""
        if not await self.ready():
            return None
        chunk, attempt = self._audio.items.pop(0)
        attempt.heard_ms += chunk.duration_ms
        return chunk

"""One synthesis under way, and those who listen to it."""

from __future__ import annotations

from enum import StrEnum

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Interrupted, Unavailable
from polyvox.pipe import Pipe

MAX_SEGMENT_MS = 600_000
"""What bounds the memory that a reply takes: the audio of one segment (29 MB at 24 kHz). Those of
240 characters, as ``services.speech`` cuts them, are 15 to 30 s long (up to 1.4 MB); who makes more
than the bound is an engine that does not find its end, and is broken off."""


class Served(StrEnum):
    """Where a listener's audio came from."""

    MADE = "made"  # synthesized for this listener
    SHARED = "shared"  # joined a synthesis under way
    STORED = "stored"  # had been made before


class Flight:
    """The audio made so far. Listeners read it from the start, each at its own pace.

    Belongs to one event loop. ``key`` is None when nobody else may join.
    """

    def __init__(self, key: str | None) -> None:
        self.key = key
        self.listeners = 0
        self.from_store = False
        self.called_off = False
        self.audio = Pipe[AudioChunk]()
        self._made_ms = 0.0

    def add(self, chunk: AudioChunk) -> None:
        """The next audio. Raises Interrupted where it does not fit what came before."""
        if not chunk.pcm:
            return
        so_far = self.audio.items
        if so_far and chunk.sample_rate != so_far[0].sample_rate:
            raise Interrupted("The sample rate changed within a segment.", sent_ms=self._made_ms)
        made_ms = self._made_ms + chunk.duration_ms
        if made_ms > MAX_SEGMENT_MS:
            limit = f"{MAX_SEGMENT_MS // 60_000} minutes"
            raise Interrupted(f"A segment's audio is longer than {limit}.", sent_ms=self._made_ms)
        self.audio.extend([chunk])
        self._made_ms = made_ms

    def stop(self) -> None:
        """Make sure that it ends: whoever still listens is told that no more audio comes."""
        message = "The synthesis was called off."
        if self.audio.items:
            self.audio.end(Interrupted(message, sent_ms=self._made_ms))
        else:
            self.audio.end(Unavailable(message))

    def whole(self) -> AudioChunk:
        """All the audio in one piece."""
        chunks = self.audio.items
        return AudioChunk(b"".join(chunk.pcm for chunk in chunks), chunks[0].sample_rate)


class CachedAudio:
    """A segment's audio for one listener. Iterating gives chunks of one ``sample_rate`` (Hz).

    Raises what the maker raised, after the audio made before it.
    """

    def __init__(self, audio: Pipe[AudioChunk], served: Served) -> None:
        self.served = served
        self.sample_rate = audio.items[0].sample_rate
        self._audio = audio
        self._heard = 0

    def __aiter__(self) -> CachedAudio:
        return self

    async def __anext__(self) -> AudioChunk:
        if not await self._audio.reaches(self._heard):
            raise StopAsyncIteration
        self._heard += 1
        return self._audio.items[self._heard - 1]

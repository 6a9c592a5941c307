"""One synthesis under way, and those who listen to it."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TypeVar

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Interrupted, Unavailable

MAX_SEGMENT_MS = 600_000
"""What bounds the memory that a reply takes: the audio of one segment (29 MB at 24 kHz). Those of
240 characters, as ``services.speech`` cuts them, are 15 to 30 s long (up to 1.4 MB); who makes more
than the bound is an engine that does not find its end, and is broken off."""

ErrorT = TypeVar("ErrorT", bound=Exception)


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
        self.ended = False
        self._chunks: list[AudioChunk] = []
        self._made_ms = 0.0
        self._error: Exception | None = None
        self._news = asyncio.Event()

    def add(self, chunk: AudioChunk) -> None:
        """The next audio. Raises Interrupted where it does not fit what came before."""
        if not chunk.pcm:
            return
        if self._chunks and chunk.sample_rate != self._chunks[0].sample_rate:
            raise Interrupted("The sample rate changed within a segment.", sent_ms=self._made_ms)
        made_ms = self._made_ms + chunk.duration_ms
        if made_ms > MAX_SEGMENT_MS:
            limit = f"{MAX_SEGMENT_MS // 60_000} minutes"
            raise Interrupted(f"A segment's audio is longer than {limit}.", sent_ms=self._made_ms)
        self._chunks.append(chunk)
        self._made_ms = made_ms
        self._tell()

    def end(self, error: Exception | None = None) -> None:
        """No more audio: ``error`` says why, None that it is whole. Only the first call counts."""
        if not self.ended:
            self.ended, self._error = True, error
            self._tell()

    def stop(self) -> None:
        """Make sure that it ends: whoever still listens is told that no more audio comes."""
        message = "The synthesis was called off."
        if self.has_audio:
            self.end(Interrupted(message, sent_ms=self._made_ms))
        else:
            self.end(Unavailable(message))

    @property
    def has_audio(self) -> bool:
        return bool(self._chunks)

    @property
    def is_whole(self) -> bool:
        return self.ended and self._error is None

    def whole(self) -> AudioChunk:
        """All the audio in one piece."""
        pcm = b"".join(chunk.pcm for chunk in self._chunks)
        return AudioChunk(pcm, self._chunks[0].sample_rate)

    async def chunk(self, index: int) -> AudioChunk:
        """The chunk, once it is there. After the last one raises what ended the flight:
        StopAsyncIteration when the audio is whole."""
        while index >= len(self._chunks) and not self.ended:
            await self._news.wait()
        if index < len(self._chunks):
            return self._chunks[index]
        if self._error is not None:
            raise own_copy(self._error)
        raise StopAsyncIteration

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class CachedAudio:
    """A segment's audio for one listener. Iterating gives chunks of one ``sample_rate`` (Hz).

    Raises what the maker raised, after the audio made before it.
    """

    def __init__(self, flight: Flight, first: AudioChunk, served: Served) -> None:
        self.served = served
        self.sample_rate = first.sample_rate
        self._flight = flight
        self._heard = 0

    def __aiter__(self) -> CachedAudio:
        return self

    async def __anext__(self) -> AudioChunk:
        chunk = await self._flight.chunk(self._heard)
        self._heard += 1
        return chunk


def own_copy(error: ErrorT) -> ErrorT:
    """``error`` for one listener: raised by many, one object would collect all their tracebacks,
    and what one of them notes on it the others would read.

    Made without ``__init__``, whose arguments are not known.
    """
    copy = type(error).__new__(type(error), *error.args)
    copy.args = error.args
    vars(copy).update(vars(error))
    if notes := getattr(error, "__notes__", None):
        copy.__notes__ = list(notes)
    copy.__cause__, copy.__context__ = error.__cause__, error.__context__
    copy.__suppress_context__ = error.__suppress_context__
    return copy.with_traceback(error.__traceback__)

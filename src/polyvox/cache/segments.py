"""The cache between the failover loop and the providers: identical segments are made once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager

from polyvox.cache.flight import MAX_SEGMENT_MS, CachedAudio, Flight, Served
from polyvox.cache.store import SegmentStore
from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk
from polyvox.errors import BadOutput, Unavailable

FIRST_PIECE_MS, PIECE_MS = 100, 1000
"""Stored audio is handed out in pieces of this length, the first one short."""

Maker = Callable[[], AsyncGenerator[AudioChunk, None]]
"""Starts one synthesis. What it raises reaches every listener; closing it cancels the work."""

logger = logging.getLogger(__name__)


class SegmentCache:
    """Plays a segment from the store, from a synthesis under way, or from a new one.

    A synthesis belongs to the cache, not to who asked first: it goes on while anybody listens
    and is cancelled when the last one leaves. Only whole audio is stored. Belongs to one event
    loop.
    """

    def __init__(self, store: SegmentStore) -> None:
        self._store = store
        self._joinable: dict[str, Flight] = {}
        self._tasks: dict[Flight, asyncio.Task[None]] = {}
        self._listeners = 0
        self._closed = False

    @property
    def listeners(self) -> int:
        """Contexts entered, or being entered, now."""
        return self._listeners

    @property
    def flights(self) -> int:
        """Look-ups, syntheses and writes under way."""
        return len(self._tasks)

    @asynccontextmanager
    async def open(self, key: str | None, make: Maker) -> AsyncIterator[CachedAudio]:
        """Entered with the first audio in hand. Leaving it early cancels the synthesis, unless
        others listen too.

        With ``key`` None the audio is neither stored nor shared. Raises, to each listener a copy
        of its own, what ``make`` raised before its first audio; BadOutput when there was none;
        Unavailable once the cache is closed.
        """
        if self._closed:
            raise Unavailable("The audio cache is closed.")
        flight, served = self._join(key) or (self._launch(key, make), Served.MADE)
        flight.listeners += 1
        self._listeners += 1
        try:
            await flight.audio.reaches()
            yield CachedAudio(flight.audio, Served.STORED if flight.from_store else served)
        finally:
            await self._leave(flight)

    async def close(self) -> None:
        """Cancel every synthesis, and wait for them and for the writes under way."""
        self._closed = True
        for flight in self._tasks:
            if not flight.audio.ended:
                self._call_off(flight)
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def _join(self, key: str | None) -> tuple[Flight, Served] | None:
        if key is None or (flight := self._joinable.get(key)) is None:
            return None
        # One that has ended is being written to the store: the audio was there before.
        return flight, Served.STORED if flight.audio.ended else Served.SHARED

    def _launch(self, key: str | None, make: Maker) -> Flight:
        flight = Flight(key)
        task = asyncio.create_task(self._run(flight, make), name="polyvox segment")
        self._tasks[flight] = task
        if key is not None:
            self._joinable[key] = flight
        # A callback, because a task cancelled before its first step runs no code of its own.
        task.add_done_callback(lambda _: self._finish(flight))
        return flight

    async def _leave(self, flight: Flight) -> None:
        flight.listeners -= 1
        self._listeners -= 1
        if not flight.listeners and not flight.audio.ended:
            self._call_off(flight)
            await asyncio.wait([self._tasks[flight]])

    def _call_off(self, flight: Flight) -> None:
        """Cancel its task, once: a second time would break off the maker's cleaning up."""
        if not flight.called_off:
            flight.called_off = True
            self._forget(flight)
            self._tasks[flight].cancel()

    def _forget(self, flight: Flight) -> None:
        """Nobody joins it any more: the next one starts anew."""
        if flight.key is not None and self._joinable.get(flight.key) is flight:
            del self._joinable[flight.key]

    def _finish(self, flight: Flight) -> None:
        del self._tasks[flight]
        self._forget(flight)
        flight.stop()

    async def _run(self, flight: Flight, make: Maker) -> None:
        try:
            if stored := await self._read(flight.key):
                flight.from_store = True
                for piece in _pieces(stored):
                    flight.add(piece)
            else:
                await self._make(flight, make)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the listeners
            self._forget(flight)  # first: a listener may try again at once
            flight.audio.end(error)
            return
        if flight.called_off:  # and the maker took no notice, or passed it off as its end
            return
        flight.audio.end()
        if flight.key is not None and not flight.from_store:
            await self._write(flight.key, flight.whole())

    async def _make(self, flight: Flight, make: Maker) -> None:
        async with aclosing(make()) as chunks:
            async for chunk in chunks:
                if flight.called_off:
                    return
                flight.add(chunk)
        if not flight.audio.items:
            raise BadOutput("The provider returned no audio.")

    async def _read(self, key: str | None) -> AudioChunk | None:
        if key is None:
            return None
        try:
            audio = await self._store.get(key)
        except Exception:  # a store that fails must not silence anybody
            logger.warning("The segment store cannot be read.", exc_info=True)
            return None
        return audio if audio and 0 < audio.duration_ms <= MAX_SEGMENT_MS else None

    async def _write(self, key: str, audio: AudioChunk) -> None:
        try:
            await self._store.put(key, audio)
        except Exception:  # the listeners have their audio already
            logger.warning("The segment store cannot be written.", exc_info=True)


def _pieces(audio: AudioChunk) -> Iterator[AudioChunk]:
    start, length_ms = 0, FIRST_PIECE_MS
    while start < len(audio.pcm):
        end = start + max(1, audio.sample_rate * length_ms // 1000) * SAMPLE_BYTES
        yield AudioChunk(audio.pcm[start:end], audio.sample_rate)
        start, length_ms = end, PIECE_MS

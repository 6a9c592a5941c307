"""Replies for players, which ask for the same address again and again, and for parts of it.

Safari looks at two bytes before it plays, any browser comes back when its user seeks, plays again or
downloads. So a ticket's reply is made once, kept while somebody may come back, and read by every
request from whatever byte it asks for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Final, NamedTuple

from prometheus_client import Gauge
from starlette.types import Send

from polyvox.api.encoding import EncodingThreads, encoded
from polyvox.api.streaming import Streamed, send_body
from polyvox.domain.audio import MEDIA_TYPES, AudioFormat
from polyvox.domain.speech import SpeechReport
from polyvox.pipe import Pipe
from polyvox.services.speech import Speech

GRACE_S = 3.0
"""How long the work waits for a player that went away: it may only have looked, and come again."""
KEPT_S = 300.0
"""How long a whole reply is kept after it was last read."""
KEPT_BYTES = 64 * 2**20
"""Of all replies that nobody reads at the moment: two hours of MP3. What was left longest ago goes first."""
SEND_BYTES = 65_536
"""Sent in one go of what is there already."""

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Playback:
    """A ticket's reply as the bytes of its container. It grows no further than somebody reads."""

    def __init__(
        self, open_: Callable[[], Awaitable[Speech]], format: AudioFormat, threads: EncodingThreads
    ) -> None:
        self.media_type = MEDIA_TYPES[format]
        self._open = open_
        self._format = format
        self._threads = threads
        self._made: Pipe[int] = Pipe(bytearray())
        self._report: SpeechReport | None = None
        self._asked = asyncio.Event()
        self._making = asyncio.create_task(self._make(), name="playback")
        self._making.add_done_callback(self._ended)
        self.readers = 0
        self.until: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Bytes made so far."""
        return len(self._made.items)

    @property
    def whole(self) -> bool:
        """Nothing will follow, and nothing is missing."""
        return self._made.ended and self._made.error is None

    @property
    def report(self) -> SpeechReport:
        """There is none before the first byte."""
        assert self._report is not None  # noqa: S101 - set before the first byte
        return self._report

    async def reaches(self, place: int) -> bool:
        """Whether there is a byte at ``place``, as soon as that is known. Raises what making it raised."""
        while len(self) <= place:
            self._asked.set()
            if not await self._made.reaches(len(self)):
                return False
        return True

    async def read(self, start: int, stop: int | None) -> AsyncIterator[bytes]:
        """Bytes from ``start`` until before ``stop``, or to the end, as they are made."""
        while (stop is None or start < stop) and await self.reaches(start):
            end = min(start + SEND_BYTES, stop or len(self))
            data = bytes(self._made.items[start:end])
            start += len(data)
            yield data

    def stop(self) -> asyncio.Task[None]:
        """Ends the work down to the engine, which the task does."""
        self._making.cancel()
        return self._making

    async def _make(self) -> None:
        async with (
            await self._open() as speech,
            aclosing(encoded(speech, self._format, self._threads)) as body,
        ):
            self._report = speech.report
            async for data in body:
                self._made.extend(data)
                await self._asked.wait()
                self._asked.clear()

    def _ended(self, making: asyncio.Task[None]) -> None:
        self._made.end(asyncio.CancelledError() if making.cancelled() else making.exception())


class Playbacks:
    """All that players may still come back for, by ticket, in the order in which they were left.

    In memory. One that nobody reads is forgotten after ``GRACE_S``, and its work ended; once it is
    whole, after ``KEPT_S``, or earlier for want of ``KEPT_BYTES``.
    """

    def __init__(self) -> None:
        self._all: dict[str, Playback] = {}

    @contextmanager
    def reading(self, ticket_id: str, begin: Callable[[], Playback]) -> Iterator[Playback]:
        """The ticket's, begun if need be. Raises what ``begin`` raises."""
        playback = self._all.get(ticket_id) or begin()
        self._all[ticket_id] = playback
        playback.readers += 1
        if playback.until is not None:
            playback.until.cancel()
        try:
            yield playback
        finally:
            playback.readers -= 1
            if not playback.readers and ticket_id in self._all:
                self._left(ticket_id)

    async def close(self) -> None:
        ending = [self._forget(ticket_id) for ticket_id in list(self._all)]
        if ending:
            await asyncio.wait(ending)

    def _left(self, ticket_id: str) -> None:
        playback = self._all[ticket_id] = self._all.pop(ticket_id)
        delay = KEPT_S if playback.whole else GRACE_S
        playback.until = asyncio.get_running_loop().call_later(delay, self._forget, ticket_id)
        unread = {id_: len(found) for id_, found in self._all.items() if not found.readers}
        excess = sum(unread.values()) - KEPT_BYTES
        for id_, size in unread.items():
            if excess <= 0:
                break
            self._forget(id_)
            excess -= size

    def _forget(self, ticket_id: str) -> asyncio.Task[None]:
        playback = self._all.pop(ticket_id)
        if playback.until is not None:
            playback.until.cancel()
        return playback.stop()


class Range(NamedTuple):
    """First and last byte asked for. Without ``first``: as many at the end as ``last`` says."""

    first: int | None
    last: int | None

    @classmethod
    def parse(cls, header: str | None) -> Range | None:
        """None where the whole is meant: also by what cannot be understood (RFC 9110, 14.2)."""
        found = _RANGE.fullmatch(header or "")
        if found is None:
            return None
        first, last = (int(digits) if digits else None for digits in found.groups())
        backwards = first is not None and last is not None and last < first
        return None if backwards or first is last is None else cls(first, last)

    def within(self, size: int) -> tuple[int, int]:
        """Start and stop in ``size`` bytes; nothing can be had where start is not below ``size``."""
        if self.first is None:
            return size - min(self.last or 0, size), size
        return self.first, size if self.last is None else min(self.last + 1, size)


class Played(Streamed):
    """What a request asks for of a playback.

    While it is being made, nobody knows its length. So it is sent as internet radio is: whole, with
    status 200, without a length, whatever is asked for, but for a range with both ends, which gets
    just that (206, of ``*`` bytes) as soon as it is there. Afterwards it is a file: 200, 206 or 416.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Playback]],
        range: Range | None,
        *,
        limit_s: float,
        listeners: Gauge,
    ) -> None:
        super().__init__(limit_s=limit_s, listeners=listeners)
        self._reading = reading
        self._range = range

    async def _send_all(self, send: Send) -> None:
        match self._range:
            case Range(int(first), int(last)):
                live: tuple[int, int] | None = (first, last + 1)
            case _:
                live = None
        with self._reading() as playback:
            await playback.reaches(live[1] - 1 if live else 0)
            size = len(playback) if playback.whole else None
            part = live if size is None or self._range is None else self._range.within(size)
            start, stop = await self._start_part(send, playback, part, size)
            async for data in playback.read(start, stop):
                await send_body(send, data)
            await send_body(send, b"", more=False)

    async def _start_part(
        self, send: Send, playback: Playback, part: tuple[int, int] | None, size: int | None
    ) -> tuple[int, int | None]:
        """Start and stop of what is to be sent. ``size`` is None while nobody knows it."""
        status, fields = 200, dict[str, str]()
        start, stop = part or (0, size)
        if part is not None:
            status, told = 206, f"{start}-{part[1] - 1}/{'*' if size is None else size}"
            if size is not None and start >= size:
                status, told, stop = 416, f"*/{size}", start
            fields["content_range"] = f"bytes {told}"
        if stop is not None:
            fields |= {"accept_ranges": "bytes", "content_length": str(stop - start)}
        await self._start(send, playback.report, playback.media_type, status, **fields)
        return start, stop

"""A listener with a clock, the same for every server."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from polyvox.audio.pcm import is_silent

WAV_HEADER = 44
"""Bytes before the samples, in the WAVs of both servers."""
_RATE_AT = 24
SAMPLE_BYTES = 2
REPLY_S = 120.0
"""No reply of a benchmark takes longer, in seconds."""


class Refused(RuntimeError):
    """A server did not speak; the message holds its reason."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server that answers a POST of ``payload(text)`` to ``url`` with a mono 16-bit WAV."""

    name: str
    url: str
    payload: Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds since the request was sent, of one reply.

    ``first_audio_s`` is when the first audible sample (−60 dBFS) was there; ``stalled_s`` is how
    long somebody who listens from then on would have waited in silence; ``audio_s`` is its length.
    """

    first_byte_s: float
    first_audio_s: float
    whole_s: float
    audio_s: float
    stalled_s: float
    headers: Mapping[str, str]


@asynccontextmanager
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A new connection for every request: one of the two servers can do no other."""
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    timeout = aiohttp.ClientTimeout(total=REPLY_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield session


async def listen(session: aiohttp.ClientSession, target: Target, text: str) -> Heard:
    """Raises Refused for a status other than 200, aiohttp.ClientError for a broken reply."""
    sent = time.perf_counter()
    async with session.post(target.url, json=target.payload(text)) as response:
        if response.status != 200:
            raise Refused(f"{target.name}: {response.status} {await response.text()}")
        clock = _Clock()
        async for data in response.content.iter_any():
            clock.arrived(data, time.perf_counter() - sent)
        return clock.heard(time.perf_counter() - sent, response.headers)


async def listen_at_once(
    session: aiohttp.ClientSession, target: Target, texts: Sequence[str]
) -> list[Heard]:
    return list(await asyncio.gather(*(listen(session, target, text) for text in texts)))


class _Clock:
    """What is known of a reply while its bytes come in."""

    def __init__(self) -> None:
        self._head = b""
        self._bytes = 0
        self._first_byte: float | None = None
        self._first_audio: float | None = None
        self._half = b""
        self._stalled = 0.0

    def arrived(self, data: bytes, at: float) -> None:
        if self._first_byte is None:
            self._first_byte = at
        missing = WAV_HEADER - len(self._head)
        self._head, data = self._head + data[:missing], data[missing:]
        if not data:
            return
        if self._first_audio is None:
            self._wait_for_audio(data, at)
        else:
            self._stalled += max(0.0, at - self._first_audio - self._stalled - self._audio_s)
        self._bytes += len(data)

    def _wait_for_audio(self, data: bytes, at: float) -> None:
        pcm = self._half + data
        whole = len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES
        self._half = pcm[whole:]
        if not is_silent(pcm[:whole]):
            self._first_audio = at

    @property
    def _audio_s(self) -> float:
        rate: int = struct.unpack_from("<I", self._head, _RATE_AT)[0]
        return self._bytes / SAMPLE_BYTES / rate

    def heard(self, whole_s: float, headers: Mapping[str, str]) -> Heard:
        if self._first_byte is None or self._first_audio is None:
            raise aiohttp.ClientPayloadError("The reply holds nothing to hear.")
        return Heard(
            self._first_byte, self._first_audio, whole_s, self._audio_s, self._stalled, headers
        )

"""What can go wrong with a provider, wrapped around one that works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Misconfigured, QuotaExhausted, Refused, Throttled, Unavailable
from polyvox.provider import AudioStream, audio_stream


class Fault(StrEnum):
    NONE = "none"
    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    MISCONFIGURED = "misconfigured"
    QUOTA = "quota"
    REFUSED = "refused"
    FOREIGN = "foreign"  # an exception that is not Polyvox's
    HANG = "hang"  # never any audio
    SILENCE = "silence"  # audio, but nothing in it
    NOTHING = "nothing"  # an end without audio
    CUT = "cut"  # breaks off after the first chunks
    STALL = "stall"  # goes quiet after the first chunks
    RATE = "rate"  # changes its sample rate in the middle


BEFORE_AUDIO = frozenset(
    {
        Fault.UNAVAILABLE,
        Fault.THROTTLED,
        Fault.MISCONFIGURED,
        Fault.QUOTA,
        Fault.REFUSED,
        Fault.FOREIGN,
        Fault.HANG,
        Fault.SILENCE,
        Fault.NOTHING,
    }
)
CHUNKS_BEFORE_FAULT = 2


@asynccontextmanager
async def inject(
    fault: Fault, speaking: AbstractAsyncContextManager[AudioStream]
) -> AsyncIterator[AudioStream]:
    """``speaking`` with ``fault`` in it."""
    await _before(fault)
    if fault is Fault.SILENCE:
        async with audio_stream(_silence()) as stream:
            yield stream
        return
    if fault is Fault.NOTHING:
        async with audio_stream(_nothing()) as stream:
            yield stream
        return
    async with speaking as healthy, audio_stream(_broken(fault, healthy)) as stream:
        yield stream


async def _before(fault: Fault) -> None:
    match fault:
        case Fault.UNAVAILABLE:
            raise Unavailable("Connection refused.")
        case Fault.THROTTLED:
            raise Throttled("Too many requests.", retry_after=2.0)
        case Fault.MISCONFIGURED:
            raise Misconfigured("The key is wrong.")
        case Fault.QUOTA:
            raise QuotaExhausted("The month's characters are used up.")
        case Fault.REFUSED:
            raise Refused("The service will not say that.")
        case Fault.FOREIGN:
            raise KeyError("something from inside the provider")
        case Fault.HANG:
            await asyncio.Event().wait()


async def _silence() -> AsyncGenerator[AudioChunk, None]:
    for _ in range(10):
        yield AudioChunk(bytes(4800), 24_000)


async def _nothing() -> AsyncGenerator[AudioChunk, None]:
    return
    yield  # makes this a generator


async def _broken(fault: Fault, healthy: AudioStream) -> AsyncGenerator[AudioChunk, None]:
    given = 0
    async for chunk in healthy:
        if given == CHUNKS_BEFORE_FAULT:
            if fault is Fault.CUT:
                raise ConnectionResetError("peer is gone")
            if fault is Fault.STALL:
                await asyncio.Event().wait()
            if fault is Fault.RATE:
                yield AudioChunk(chunk.pcm, chunk.sample_rate // 2)
                return
        given += 1
        yield chunk

"""A reply's audio in the container that was asked for, as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

from polyvox.audio.containers import Encoder, open_encoder
from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from polyvox.services.speech import Speech

SLICE_MS = 20
"""Audio encoded in one go: 64 listeners who encode at once delay each other by some 15 ms."""
SEND_BYTES = 4096
"""Encoded bytes that are sent without waiting for the end of a chunk."""
AT_HAND_S = 0.02
"""How long a WAV whose beginning comes from the cache is given to show that all of it does."""
_UNCOMPRESSED = (AudioFormat.WAV, AudioFormat.PCM)


async def encoded(speech: Speech, format: AudioFormat) -> AsyncGenerator[bytes, None]:
    """The bytes of the whole reply; never empty pieces. Close it to break off.

    A WAV states its exact size when all audio is at hand before the first byte leaves.
    """
    async with _at_hand(speech, wanted=format is AudioFormat.WAV) as (total, chunks):
        encoder = open_encoder(format, speech.sample_rate, total_samples=total)
        try:
            begun = False
            async with aclosing(chunks):
                async for chunk in chunks:
                    async for data in _encode(encoder, format, chunk, at_once=not begun):
                        begun = True
                        yield data
            if rest := encoder.close():
                yield rest
        finally:
            encoder.abort()  # nothing, once it is closed


async def _encode(
    encoder: Encoder, format: AudioFormat, chunk: AudioChunk, *, at_once: bool
) -> AsyncGenerator[bytes, None]:
    """A chunk's bytes; ``at_once`` hands out the first of them as soon as there are any."""
    if format in _UNCOMPRESSED:
        yield encoder.write(chunk.pcm)
        return
    ready = b""
    for pcm in _slices(chunk):
        ready += encoder.write(pcm)
        await asyncio.sleep(0)  # the other listeners' turn
        if ready and (at_once or len(ready) >= SEND_BYTES):
            yield ready
            ready, at_once = b"", False
    if ready:
        yield ready


def _slices(chunk: AudioChunk) -> Iterator[bytes]:
    step = chunk.sample_rate * SLICE_MS // 1000 * SAMPLE_BYTES
    for start in range(0, len(chunk.pcm), step):
        yield chunk.pcm[start : start + step]


Held = tuple[int | None, AsyncGenerator[AudioChunk, None]]


@asynccontextmanager
async def _at_hand(speech: Speech, *, wanted: bool) -> AsyncIterator[Held]:
    """The reply's length in samples, if all of it can be had without waiting, and its audio."""
    chunks, held = aiter(speech), list[AudioChunk]()
    if not (wanted and _starts_from_store(speech)):
        yield None, _resume(held, None, chunks)
        return
    clock = asyncio.get_running_loop().time
    deadline = clock() + AT_HAND_S
    following: asyncio.Future[AudioChunk | None] | None = None
    try:
        while True:
            following = asyncio.ensure_future(anext(chunks, None))
            await asyncio.wait([following], timeout=deadline - clock())
            if not following.done() or (chunk := following.result()) is None:
                break
            held.append(chunk)
        whole = sum(chunk.samples for chunk in held) if following.done() else None
        yield whole, _resume(held, following, chunks)
    finally:
        if following is not None and not following.done():
            following.cancel()
            await asyncio.wait([following])


async def _resume(
    held: list[AudioChunk],
    following: asyncio.Future[AudioChunk | None] | None,
    rest: AsyncIterator[AudioChunk],
) -> AsyncGenerator[AudioChunk, None]:
    for chunk in held:
        yield chunk
    if following is not None and (next_ := await following) is not None:
        yield next_
    async for chunk in rest:
        yield chunk


def _starts_from_store(speech: Speech) -> bool:
    """Or has nothing to say, which is answered with silence."""
    segments = speech.report.segments
    return not segments or any(attempt.cached for attempt in segments[0].attempts)

"""A reply's audio in the container that was asked for, as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from polyvox.audio.containers import Encoder, open_encoder
from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from polyvox.services.speech import Speech

THREADS = 2
"""Compressing a second of speech takes some 10 ms of a core, nearly all of it outside Python."""
SLICE_MS = 100
"""Audio compressed in one go; the next listener's turn comes after about a millisecond."""
SEND_BYTES = 4096
"""Encoded bytes that are sent without waiting for the end of a chunk."""
AT_HAND_S = 0.02
"""How long a WAV whose beginning comes from the cache is given to show that all of it does."""

T = TypeVar("T")


class EncodingThreads:
    """Keeps compression off the event loop. Threads start with the first work."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="encoding")

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        job = self._pool.submit(work, *arguments)
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            # An encoder stands only one user at a time. It is a slice away from being free: not
            # worth an await, which could itself be cancelled.
            if not job.cancel():
                wait([job])
            raise

    def stop(self) -> None:
        self._pool.shutdown()


async def _here(work: Callable[..., T], *arguments: object) -> T:
    return work(*arguments)


async def encoded(
    speech: Speech, format: AudioFormat, threads: EncodingThreads
) -> AsyncGenerator[bytes, None]:
    """The bytes of the whole reply; never empty pieces. Close it to break off.

    A WAV states its exact size when all audio is at hand before the first byte leaves.
    """
    compressed = format not in (AudioFormat.WAV, AudioFormat.PCM)
    run = threads.run if compressed else _here
    async with (
        _at_hand(speech, wanted=format is AudioFormat.WAV) as (total, chunks),
        aclosing(_pieces(chunks, SLICE_MS if compressed else None)) as pieces,
    ):
        encoder, ready, begun = None, b"", False
        try:
            async for pcm, last in pieces:
                if encoder is None:
                    encoder, ready = await run(_begin, format, speech.sample_rate, total, pcm)
                else:
                    ready += await run(encoder.write, pcm)
                if ready and (last or not begun or len(ready) >= SEND_BYTES):
                    yield ready
                    ready, begun = b"", True
            if encoder is not None and (rest := ready + await run(encoder.close)):
                yield rest
        finally:
            if encoder is not None:
                encoder.abort()  # nothing, once it is closed


def _begin(
    format: AudioFormat, sample_rate: int, total: int | None, pcm: bytes
) -> tuple[Encoder, bytes]:
    """In one go: each way to a thread and back delays the first byte."""
    encoder = open_encoder(format, sample_rate, total_samples=total)
    return encoder, encoder.write(pcm)


async def _pieces(
    chunks: AsyncGenerator[AudioChunk, None], most_ms: int | None
) -> AsyncGenerator[tuple[bytes, bool], None]:
    """PCM in pieces, and whether a piece is the last of its chunk."""
    async with aclosing(chunks):
        async for chunk in chunks:
            size = len(chunk.pcm)
            step = chunk.sample_rate * most_ms // 1000 * SAMPLE_BYTES if most_ms else size
            for start in range(0, size, step or 1):
                yield chunk.pcm[start : start + step], start + step >= size


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

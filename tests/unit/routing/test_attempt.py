from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Interrupted, Throttled
from polyvox.provider.base import audio_stream
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall

SILENT = AudioChunk(bytes(480), 24_000)
AUDIBLE = AudioChunk(b"\x00\x40" * 240, 24_000)


async def _then_throttled(*chunks: AudioChunk) -> AsyncGenerator[AudioChunk, None]:
    for chunk in chunks:
        yield chunk
    raise Throttled("Too many requests.", retry_after=7.0)


async def _hear(*chunks: AudioChunk) -> list[AudioChunk]:
    made = attempt(
        lambda: audio_stream(_then_throttled(*chunks)),
        provider="cloud",
        deadlines=Deadlines(),
        breaker=Breaker(lambda: 0.0),
        recall=Recall(""),
    )
    return [chunk async for chunk in made]


async def test_a_failure_in_the_leading_silence_is_what_it_is() -> None:
    with pytest.raises(Throttled) as told:
        await _hear(SILENT)
    assert (told.value.provider, told.value.retry_after) == ("cloud", 7.0)


async def test_a_failure_after_audible_audio_is_an_interruption() -> None:
    with pytest.raises(Interrupted) as told:
        await _hear(SILENT, AUDIBLE)
    assert told.value.sent_ms == pytest.approx(20.0)


async def test_a_recall_while_the_listener_takes_its_time_is_told_with_the_next_chunk() -> None:
    recall = Recall("It was stopped.")

    async def endless() -> AsyncGenerator[AudioChunk, None]:
        while True:
            yield AUDIBLE

    made = attempt(
        lambda: audio_stream(endless()),
        provider="cloud",
        deadlines=Deadlines(),
        breaker=Breaker(lambda: 0.0),
        recall=recall,
    )
    async with aclosing(made) as audio:
        await anext(audio)
        recall.call()
        await asyncio.sleep(0)  # where a listener is waited for; nothing may be broken off here
        with pytest.raises(Interrupted, match="It was stopped"):
            await anext(audio)

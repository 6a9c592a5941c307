from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator

import pytest

from polyvox.cache.flight import MAX_SEGMENT_MS, Served
from polyvox.cache.segments import SegmentCache
from polyvox.domain.audio import AudioChunk
from polyvox.errors import (
    BadOutput,
    Crashed,
    Interrupted,
    NoVoiceLeft,
    Throttled,
    TimedOut,
    Unavailable,
    UnknownVoice,
)

from .stage import KEY, OTHER_KEY, RATE, HeldStore, Stage, hear, listen, tone


async def test_a_failure_before_the_first_audio_reaches_everybody_and_is_forgotten(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    listeners = [listen(cache, stage) for _ in range(20)]
    await stage.started()
    stage.runs[0].fail(Throttled("Too many.", retry_after=3.0, provider="azure_tts"))
    errors = await asyncio.gather(*listeners, return_exceptions=True)
    for error in errors:
        assert isinstance(error, Throttled)
        assert (str(error), error.retry_after, error.provider) == ("Too many.", 3.0, "azure_tts")
    assert len({id(error) for error in errors}) == 20

    again = listen(cache, stage)
    await stage.started(2)
    stage.runs[1].give(tone(1))
    stage.runs[1].end()
    assert await again == (Served.MADE, tone(1).pcm)


async def test_trying_again_at_once_does_not_join_the_failed_flight(cache: SegmentCache) -> None:
    stage = Stage()

    async def stubborn() -> bytes:
        try:
            _, pcm = await hear(cache, stage)
        except TimedOut:
            _, pcm = await hear(cache, stage)
        return pcm

    listeners = [asyncio.create_task(stubborn()) for _ in range(3)]
    await stage.started()
    stage.runs[0].fail(TimedOut("No audio."))
    await stage.started(2)
    stage.runs[1].give(tone(1))
    stage.runs[1].end()
    assert await asyncio.gather(*listeners) == [tone(1).pcm] * 3
    assert len(stage.runs) == 2


async def test_every_listener_raises_an_error_of_its_own(cache: SegmentCache) -> None:
    stage = Stage()
    listeners = [listen(cache, stage) for _ in range(5)]
    await stage.started()
    cause = ConnectionResetError("reset")
    error = Unavailable("Gone.", provider="piper", request_id="r1", remedy="Wait.")
    error.__cause__ = cause
    error.add_note("a note")
    stage.runs[0].fail(error)
    errors = await asyncio.gather(*listeners, return_exceptions=True)
    lengths = set()
    for own in errors:
        assert isinstance(own, Unavailable)
        assert own.__cause__ is cause
        assert (own.message, own.request_id, own.remedy) == ("Gone.", "r1", "Wait.")
        lengths.add(len(traceback.extract_tb(own.__traceback__)))
        own.provider = "changed"
        own.add_note("mine")
        assert own.__notes__ == ["a note", "mine"]
    assert len(lengths) == 1
    assert "play" in [frame.name for frame in traceback.extract_tb(errors[0].__traceback__)]  # type: ignore[union-attr]  # checked above
    assert error.provider == "piper"


class _Peculiar(Crashed):
    """A third party's error: its constructor cannot be called with ``args``."""

    def __init__(self, *, exit_code: int) -> None:
        super().__init__(f"Exit code {exit_code}.")
        self.exit_code = exit_code


@pytest.mark.parametrize(
    "error",
    [
        UnknownVoice("No such voice.", param="voice"),
        NoVoiceLeft("Nobody.", [TimedOut("Late.")], speech_id="s1"),
        Interrupted("Broken.", sent_ms=12.5),
        _Peculiar(exit_code=3),
        ValueError("not ours"),
        FileNotFoundError(2, "No such file"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_any_error_can_be_shared(cache: SegmentCache, error: Exception) -> None:
    stage = Stage()
    listeners = [listen(cache, stage) for _ in range(2)]
    await stage.started()
    stage.runs[0].fail(error)
    for own in await asyncio.gather(*listeners, return_exceptions=True):
        assert type(own) is type(error)
        assert own is not error
        assert (str(own), vars(own)) == (str(error), vars(error))


async def test_a_failure_after_the_first_audio_comes_after_the_audio_before_it(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    heard: list[list[AudioChunk]] = []

    async def listen_until_it_breaks() -> None:
        chunks: list[AudioChunk] = []
        heard.append(chunks)
        async with cache.open(KEY, stage.make) as audio:
            async for chunk in audio:
                chunks.append(chunk)

    listeners = [asyncio.create_task(listen_until_it_breaks()) for _ in range(3)]
    await stage.started()
    stage.runs[0].give(tone(1))
    stage.runs[0].give(tone(2))
    stage.runs[0].fail(Interrupted("Broken.", sent_ms=20))
    for error in await asyncio.gather(*listeners, return_exceptions=True):
        assert isinstance(error, Interrupted)
    assert heard == [[tone(1), tone(2)]] * 3
    await cache.close()
    assert store.writes == 0


async def test_no_audio_is_an_error(cache: SegmentCache, store: HeldStore) -> None:
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(0, samples=0))
    stage.runs[0].end()
    with pytest.raises(BadOutput):
        await listener
    assert store.writes == 0


async def test_a_change_of_sample_rate_interrupts_and_closes_the_maker(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(1))
    stage.runs[0].give(tone(2, rate=2 * RATE))
    with pytest.raises(Interrupted, match="sample rate") as caught:
        await listener
    assert caught.value.sent_ms == 10
    assert stage.runs[0].closed
    assert store.writes == 0


async def test_a_segment_without_end_is_interrupted(cache: SegmentCache, store: HeldStore) -> None:
    async def endless() -> AsyncGenerator[AudioChunk, None]:
        while True:
            yield AudioChunk(b"\0\0" * 60, 1)  # a minute at 1 Hz

    minutes = 0

    async def listen_until_it_breaks() -> None:
        nonlocal minutes
        async with cache.open(KEY, endless) as audio:
            async for _ in audio:
                minutes += 1

    with pytest.raises(Interrupted, match="longer than 10 minutes") as caught:
        await listen_until_it_breaks()
    assert (minutes, caught.value.sent_ms) == (10, MAX_SEGMENT_MS)
    assert store.writes == 0


async def test_a_maker_cancelled_from_inside_leaves_nobody_waiting(cache: SegmentCache) -> None:
    stage = Stage()
    silent = listen(cache, stage)
    await stage.started(1)  # two looks at the store may end in any order
    speaking = listen(cache, stage, OTHER_KEY)
    await stage.started(2)
    stage.runs[1].give(tone(1))
    for run in stage.runs:
        run.fail(asyncio.CancelledError())
    with pytest.raises(Unavailable, match="called off"):
        await silent
    with pytest.raises(Interrupted, match="called off"):
        await speaking

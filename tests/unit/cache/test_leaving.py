from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from polyvox.cache.flight import Served
from polyvox.cache.segments import SegmentCache
from polyvox.domain.audio import AudioChunk

from .stage import KEY, HeldStore, Stage, listen, settle, tone


async def test_when_the_first_leaves_the_others_go_on(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    first, second = listen(cache, stage), listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(1))
    await settle()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert cache.listeners == 1
    stage.runs[0].give(tone(2))
    stage.runs[0].end()
    assert await second == (Served.SHARED, tone(1).pcm + tone(2).pcm)
    await cache.close()
    assert store.entries == 1


async def test_when_the_last_leaves_the_maker_is_cancelled_and_nothing_stored(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    listeners = [listen(cache, stage) for _ in range(2)]
    await stage.started()
    stage.runs[0].give(tone(1))
    await settle()
    for listener in listeners:
        assert not stage.runs[0].closed
        listener.cancel()
        await asyncio.wait([listener])
    assert stage.runs[0].closed
    assert (cache.listeners, cache.flights, store.writes) == (0, 0, 0)


async def test_leaving_before_the_first_audio_cancels_the_maker(cache: SegmentCache) -> None:
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    listener.cancel()
    await asyncio.wait([listener])
    assert stage.runs[0].closed
    assert (cache.listeners, cache.flights) == (0, 0)


async def test_leaving_during_the_look_up_starts_no_maker(
    cache: SegmentCache, store: HeldStore
) -> None:
    store.may_read.clear()
    stage = Stage()
    listener = listen(cache, stage)
    await settle()
    assert (store.reads, cache.listeners) == (1, 1)
    listener.cancel()
    await asyncio.wait([listener])
    assert (cache.listeners, cache.flights) == (0, 0)
    store.may_read.set()
    await settle()
    assert stage.runs == []


async def test_cancelled_before_its_first_step_nothing_is_left(cache: SegmentCache) -> None:
    stage = Stage()
    opened = cache.open(KEY, stage.make)
    entering = asyncio.ensure_future(opened.__aenter__())
    await asyncio.sleep(0)  # the listener has its first step, its flight not yet
    entering.cancel()
    await asyncio.wait([entering])
    assert entering.cancelled()
    assert (cache.listeners, cache.flights, stage.runs) == (0, 0, [])


async def test_the_next_one_starts_anew_while_the_old_maker_is_still_cleaning_up(
    cache: SegmentCache,
) -> None:
    cleaning, cleaned = asyncio.Event(), asyncio.Event()

    async def slow_to_stop() -> AsyncGenerator[AudioChunk, None]:
        try:
            yield tone(1)
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await cleaned.wait()

    async def leave_early() -> None:
        async with cache.open(KEY, slow_to_stop) as audio:
            await anext(audio)

    leaving = asyncio.create_task(leave_early())
    await cleaning.wait()
    stage = Stage()
    following = listen(cache, stage)
    await stage.started()
    assert not leaving.done()  # leaving waits for the clean-up
    cleaned.set()
    await leaving
    sharing = listen(cache, stage)
    stage.runs[0].give(tone(2))
    stage.runs[0].end()
    assert await following == (Served.MADE, tone(2).pcm)
    assert await sharing == (Served.SHARED, tone(2).pcm)
    assert len(stage.runs) == 1


async def test_a_leaver_cancelled_while_it_waits_leaks_nothing(cache: SegmentCache) -> None:
    cleaning, cleaned = asyncio.Event(), asyncio.Event()
    finished = False

    async def slow_to_stop() -> AsyncGenerator[AudioChunk, None]:
        nonlocal finished
        try:
            yield tone(1)
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await cleaned.wait()
            finished = True

    async def leave_early() -> None:
        async with cache.open(KEY, slow_to_stop):
            pass

    leaving = asyncio.create_task(leave_early())
    await cleaning.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    assert (leaving.cancelled(), cache.listeners, cache.flights) == (True, 0, 1)
    closing = asyncio.create_task(cache.close())
    await settle()
    assert not closing.done()
    cleaned.set()
    await closing
    assert finished


async def test_a_maker_that_passes_cancellation_off_as_its_end_is_not_stored(
    cache: SegmentCache, store: HeldStore
) -> None:
    async def swallow() -> AsyncGenerator[AudioChunk, None]:
        yield tone(1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    async with cache.open(KEY, swallow) as audio:
        await anext(audio)
    await settle()
    assert (cache.flights, store.writes) == (0, 0)


async def test_a_maker_that_ignores_cancellation_is_stopped_at_its_next_chunk(
    cache: SegmentCache, store: HeldStore
) -> None:
    made = 0

    async def stubborn() -> AsyncGenerator[AudioChunk, None]:
        nonlocal made
        while True:
            made += 1
            yield tone(1)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    async with cache.open(KEY, stubborn) as audio:
        await anext(audio)
    assert (made, cache.flights, store.writes) == (2, 0, 0)


async def test_leaving_after_the_end_waits_for_nothing(
    cache: SegmentCache, store: HeldStore
) -> None:
    store.may_write.clear()
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(1))
    stage.runs[0].end()
    await listener
    assert (cache.listeners, cache.flights) == (0, 1)

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from polyvox.cache.flight import Served
from polyvox.cache.segments import SegmentCache
from polyvox.domain.audio import AudioChunk
from polyvox.errors import Interrupted

from .stage import KEY, OTHER_KEY, RATE, HeldStore, Stage, listen, settle, tone


async def test_the_context_is_entered_with_the_first_audio(cache: SegmentCache) -> None:
    stage = Stage()
    opened = cache.open(KEY, stage.make)
    entering = asyncio.ensure_future(opened.__aenter__())
    await stage.started()
    run = stage.runs[0]
    run.give(tone(0, samples=0))
    await settle()
    assert not entering.done()
    run.give(tone(1))
    audio = await entering
    assert (audio.served, audio.sample_rate) == (Served.MADE, RATE)
    run.end()
    assert [chunk async for chunk in audio] == [tone(1)]
    await opened.__aexit__(None, None, None)


async def test_twenty_at_once_are_made_once(cache: SegmentCache, store: HeldStore) -> None:
    stage = Stage()
    listeners = [listen(cache, stage) for _ in range(20)]
    await stage.started()
    run = stage.runs[0]
    for number in (1, 2, 3):
        run.give(tone(number))
        await settle()
    late = listen(cache, stage)
    await settle()
    run.give(tone(4))
    run.end()
    heard = await asyncio.gather(*listeners, late)
    whole = b"".join(tone(number).pcm for number in (1, 2, 3, 4))
    assert [pcm for _, pcm in heard] == [whole] * 21
    assert [served for served, _ in heard] == [Served.MADE] + [Served.SHARED] * 20
    assert (len(stage.runs), store.reads, store.writes) == (1, 1, 1)


async def test_different_keys_are_made_apart(cache: SegmentCache) -> None:
    stage = Stage()
    listeners = [listen(cache, stage)]
    await stage.started(1)  # two looks at the store may end in any order
    listeners.append(listen(cache, stage, OTHER_KEY))
    await stage.started(2)
    for number, run in enumerate(stage.runs):
        run.give(tone(number))
        run.end()
    heard = await asyncio.gather(*listeners)
    assert {pcm for _, pcm in heard} == {tone(0).pcm, tone(1).pcm}


async def test_each_listener_follows_at_its_own_pace(cache: SegmentCache) -> None:
    stage = Stage()
    async with AsyncExitStack() as stack:
        task = asyncio.create_task(stack.enter_async_context(cache.open(KEY, stage.make)))
        await stage.started()
        run = stage.runs[0]
        run.give(tone(1))
        slow = await task
        run.give(tone(2))
        fast = await stack.enter_async_context(cache.open(KEY, stage.make))
        assert [await anext(fast), await anext(fast)] == [tone(1), tone(2)]
        live = asyncio.ensure_future(anext(fast))
        await settle()
        assert not live.done()
        run.give(tone(3))
        assert await live == tone(3)
        run.end()
        assert [chunk async for chunk in fast] == []
        assert [chunk async for chunk in slow] == [tone(1), tone(2), tone(3)]


@pytest.mark.parametrize("error", [None, Interrupted("Broken.")])
async def test_a_slow_listener_misses_nothing_that_is_long_over(
    cache: SegmentCache, error: Interrupted | None
) -> None:
    stage = Stage()
    may_read = asyncio.Event()
    heard: list[AudioChunk] = []

    async def listen_slowly() -> None:
        async with cache.open(None, stage.make) as audio:
            await may_read.wait()
            async for chunk in audio:
                heard.append(chunk)

    listener = asyncio.create_task(listen_slowly())
    await stage.started()
    run = stage.runs[0]
    run.give(tone(1))
    run.give(tone(2))
    if error:
        run.fail(error)
    else:
        run.end()
    await settle()
    assert cache.flights == 0
    may_read.set()
    await asyncio.wait([listener])
    assert heard == [tone(1), tone(2)]
    assert str(listener.exception()) == str(error)


async def test_without_a_key_nothing_is_shared_or_stored(
    cache: SegmentCache, store: HeldStore
) -> None:
    stage = Stage()
    listeners = [listen(cache, stage, None) for _ in range(2)]
    await stage.started(2)
    for run in stage.runs:
        run.give(tone(1))
        run.end()
    assert await asyncio.gather(*listeners) == [(Served.MADE, tone(1).pcm)] * 2
    await cache.close()
    assert (store.reads, store.writes) == (0, 0)

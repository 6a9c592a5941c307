from __future__ import annotations

import asyncio

import pytest

from polyvox.cache.segments import SegmentCache
from polyvox.errors import (
    Interrupted,
    Unavailable,
)

from .stage import KEY, OTHER_KEY, Stage, hear, listen, settle, tone


async def test_close_tells_every_listener_and_awaits_the_makers(cache: SegmentCache) -> None:
    stage = Stage()
    silent = listen(cache, stage)
    await stage.started(1)
    speaking = listen(cache, stage, OTHER_KEY)
    await stage.started(2)
    stage.runs[1].give(tone(1))
    await settle()
    unstarted = listen(cache, stage, None)
    await asyncio.sleep(0)
    await cache.close()
    assert all(run.closed for run in stage.runs)
    results = await asyncio.gather(silent, speaking, unstarted, return_exceptions=True)
    assert [type(error) for error in results] == [Unavailable, Interrupted, Unavailable]
    await cache.close()


async def test_nothing_opens_after_close(cache: SegmentCache) -> None:
    await cache.close()
    for key in (KEY, None):
        with pytest.raises(Unavailable, match="closed"):
            await hear(cache, Stage(), key)

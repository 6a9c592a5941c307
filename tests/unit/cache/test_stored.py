from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from polyvox.cache.flight import Served
from polyvox.cache.segments import SegmentCache
from polyvox.cache.store import FileStore
from polyvox.domain.audio import AudioChunk

from .stage import KEY, RATE, HeldStore, Stage, hear, listen, settle, tone


async def test_the_second_time_it_comes_from_the_store(
    cache: SegmentCache, store: HeldStore
) -> None:
    await store.put(KEY, AudioChunk(tone(1).pcm + tone(2).pcm, RATE))
    never = Stage()
    assert await hear(cache, never) == (Served.STORED, tone(1).pcm + tone(2).pcm)
    twenty = await asyncio.gather(*(listen(cache, never) for _ in range(20)))
    assert {served for served, _ in twenty} == {Served.STORED}
    assert never.runs == []
    assert store.reads == 2  # one look-up for the twenty


async def test_a_stored_segment_starts_with_a_short_piece(
    cache: SegmentCache, store: HeldStore
) -> None:
    await store.put(KEY, tone(7, samples=2_350))
    async with cache.open(KEY, Stage().make) as audio:
        pieces = [chunk async for chunk in audio]
    assert [piece.duration_ms for piece in pieces] == [100, 1000, 1000, 250]
    assert b"".join(piece.pcm for piece in pieces) == tone(7, samples=2_350).pcm


async def test_the_listener_does_not_wait_for_the_disk(
    cache: SegmentCache, store: HeldStore
) -> None:
    store.may_write.clear()
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(1))
    stage.runs[0].end()
    assert await listener == (Served.MADE, tone(1).pcm)
    assert (cache.flights, store.writes, store.entries) == (1, 1, 0)

    # Not written yet, and not made again either.
    assert await hear(cache, stage) == (Served.STORED, tone(1).pcm)
    assert (len(stage.runs), store.reads) == (1, 1)

    closing = asyncio.create_task(cache.close())
    await settle()
    assert not closing.done()
    store.may_write.set()
    await closing
    assert store.entries == 1


async def test_a_store_that_fails_silences_nobody(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    class Broken(FileStore):
        async def get(self, key: str) -> AudioChunk | None:
            raise ConnectionError("gone")

        async def put(self, key: str, audio: AudioChunk) -> None:
            raise ConnectionError("gone")

    cache = SegmentCache(Broken(tmp_path, 1000))
    stage = Stage()
    listener = listen(cache, stage)
    await stage.started()
    stage.runs[0].give(tone(1))
    stage.runs[0].end()
    assert await listener == (Served.MADE, tone(1).pcm)
    await cache.close()
    assert len(caplog.records) == 2

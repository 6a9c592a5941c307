from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from polyvox.cache.segments import SegmentCache

from .stage import HeldStore


@pytest.fixture
def store(tmp_path: Path) -> HeldStore:
    return HeldStore(tmp_path, 10_000_000)


@pytest.fixture
async def cache(store: HeldStore) -> AsyncIterator[SegmentCache]:
    """Closed after the test, which must have left nothing behind."""
    before = asyncio.all_tasks()
    cache = SegmentCache(store)
    yield cache
    store.may_read.set()
    store.may_write.set()
    await cache.close()
    assert cache.listeners == cache.flights == 0
    assert asyncio.all_tasks() - before - {asyncio.current_task()} == set()

"""Stores with a clock that ticks by itself, and what lies in their folders."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from polyvox.cache.store import FileStore

from .stage import tone

ENTRY = tone(1, samples=500)
ENTRY_BYTES = 56 + 1000
CAP = 10 * ENTRY_BYTES


def key(number: int) -> str:
    return f"{number * 0x1234567:064x}"


def ticks() -> int:
    return next(_ticks)


_ticks = count(1_700_000_000_000_000_000, 1_000_000)


def store_in(folder: Path, max_bytes: int = CAP) -> FileStore:
    return FileStore(folder, max_bytes, clock=ticks)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def held(store: FileStore, numbers: range) -> list[int]:
    return [number for number in numbers if await store.get(key(number))]

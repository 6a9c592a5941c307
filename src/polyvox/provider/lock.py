"""One process at a time in a folder; the system lets go when the holder ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from polyvox.errors import Conflict


@contextmanager
def sole_use(home: Path, otherwise: str) -> Iterator[None]:
    """Hold the lock file beside ``home``. Raises Conflict, saying ``otherwise``, when somebody else
    does, and OSError where there can be no such file."""
    lock = FileLock(home.with_name(f".{home.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Conflict(otherwise) from None
    try:
        yield
    finally:
        lock.release()

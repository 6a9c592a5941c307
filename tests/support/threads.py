"""Threads that outlive what began them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 5.0
"""For a thread that has done its work and is about to end."""


@contextmanager
def no_thread_left() -> Iterator[None]:
    """Fails where a thread that was begun inside goes on."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), f"{thread.name} is left"

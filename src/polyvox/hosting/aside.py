"""Work of an engine that is no part of its decoding: loading, say."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """On a thread of its own, which then ends. Every thread that multiplies keeps a team of OpenMP
    threads for as long as it lives, and while there are more of those than cores, the teams no
    longer spin but sleep between any two operations: decoding would take three times as long."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()

"""Run a coroutine on a loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import looptime

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T], *, most_s: float = 3600.0) -> T:
    """Fails when ``most_s`` virtual seconds pass, and when a task is left over at the end."""

    async def guarded() -> T:
        async with asyncio.timeout(most_s):
            result = await main
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left, f"leaked tasks: {left}"
        return result

    with asyncio.Runner(loop_factory=lambda: looptime.new_event_loop(start=0)) as runner:
        return runner.run(guarded())

"""Checks that what is left ends; see ``conformance``."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from polyvox.errors import PolyvoxError
from polyvox.provider.trial import (
    TRIES,
    AnyProvider,
    ContractBroken,
    Subject,
    hear,
    promise,
    started,
)

CANCEL_S = 0.1
"""How soon leaving ``speak`` returns, and the work of those who left has ended."""
PATIENCE_S = 5.0


async def stops_when_the_listener_leaves(subject: Subject) -> None:
    async with started(subject) as provider:
        await hear(provider, subject.utterance)  # the first may start what serves all
        took = [await _leave(provider, subject) for _ in range(TRIES)]
        promise(min(took) < CANCEL_S + subject.lag, "leaving early ends the work in time")
        promise(bool((await hear(provider, subject.utterance)).pcm), "the next is served")


async def _leave(provider: AnyProvider, subject: Subject) -> float:
    before = asyncio.all_tasks()
    async with provider.speak(subject.utterance):
        left = time.monotonic()
    return await _gone(before, left)


async def stops_when_cancelled_before_audio(subject: Subject) -> None:
    async with started(subject) as provider:
        await hear(provider, subject.utterance)  # the first may start what serves all
        took = [await _cancel(provider, subject, after=turns) for turns in range(TRIES)]
        promise(min(took) < CANCEL_S + subject.lag, "cancelling ends the work in time")
        promise(bool((await hear(provider, subject.utterance)).pcm), "the next is served")


async def _cancel(provider: AnyProvider, subject: Subject, *, after: int) -> float:
    before = asyncio.all_tasks()
    entering = asyncio.create_task(hear(provider, subject.utterance))
    for _ in range(after):
        await asyncio.sleep(0)
    entering.cancel()
    left = time.monotonic()
    await asyncio.wait([entering])
    return await _gone(before, left)


async def _gone(before: set[asyncio.Task[Any]], left: float) -> float:
    """Seconds since ``left`` until no task is there that was not ``before``."""
    while asyncio.all_tasks() - before:
        promise(time.monotonic() - left < PATIENCE_S, "leaving leaves no task behind")
        await asyncio.sleep(0.001)
    return time.monotonic() - left


async def leaves_nothing_running(subject: Subject) -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    async with started(subject) as provider:
        await hear(provider, subject.utterance)
        async with provider.speak(subject.utterance):
            pass
    promise(not asyncio.all_tasks() - tasks, "no task is left after stop")
    ours = [t.name for t in set(threading.enumerate()) - threads if not _excused(t)]
    promise(not ours, f"no thread is left after stop, but there is {', '.join(ours)}")


def _excused(thread: threading.Thread) -> bool:
    """Threads of asyncio's own: those of ``to_thread`` stay until the loop ends; one that waits for
    a child ends a moment after it has told of the child's end."""
    if thread.name.startswith("asyncio-waitpid-"):
        thread.join(PATIENCE_S)
        return not thread.is_alive()
    return thread.name.startswith("asyncio_")


async def may_be_stopped_at_any_time(subject: Subject) -> None:
    never = subject.make()
    await never.stop()
    cut_short = subject.make()
    starting = asyncio.create_task(cut_short.start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await cut_short.stop()
    twice = subject.make()
    await twice.start()
    await twice.stop()
    await twice.stop()
    try:
        await hear(twice, subject.utterance)
    except PolyvoxError:
        return
    raise ContractBroken("a stopped provider raises an error of Polyvox")

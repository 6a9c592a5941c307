from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import (
    BadOutput,
    Crashed,
    Interrupted,
    InvalidSetting,
    Misconfigured,
    Refused,
    Throttled,
    Unavailable,
)
from polyvox.hosting.engine import Cancelled, EngineJob
from polyvox.hosting.inline import InlineHost

from .stage import PATIENCE_S, RATE, ScriptedEngine, tone

FREED_S = 0.1
"""How soon a worker must be free after its listener left."""
TRIES = 3
"""A busy machine may delay any one."""


@asynccontextmanager
async def running(
    engine: ScriptedEngine, *, workers: int = 2, queue_limit: int = 8
) -> AsyncIterator[InlineHost]:
    host = InlineHost(engine, workers=workers, queue_limit=queue_limit, name="scripted")
    await host.start()
    try:
        yield host
    finally:
        engine.gate.set()
        await host.stop()


def job(text: str = "a") -> EngineJob:
    return EngineJob(text=text, language="en")


async def listen(host: InlineHost, text: str = "a") -> list[AudioChunk]:
    async with host.run(job(text)) as stream:
        return [chunk async for chunk in stream]


def chunks_alive() -> int:
    gc.collect()
    return sum(type(each) is AudioChunk for each in gc.get_objects())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - the engine runs on threads that know no asyncio.Event
            await asyncio.sleep(0.001)


async def test_gives_the_chunks_of_the_engine_in_order() -> None:
    async with running(ScriptedEngine(chunks=3)) as host:
        assert await listen(host) == [tone(100, 1), tone(100, 2), tone(100, 3)]


async def test_loads_once_on_a_thread_of_its_own() -> None:
    engine = ScriptedEngine()
    async with running(engine) as host:
        await listen(host)
        await listen(host)
    assert engine.loads == 1
    assert engine.load_thread.startswith("polyvox-scripted")


async def test_is_entered_with_the_first_audio_in_hand() -> None:
    engine = ScriptedEngine()
    engine.gate.clear()
    async with running(engine) as host:
        entering = asyncio.create_task(host.run(job()).__aenter__())
        await until(lambda: bool(engine.jobs))
        assert not entering.done()
        engine.gate.set()
        stream = await entering
        assert stream.sample_rate == RATE


async def test_the_loop_goes_on_while_the_engine_works() -> None:
    engine = ScriptedEngine()
    engine.gate.clear()
    async with running(engine) as host:
        entering = asyncio.create_task(listen(host))
        await until(lambda: bool(engine.jobs))
        turns_of_the_loop = 0
        for _ in range(100):
            await asyncio.sleep(0)
            turns_of_the_loop += 1
        assert turns_of_the_loop == 100
        engine.gate.set()
        assert len(await entering) == 3


async def test_a_listener_who_does_not_read_holds_no_worker_and_hears_all_later() -> None:
    engine = ScriptedEngine(chunks=100, chunk_ms=500)
    async with running(engine, workers=1) as host, host.run(job("slow")) as stream:
        await until(engine.jobs[0].closed.is_set)
        assert engine.jobs[0].chunks == 100, "made to its end though nobody takes it"
        assert len(await listen(host, "quick")) == 100, "the only worker is free for others"
        assert len([chunk async for chunk in stream]) == 100
    assert not engine.jobs[0].cancelled


async def test_what_nobody_will_hear_is_freed_when_they_leave() -> None:
    engine = ScriptedEngine(chunks=100, chunk_ms=500)
    before = chunks_alive()
    async with running(engine, workers=1) as host:
        async with host.run(job("slow")):
            await until(engine.jobs[0].closed.is_set)
            assert chunks_alive() - before >= 99
        assert chunks_alive() == before


async def test_who_has_had_least_audio_goes_first() -> None:
    engine = ScriptedEngine(chunks=4)
    engine.gate.clear()
    async with running(engine, workers=1) as host:
        listeners = [asyncio.create_task(listen(host, "a"))]
        await until(lambda: bool(engine.jobs))
        listeners += [asyncio.create_task(listen(host, text)) for text in "bc"]
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(*listeners)
    assert engine.order == list("abc" * 4)


@pytest.mark.alone
async def test_leaving_cancels_a_job_at_work() -> None:
    engine = ScriptedEngine()
    left_at, stopped_at = list[float](), list[float]()
    working = threading.Event()

    def deaf(cancelled: Cancelled) -> Iterator[AudioChunk]:
        """Works in one long step that only ``when`` can end."""
        told = threading.Event()
        cancelled.when(told.set)
        yield tone(100)
        working.set()
        assert told.wait(PATIENCE_S)
        stopped_at.append(time.monotonic())
        yield tone(100)

    engine.script["deaf"] = deaf
    async with running(engine, workers=1) as host:
        for number in range(TRIES):
            working.clear()
            async with host.run(job("deaf")):
                await until(working.is_set)
                left_at.append(time.monotonic())
            await until(engine.jobs[number].closed.is_set)
            assert engine.jobs[number].cancelled
        assert (
            min(stopped - left for stopped, left in zip(stopped_at, left_at, strict=True)) < FREED_S
        )
        assert len(await listen(host, "next")) == 3


async def test_leaving_closes_a_job_at_rest() -> None:
    """Between two chunks, while the only worker speaks for somebody else."""
    engine = ScriptedEngine(chunks=100)
    engine.script["first"] = lambda _: iter([tone(60_000)] * 2)
    async with running(engine, workers=1) as host:
        engine.gate.clear()
        async with AsyncExitStack() as leaving:
            waiting = asyncio.create_task(leaving.enter_async_context(host.run(job("first"))))
            other = asyncio.create_task(listen(host, "other"))
            await waiting
            await until(lambda: len(engine.jobs) == 2)
            assert engine.jobs[0].chunks == 1
        assert not engine.jobs[0].closed.is_set()
        engine.gate.set()
        await until(engine.jobs[0].closed.is_set)
        assert (engine.jobs[0].cancelled, engine.jobs[0].chunks) == (True, 1)
        assert len(await other) == 100


async def test_cancelling_the_wait_for_the_first_audio_cancels_the_job() -> None:
    engine = ScriptedEngine()
    engine.gate.clear()
    async with running(engine, workers=1) as host:
        first, second = (asyncio.create_task(listen(host, text)) for text in "ab")
        await until(lambda: bool(engine.jobs))
        for waiting in (first, second):
            waiting.cancel()
        await asyncio.wait([first, second])
        engine.gate.set()
        await until(engine.jobs[0].closed.is_set)
        assert engine.jobs[0].cancelled
        assert len(await listen(host, "c")) == 3
    assert [played.text for played in engine.jobs] == ["a", "c"]


async def test_a_full_queue_names_its_limit() -> None:
    engine = ScriptedEngine()
    engine.gate.clear()
    async with running(engine, workers=1, queue_limit=1) as host:
        waiting = [asyncio.create_task(listen(host, text)) for text in "ab"]
        await until(lambda: bool(engine.jobs))
        with pytest.raises(Throttled, match=r"limit of 2 jobs at once \(1 workers and 1 waiting\)"):
            await listen(host, "c")
        waiting[1].cancel()
        await asyncio.wait([waiting[1]])
        third = asyncio.create_task(listen(host, "d"))
        engine.gate.set()
        assert len(await third) == 3
        await waiting[0]


async def test_a_crash_before_audio_is_told_as_such_without_its_words() -> None:
    engine = ScriptedEngine()

    def crash(_: Cancelled) -> Iterator[AudioChunk]:
        raise ZeroDivisionError("the user's text")

    engine.script["x"] = crash
    async with running(engine) as host:
        with pytest.raises(Crashed, match=r"^scripted failed: ZeroDivisionError\.$") as caught:
            await listen(host, "x")
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert len(await listen(host, "a")) == 3


@pytest.mark.parametrize("error", [OSError("?"), Refused("No."), InvalidSetting("No.")])
async def test_a_failure_after_audio_is_an_interruption(error: Exception) -> None:
    engine = ScriptedEngine()

    def fail(_: Cancelled) -> Iterator[AudioChunk]:
        yield tone(100)
        yield tone(150)
        raise error

    engine.script["x"] = fail
    async with running(engine) as host:
        with pytest.raises(Interrupted) as caught:
            await listen(host, "x")
    assert caught.value.sent_ms == 250


async def test_errors_of_ours_pass_as_they_are() -> None:
    engine = ScriptedEngine()

    def refuse(_: Cancelled) -> Iterator[AudioChunk]:
        raise InvalidSetting("speaker_id is out of range.")

    engine.script["x"] = refuse
    async with running(engine) as host:
        with pytest.raises(InvalidSetting, match=r"^speaker_id is out of range\.$"):
            await listen(host, "x")


async def test_no_audio_is_bad_output() -> None:
    engine = ScriptedEngine(chunks=0)
    async with running(engine) as host:
        with pytest.raises(BadOutput):
            await listen(host)


@pytest.mark.alone
async def test_an_engine_that_cannot_load_fails_the_start_and_leaves_no_thread() -> None:
    class Broken(ScriptedEngine):
        def load(self) -> None:
            raise FileNotFoundError("/secret")

    before = threading.active_count()
    host = InlineHost(Broken(), workers=2, queue_limit=2, name="broken")
    with pytest.raises(Misconfigured, match=r"^broken could not be loaded: FileNotFoundError\.$"):
        await host.start()
    with pytest.raises(Unavailable):
        await listen(host)
    await host.stop()
    await host.stop()
    assert threading.active_count() == before


@pytest.mark.alone
async def test_stopping_ends_waiting_listeners_and_joins_every_thread() -> None:
    engine = ScriptedEngine()
    held = threading.Event()

    def speak_on(_: Cancelled) -> Iterator[AudioChunk]:
        yield tone(100)
        held.set()
        assert engine.gate.wait(PATIENCE_S)
        yield tone(100)

    engine.script["heard"] = speak_on
    engine.gate.clear()
    before = threading.active_count()
    host = InlineHost(engine, workers=2, queue_limit=8, name="scripted")
    await host.start()
    async with AsyncExitStack() as stack:
        stream = await stack.enter_async_context(host.run(job("heard")))
        await until(held.is_set)
        waiting = asyncio.create_task(listen(host, "waiting"))
        await until(lambda: len(engine.jobs) == 2)
        stopping = asyncio.create_task(host.stop())
        await asyncio.sleep(0)
        engine.gate.set()
        await stopping
        with pytest.raises(Unavailable, match="stopped"):
            await waiting
        with pytest.raises(Interrupted, match="stopped"):
            _ = [chunk async for chunk in stream]
        with pytest.raises(Unavailable):
            await listen(host, "late")
    assert threading.active_count() == before
    assert all(played.closed.is_set() for played in engine.jobs)


async def test_many_listeners_who_leave_at_random_leave_nothing_behind() -> None:
    engine = ScriptedEngine(chunks=20)
    tasks_before = len(asyncio.all_tasks())

    async def leave_after(host: InlineHost, chunks: int) -> None:
        async with host.run(job(f"{chunks}")) as stream:
            for _ in range(chunks):
                await anext(stream)

    async with running(engine, workers=3, queue_limit=64) as host:
        async with asyncio.TaskGroup() as group:
            for number in range(60):
                group.create_task(leave_after(host, number % 20))
        await until(lambda: all(played.closed.is_set() for played in engine.jobs))
        assert len(asyncio.all_tasks()) == tasks_before
    assert len(engine.jobs) == 60

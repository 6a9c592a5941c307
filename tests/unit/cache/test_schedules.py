"""Random schedules: many listeners come, stay, leave and are cancelled, while makers go on step by
step, end and fail. Whatever the order, nobody misses audio, waits for ever, or leaves a trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.cache.folder import Usage
from polyvox.cache.segments import SegmentCache
from polyvox.domain.audio import AudioChunk
from polyvox.errors import BadOutput, Interrupted, Unavailable

from .stage import Run, tone

KEYS = ("a" * 64, "a" * 64, "b" * 64, None)
ALL = 99


async def turns(count: int) -> None:
    """Let the event loop turn."""
    for _ in range(count):
        await asyncio.sleep(0)


class MemoryStore:
    """A store with a turn of the loop at each step, and nothing but a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, AudioChunk] = {}

    @property
    def entries(self) -> int:
        return len(self.kept)

    @property
    def size_bytes(self) -> int:
        return sum(len(audio.pcm) for audio in self.kept.values())

    async def usage(self) -> Usage:
        return Usage(self.entries, self.size_bytes)

    async def get(self, key: str) -> AudioChunk | None:
        await asyncio.sleep(0)
        return self.kept.get(key)

    async def put(self, key: str, audio: AudioChunk) -> None:
        await turns(6)
        self.kept[key] = audio

    async def clear(self) -> int:
        raise NotImplementedError


class End(Enum):
    WHOLE = auto()
    FAILED = auto()
    LEFT = auto()
    CANCELLED = auto()


@dataclass
class Listener:
    key: str | None
    heard: bytes = b""
    end: End = End.CANCELLED


class Act(Enum):
    OPEN = auto()
    CANCEL = auto()
    GIVE = auto()
    FINISH = auto()
    FAIL = auto()
    TURN = auto()
    CATCH_UP = auto()


class World:
    """One schedule, and what came of it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.cache = SegmentCache(self.store)
        self.runs: list[tuple[str | None, Run]] = []
        self.listeners: list[tuple[Listener, asyncio.Task[None]]] = []
        self.closing = False

    def make(self, key: str | None) -> AsyncGenerator[AudioChunk, None]:
        if key is not None:
            heard = {who.key for who, _ in self.listeners if who.end is End.WHOLE}
            assert key not in heard, "made again what was made whole"
            assert all(run.stopped for other, run in self.runs if other == key), (
                "made twice at once"
            )
        self.runs.append((key, Run(turns=len(self.runs) % 5)))
        return self.runs[-1][1].play()

    async def listen(self, listener: Listener, patience: int, pause: int) -> None:
        """Stay for ``patience`` chunks; after a failure try again, at once, and once."""
        try:
            failure = await self.attempt(listener, patience, pause)
            if isinstance(failure, Unavailable) and not self.closing:
                assert "called off" not in str(failure), "joined what nobody listened to"
                listener.end, listener.heard = End.CANCELLED, b""
                again = await self.attempt(listener, patience, pause)
                assert str(again) != str(failure), "joined what had failed"
        except StopAsyncIteration:
            listener.end = End.WHOLE

    async def attempt(self, listener: Listener, patience: int, pause: int) -> Exception | None:
        try:
            async with self.cache.open(listener.key, partial(self.make, listener.key)) as audio:
                for _ in range(patience):
                    await turns(pause)
                    listener.heard += (await anext(audio)).pcm
        except (Unavailable, Interrupted, BadOutput) as error:
            listener.end = End.FAILED
            return error
        listener.end = End.LEFT
        return None

    async def act(self, act: Act, number: int) -> None:
        open_runs = [run for _, run in self.runs if not run.stopped]
        match act:
            case Act.OPEN:
                listener = Listener(KEYS[number % 4])
                patience = number // 3 if number % 2 else ALL
                task = asyncio.create_task(self.listen(listener, patience, pause=number % 3))
                self.listeners.append((listener, task))
            case Act.CANCEL if self.listeners:
                self.listeners[number % len(self.listeners)][1].cancel()
            case Act.TURN:
                await turns(number % 8 + 1)
            case Act.CATCH_UP:
                await turns(200)
                self.check_that_all_keep_up()
            case Act.GIVE | Act.FINISH | Act.FAIL if open_runs:
                self.step(act, open_runs[number % len(open_runs)], number)

    def step(self, act: Act, run: Run, number: int) -> None:
        index = [other for _, other in self.runs].index(run)
        match act:
            case Act.GIVE:
                run.give(tone(256 * index + len(run.given), samples=number % 4))
            case Act.FINISH:
                run.end()
            case _:
                run.fail(Unavailable(f"Run {index} is gone."))

    async def finish(self) -> None:
        """End every run, until nobody waits any more."""
        for _ in range(10_000):
            if all(task.done() for _, task in self.listeners):
                return
            for _, run in self.runs:
                if not run.closed:
                    run.end()
            await asyncio.sleep(0)
        raise AssertionError("somebody waits for ever")

    def check_that_all_keep_up(self) -> None:
        """Given time, who listens has heard all that there is."""
        running = {key: run for key, run in self.runs if not run.stopped}
        for listener, task in self.listeners:
            run = running.get(listener.key)
            if run and listener.key is not None and not task.done():
                assert listener.heard == b"".join(chunk.pcm for chunk in run.yielded)

    def check(self) -> None:
        """Once all is over: each heard what it should, and the store holds whole audio alone."""
        assert all(run.closed for _, run in self.runs)
        for key, audio in self.store.kept.items():
            assert audio.pcm in self.made(key, whole=True)
        for listener, task in self.listeners:
            assert task.cancelled() is (listener.end is End.CANCELLED)
            assert task.cancelled() or task.exception() is None
            whole = self.made(listener.key, whole=True)
            if listener.end is End.WHOLE:
                assert listener.heard in whole
            elif listener.end is End.FAILED:
                assert listener.heard in self.made(listener.key, whole=False)
            else:
                made = [*whole, *self.made(listener.key, whole=False), b""]
                assert any(pcm.startswith(listener.heard) for pcm in made)

    def made(self, key: str | None, *, whole: bool) -> list[bytes]:
        """The audio of the runs for ``key`` that came to their end, or of those that did not."""
        return [
            b"".join(chunk.pcm for chunk in run.yielded)
            for other, run in self.runs
            if other == key and (run.whole and any(c.pcm for c in run.yielded)) is whole
        ]


schedules = st.lists(st.tuples(st.sampled_from(Act), st.integers(0, 20)), max_size=80)


@settings(max_examples=800, deadline=None)
@given(schedules)
async def test_no_schedule_loses_audio_or_leaves_a_trace(schedule: list[tuple[Act, int]]) -> None:
    before = asyncio.all_tasks()
    world = World()
    for act, number in schedule:
        await world.act(act, number)
    await world.finish()
    assert world.cache.listeners == 0
    await world.cache.close()
    assert world.cache.flights == 0
    assert asyncio.all_tasks() == before
    world.check()


@settings(max_examples=200, deadline=None)
@given(schedules)
async def test_close_ends_any_schedule(schedule: list[tuple[Act, int]]) -> None:
    before = asyncio.all_tasks()
    world = World()
    for act, number in schedule:
        await world.act(act, number)
    world.closing = True
    await world.cache.close()
    ends = await asyncio.gather(*(task for _, task in world.listeners), return_exceptions=True)
    assert all(end is None or isinstance(end, asyncio.CancelledError) for end in ends)
    assert world.cache.listeners == world.cache.flights == 0
    assert asyncio.all_tasks() == before

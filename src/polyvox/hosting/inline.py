"""Runs an engine on threads of this process: the host for engines that let go of the GIL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Misconfigured, PolyvoxError, Throttled, Unavailable
from polyvox.hosting.engine import Engine, EngineJob
from polyvox.hosting.turns import Turn, Turns
from polyvox.provider.base import AudioStream, audio_stream

RETRY_AFTER_S = 0.0
"""A full queue is no reason to let the engine rest: the next caller may find a place in it."""


class InlineHost:
    """``workers`` threads for all jobs; at most ``queue_limit`` jobs more than that at once.

    ``name`` is the engine's, for messages and thread names.
    """

    def __init__(self, engine: Engine, *, workers: int, queue_limit: int, name: str) -> None:
        if workers < 1 or queue_limit < 0:
            raise ValueError("a host needs a worker, and a queue_limit of 0 or more")
        self._engine = engine
        self._name = name
        self._limit = workers + queue_limit
        self._workers = workers
        self._turns: Turns | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._futures: list[Future[None]] = []

    async def start(self) -> None:
        """Load the engine, on a thread. Raises its polyvox errors, Misconfigured for others."""
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix=f"polyvox-{self._name}")
        loading = self._pool.submit(self._engine.load)
        self._futures = [loading]
        try:
            await asyncio.wrap_future(loading)
        except PolyvoxError:
            raise
        except Exception as error:
            kind = type(error).__name__
            raise Misconfigured(f"{self._name} could not be loaded: {kind}.") from error
        self._turns = Turns()
        self._futures = [self._pool.submit(self._turns.work) for _ in range(self._workers)]

    async def stop(self) -> None:
        """Cancel what runs and join the threads. May be called again."""
        if self._turns is not None:
            self._turns.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            ends = (asyncio.wrap_future(future) for future in self._futures)
            await asyncio.gather(*ends, return_exceptions=True)
            pool.shutdown()  # returns at once: its threads have nothing left to do

    @asynccontextmanager
    async def run(self, job: EngineJob) -> AsyncIterator[AudioStream]:
        """Entered with the first audio in hand; leaving cancels.

        Raises Throttled at the queue limit, Unavailable when not started, the engine's own
        polyvox errors, Crashed for any other; after the first audio, Interrupted.
        """
        turns = self._admit()
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()
        turn = Turn(
            self._name,
            lambda cancelled: iter(self._engine.synthesize(job, cancelled)),
            lambda: _tell(loop, wake),
        )
        turns.add(turn)
        try:
            async with audio_stream(_audio(turn, wake)) as stream:
                yield stream
        finally:
            turn.drop()

    def _admit(self) -> Turns:
        if self._turns is None:
            raise Unavailable(f"{self._name} has not been started.")
        if len(self._turns) >= self._limit:
            raise queue_full(self._name, self._workers, self._limit - self._workers)
        return self._turns


def queue_full(name: str, workers: int, queue_limit: int) -> Throttled:
    return Throttled(
        f"{name} has reached its limit of {workers + queue_limit} jobs at once"
        f" ({workers} workers and {queue_limit} waiting).",
        retry_after=RETRY_AFTER_S,
    )


def _tell(loop: asyncio.AbstractEventLoop, wake: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits
        loop.call_soon_threadsafe(wake.set)


async def _audio(turn: Turn, wake: asyncio.Event) -> AsyncGenerator[AudioChunk, None]:
    while True:
        wake.clear()  # before looking, so that what comes after the look wakes the wait
        ended = turn.ended
        if turn.chunks:
            yield turn.chunks.popleft()
        elif ended:
            if turn.error is not None:
                raise turn.error
            return
        else:
            await wake.wait()

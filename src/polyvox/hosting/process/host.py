"""Runs an engine in a process of its own: the host for engines that hold the GIL, may take the
process with them, or whose memory should come back."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum

from polyvox.errors import Conflict, Crashed, PolyvoxError, Unavailable
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.inline import queue_full
from polyvox.hosting.memory import resident_bytes
from polyvox.hosting.process.backoff import Backoff
from polyvox.hosting.process.faults import renewed
from polyvox.hosting.process.spec import EngineSpec
from polyvox.hosting.process.wire import Frame, Op
from polyvox.hosting.process.worker import Patience, Worker
from polyvox.provider.base import AudioStream, audio_stream

_log = logging.getLogger(__name__)


class HostState(StrEnum):
    STOPPED = "stopped"
    IDLE = "idle"  # no child; the next request starts one
    LOADING = "loading"
    READY = "ready"
    CRASHED = "crashed"  # the child died; the next request starts another
    FAILED = "failed"  # the engine could not be loaded; tried again by a request after a while


class ProcessHost:
    """One child for all jobs, with ``workers`` threads; ``queue_limit`` jobs more may wait.

    ``name`` is the engine's, for messages, the log and ``ps``. The child starts with the first
    request, or with the host where ``prewarm``; without a request for ``idle_exit_s`` it ends
    (None: never). ``clock`` gives the seconds for waiting between deaths.
    """

    def __init__(
        self,
        spec: EngineSpec,
        *,
        name: str,
        workers: int,
        queue_limit: int,
        idle_exit_s: float | None = None,
        prewarm: bool = False,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if workers < 1 or queue_limit < 0:
            raise ValueError("a host needs a worker, and a queue_limit of 0 or more")
        body = {"factory": spec.factory, "options": spec.options, "name": name, "workers": workers}
        self._start = Frame(Op.START, body=body)
        self._start.encode()  # raises TypeError for options that are not JSON
        self._name = name
        self._workers = workers
        self._queue_limit = queue_limit
        self._idle_exit_s = idle_exit_s
        self._prewarm = prewarm
        self._patience = patience or Patience()
        self._backoff = Backoff(clock)
        self._trouble: PolyvoxError | None = None
        self._started = False
        self._requests = 0
        self._idle: asyncio.TimerHandle | None = None
        self._launch: asyncio.Task[Worker] | None = None
        """Gives the worker that serves; None where the next request has to start one."""
        self._worker: Worker | None = None
        """The last process, also while it is loading or ending."""

    @property
    def state(self) -> HostState:
        if not self._started:
            return HostState.STOPPED
        if self._launch is not None:
            return HostState.READY if self._launch.done() else HostState.LOADING
        if self._trouble is None:
            return HostState.IDLE
        return HostState.CRASHED if isinstance(self._trouble, Crashed) else HostState.FAILED

    def refusal(self) -> PolyvoxError | None:
        """What a request would be told right now; None where it would be served, or tried."""
        if not self._started:
            return Unavailable(f"{self._name} is not running.")
        left_s = self._backoff.left_s
        if self._launch is not None or self._trouble is None or not left_s:
            return None
        if not isinstance(self._trouble, Crashed):
            return renewed(self._trouble)
        return Unavailable(
            f"{self._name} has died {self._backoff.failures} times in a row and is started again"
            f" in {math.ceil(left_s)} s at the earliest. {self._trouble.message}"
        )

    @property
    def pid(self) -> int | None:
        """Of the child; None where there is none."""
        return None if self._worker is None or self._worker.said else self._worker.pid

    @property
    def rss_bytes(self) -> int | None:
        """The child's resident memory; None without a child, and where there is no /proc."""
        return resident_bytes(self.pid)

    async def start(self) -> None:
        """Never waits for the engine: ``state`` says how far it is."""
        self._started = True
        if self._prewarm:
            self._begin()
            self._rest(self._idle_exit_s)

    async def stop(self) -> None:
        """End the child: by force after ``Patience.stop_s``. May be called at any time, and again."""
        self._started = False
        self._rest(None)
        if self._worker is not None:
            self._worker.dismiss()
        launch, self._launch = self._launch, None
        if launch is not None:
            await asyncio.wait([launch])  # it dismisses the child that it was just starting
        if self._worker is not None:
            await self._worker.gone()

    def load(self) -> None:
        """Begin to start the child, where there is none. Raises what a request would be told."""
        error = self.refusal()
        if error is not None:
            raise error
        if self._launch is None:
            self._begin()
            self._rest(self._idle_exit_s)

    async def unload(self) -> None:
        """End the child; the next request starts another. Raises Conflict while it is busy."""
        if self._requests or self.state is HostState.LOADING:
            raise Conflict(f"{self._name} is busy.", remedy="Try again when it has done its work.")
        if self._launch is not None and self._worker is not None:
            self._send_home()
            await self._worker.gone()

    @asynccontextmanager
    async def run(self, job: EngineJob) -> AsyncIterator[AudioStream]:
        """Entered with the first audio in hand; leaving cancels, and returns at once.

        Waits for the engine to load. Raises Throttled at the queue limit, Unavailable when not
        started and between deaths, the engine's own polyvox errors, also those of its loading,
        Crashed where the child dies; after the first audio, Interrupted.
        """
        with self._place():
            worker = await self._serving()
            with worker.speaking(job) as reply:
                async with audio_stream(reply.audio()) as stream:
                    yield stream

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Among the requests, which keep the child alive."""
        if self._requests >= self._workers + self._queue_limit:
            raise queue_full(self._name, self._workers, self._queue_limit)
        self._requests += 1
        self._rest(None)
        try:
            yield
        finally:
            self._requests -= 1
            self._rest(self._idle_exit_s)

    def _rest(self, seconds: float | None) -> None:
        """End the child after so long without a request; None: not as things are."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None and self._launch is not None and not self._requests:
            self._idle = asyncio.get_running_loop().call_later(seconds, self._send_home)

    def _send_home(self) -> None:
        if self.state is not HostState.READY or self._worker is None:
            self._rest(self._idle_exit_s)  # let it finish loading: somebody wanted it
            return
        self._launch = None
        self._worker.dismiss()

    async def _serving(self) -> Worker:
        """The worker that serves, started where need be; its start outlives this request."""
        error: BaseException | None = self.refusal()
        if error is not None:
            raise error
        launch = self._launch or self._begin()
        await asyncio.wait([launch])
        error = launch.exception()
        if isinstance(error, PolyvoxError):
            raise renewed(error) from error
        return launch.result()

    def _begin(self) -> asyncio.Task[Worker]:
        self._launch = asyncio.create_task(self._start_worker())
        # A failure is logged and kept in any case; maybe no request waits for it.
        self._launch.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._launch

    async def _start_worker(self) -> Worker:
        """A worker with its engine loaded. Raises what requests are to be told."""
        worker: Worker | None = None
        try:
            async with asyncio.timeout(self._patience.load_s):
                if self._worker is not None:
                    await self._worker.gone()  # two engines at once might not fit into memory
                worker = await Worker.start(self._name, self._start, self._patience, self._ended)
                self._worker = worker
                if not self._started:
                    worker.dismiss()
                await asyncio.shield(worker.loaded)
        except TimeoutError:
            why = f"hung: it was not ready within {self._patience.load_s:g} s"
            raise self._failed(
                Crashed(f"The process of {self._name} {why}."), worker, why
            ) from None
        except OSError as error:
            told = Unavailable(f"{self._name} cannot be started: {error.strerror}.")
            raise self._failed(told, worker, "") from error
        except PolyvoxError as error:
            why = "was ended: its engine cannot be loaded"
            raise self._failed(error, worker, why) from None
        if not worker.said:
            self._trouble = None
            _log.info("%s is ready, in process %d.", self._name, worker.pid)
        return worker

    def _failed(self, error: PolyvoxError, worker: Worker | None, why: str) -> PolyvoxError:
        """Note that the start came to nothing; what requests are told of it."""
        self._launch = None
        if not self._started:
            return Unavailable(f"{self._name} was stopped.")
        if worker is not None:
            worker.kill(why)
        self._note(error)
        return error

    def _ended(self, worker: Worker) -> None:
        """A child that could speak is gone; of others, their start tells."""
        if worker.closing or worker.loaded.exception() is not None:
            return
        self._launch = None
        if worker.served:
            self._backoff.succeeded()
        self._note(Crashed(worker.said))

    def _note(self, error: PolyvoxError) -> None:
        # A death may be chance, so that the first costs no wait; an engine that says why it cannot
        # be loaded will say so again.
        self._backoff.failed(pardoned=1 if isinstance(error, Crashed) else 0)
        self._trouble = error
        _log.warning("%s cannot speak: %s", self._name, error)

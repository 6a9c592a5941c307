"""Work on files from strangers, in a process that may die of it.

Decoders are large programs in C, and recordings come from anybody. So they are opened in a child
with bounded memory and time, which knows no keys, and whose answers are JSON: nothing that a
hostile file makes of the child can reach further.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import suppress
from typing import Any, Final

from polyvox.errors import BadSample, Crashed, PolyvoxError, Unavailable
from polyvox.hosting.child_process import ChildProcess, end_in_words
from polyvox.hosting.inline import queue_full
from polyvox.hosting.process.faults import unpack
from polyvox.hosting.process.spec import JSON

WORKBENCH: Final = "polyvox.hosting.workbench"
"""The module that the child runs."""
MEMORY_MB: Final = 2048
LONGEST_S: Final = 60.0
QUEUE_LIMIT: Final = 32
IDLE_EXIT_S: Final = 60.0
MAX_ANSWER_BYTES: Final = 16 << 20

_ENVIRONMENT: Final = (
    *("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "LANG", "LC_ALL", "TZ"),
    "LD_LIBRARY_PATH",
)
"""All that the child is told of the server's; the operator's keys are not among it."""
ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Small matrix products, side by side with a server: more threads wait for one another."""
_FAULTS: Final = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
"""What a decoder dies of that the file has led astray."""


class Workshop:
    """One child for all calls, one call at a time; ``queue_limit`` calls more may wait.

    A call may take ``longest_s`` seconds from when its turn comes, and the child may fill
    ``memory_mb`` MiB with data (Linux). It starts with a call, and ends when there was none for
    ``idle_exit_s``. ``name`` is for messages, the log and ``ps``.
    """

    def __init__(
        self,
        *,
        name: str = "workshop",
        memory_mb: int = MEMORY_MB,
        longest_s: float = LONGEST_S,
        queue_limit: int = QUEUE_LIMIT,
        idle_exit_s: float = IDLE_EXIT_S,
    ) -> None:
        self._name = name
        self._memory_mb = memory_mb
        self._longest_s = longest_s
        self._queue_limit = queue_limit
        self._idle_exit_s = idle_exit_s
        self._turn = asyncio.Lock()
        self._calls = 0
        self._stopped = False
        self._child: ChildProcess | None = None
        self._leaving: asyncio.TimerHandle | None = None

    async def run(self, function: str, *args: JSON | os.PathLike[str]) -> Any:
        """What ``function`` (``package.module:name``) gives for ``args``; all of it JSON.

        Paths arrive as strings. Cancelling kills the child. Raises what the function raises of
        ``polyvox.errors``; BadSample where it reached a limit or its decoder broke, Crashed for
        any other failure, Throttled at the queue's limit, Unavailable after ``stop`` and where no
        process can be started.
        """
        call = json.dumps({"function": function, "args": args}, default=os.fspath).encode()
        if self._calls > self._queue_limit:
            raise queue_full(f"The {self._name}", 1, self._queue_limit)
        self._calls += 1
        try:
            async with self._turn:
                return await self._ask(call)
        finally:
            self._calls -= 1

    async def stop(self) -> None:
        """End the child, whatever it is at. Calls under way and later ones raise Unavailable."""
        self._stopped = True
        if self._child is not None:
            self._child.kill()
        async with self._turn:
            await self._dismiss()

    async def _ask(self, call: bytes) -> Any:
        if self._stopped:
            raise self._was_stopped()
        if self._leaving is not None:
            self._leaving.cancel()
        child = await self._open()
        try:
            async with asyncio.timeout(self._longest_s):
                error, result = self._understood(await self._exchange(child, call))
        except TimeoutError:
            await self._dismiss()
            raise BadSample(
                f"It took longer than the limit of {self._longest_s:g} s.",
                remedy="Upload a shorter recording, or try again when less is going on.",
            ) from None
        except BaseException:
            await self._dismiss()  # it owes an answer
            raise
        self._leaving = asyncio.get_running_loop().call_later(self._idle_exit_s, self._leave)
        if error:
            raise error
        return result

    async def _open(self) -> ChildProcess:
        """The child, started where there is none that can be asked. Raises Unavailable."""
        if self._child is None or self._child.gone:
            await self._dismiss()
            try:
                self._child = await ChildProcess.start(
                    *(WORKBENCH, self._name, str(self._memory_mb)),
                    environment=_environment(),
                    limit=MAX_ANSWER_BYTES,
                )
            except OSError as error:
                said = f"No process could be started for the {self._name}: {error.strerror}."
                raise Unavailable(said) from error
        return self._child

    async def _exchange(self, child: ChildProcess, call: bytes) -> bytes:
        """A whole line. Raises Unavailable where the child was stopped, BadSample where its decoder
        broke, and Crashed."""
        answer = b""
        with suppress(ConnectionError):
            child.writer.write(call + b"\n")
            await child.writer.drain()
            try:
                answer = await child.reader.readline()
            except ValueError:
                said = f"The {self._name} answered with more than {MAX_ANSWER_BYTES} bytes."
                raise Crashed(said) from None
        if not answer.endswith(b"\n"):
            code = await child.wait()
            raise self._was_stopped() if child.killed else _death(self._name, code)
        return answer

    def _understood(self, answer: bytes) -> tuple[PolyvoxError | None, Any]:
        """What the function raised, and what it gave. Raises Crashed for what is no answer."""
        try:
            said = json.loads(answer)
            return (unpack(said["error"]), None) if "error" in said else (None, said["result"])
        except (ValueError, KeyError, TypeError):
            raise Crashed(f"The {self._name} answered what cannot be understood.") from None

    def _was_stopped(self) -> Unavailable:
        return Unavailable(f"The {self._name} has been stopped.")

    def _leave(self) -> None:
        if self._child is not None and not self._calls:
            self._child.kill()

    async def _dismiss(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        child, self._child = self._child, None
        if child is not None:
            await child.close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, **ONE_THREAD}


def _death(name: str, returncode: int) -> PolyvoxError:
    if -returncode in _FAULTS:
        return BadSample(
            "The decoder broke down over it.", remedy="Save it in another format, such as WAV."
        )
    return Crashed(f"The process of the {name} {end_in_words(returncode)}.")

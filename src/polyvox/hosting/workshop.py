"""Work on files from strangers, in a process that may die of it.

Decoders are large programs in C, and recordings come from anybody. So they are opened in a child
with bounded memory and time, which knows no keys, and whose answers are JSON: nothing that a
hostile file makes of the child can reach further.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self

from polyvox.errors import BadSample, Crashed, PolyvoxError, Unavailable
from polyvox.hosting.inline import queue_full
from polyvox.hosting.process.faults import unpack
from polyvox.hosting.process.spawn import end_in_words, read_lines
from polyvox.hosting.process.spec import JSON

MEMORY_MB: Final = 2048
LONGEST_S: Final = 60.0
QUEUE_LIMIT: Final = 32
IDLE_EXIT_S: Final = 60.0
MAX_ANSWER_BYTES: Final = 16 << 20
LAST_WORDS_S: Final = 0.5
"""How long what a dead child has said may take to be read."""

_ENVIRONMENT: Final = (
    *("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "LANG", "LC_ALL", "TZ"),
    "LD_LIBRARY_PATH",
)
"""All that the child is told of the server's; the operator's keys are not among it."""
ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Small matrix products, side by side with a server: more threads wait for one another."""
_FAULTS: Final = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
"""What a decoder dies of that the file has led astray."""

_log = logging.getLogger(__name__)


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
        self._worker: _Worker | None = None
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
        if self._worker is not None:
            self._worker.kill()
        async with self._turn:
            await self._dismiss()

    async def _ask(self, call: bytes) -> Any:
        if self._stopped:
            raise _stopped(self._name)
        if self._leaving is not None:
            self._leaving.cancel()
        if self._worker is None or self._worker.gone:
            await self._dismiss()
            self._worker = await _Worker.start(self._name, self._memory_mb)
        worker = self._worker
        try:
            async with asyncio.timeout(self._longest_s):
                return await worker.ask(call)
        except TimeoutError:
            raise BadSample(
                f"It took longer than the limit of {self._longest_s:g} s.",
                remedy="Upload a shorter recording, or try again when less is going on.",
            ) from None
        finally:
            if worker.owes:
                await self._dismiss()
            else:
                self._leave_later()

    def _leave_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._leaving = loop.call_later(self._idle_exit_s, self._leave)

    def _leave(self) -> None:
        if self._worker is not None and not self._calls:
            self._worker.kill()

    async def _dismiss(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()


class _Worker:
    """A child from its start to its end."""

    def __init__(
        self,
        name: str,
        process: Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stderr: int,
    ) -> None:
        self.owes = False
        """Whether a call has not been answered."""
        self._killed = False
        self._name = name
        self._process = process
        self._reader = reader
        self._writer = writer
        self._lines = asyncio.create_task(read_lines(stderr, _logger(name)))

    @classmethod
    async def start(cls, name: str, memory_mb: int) -> Self:
        """Raises Unavailable."""
        ours, theirs = socket.socketpair()
        lines, stderr = os.pipe()
        reader, writer = await asyncio.open_connection(sock=ours, limit=MAX_ANSWER_BYTES)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-X", "faulthandler"),
                *("-m", "polyvox.hosting.workbench", name, str(memory_mb)),
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                stderr=stderr,
                env=_environment(),
                start_new_session=True,  # so that a kill reaches what a library has started, too
            )
        except BaseException as error:
            writer.close()
            os.close(lines)
            if isinstance(error, OSError):
                raise Unavailable(
                    f"No process could be started for the {name}: {error.strerror}."
                ) from error
            raise
        finally:
            theirs.close()
            os.close(stderr)
        return cls(name, process, reader, writer, lines)

    @property
    def gone(self) -> bool:
        """Whether it can take no more calls."""
        return self._killed or self._reader.at_eof() or self._process.returncode is not None

    async def ask(self, call: bytes) -> Any:
        """What the function gives; raises what it raises of ours, and BadSample or Crashed where no
        answer can be had. ``owes`` says then that it is of no more use."""
        self.owes = True
        answer = await self._exchange(call)
        try:
            said = json.loads(answer)
            error = unpack(said["error"]) if "error" in said else None
            result = None if error else said["result"]
        except (ValueError, KeyError, TypeError):
            raise Crashed(f"The {self._name} answered what cannot be understood.") from None
        self.owes = False
        if error:
            raise error
        return result

    async def _exchange(self, call: bytes) -> bytes:
        answer = b""
        with suppress(ConnectionError):
            self._writer.write(call + b"\n")
            await self._writer.drain()
            try:
                answer = await self._reader.readline()
            except ValueError:
                raise Crashed(
                    f"The {self._name} answered with more than {MAX_ANSWER_BYTES} bytes."
                ) from None
        if not answer.endswith(b"\n"):
            returncode = await self._process.wait()
            raise _stopped(self._name) if self._killed else _death(self._name, returncode)
        return answer

    def kill(self) -> None:
        self._killed = True
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Kill it and wait until nothing of it is left."""
        self.kill()
        self._writer.close()
        await self._process.wait()
        await asyncio.wait({self._lines}, timeout=LAST_WORDS_S)
        self._lines.cancel()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _logger(name: str) -> Callable[[str], None]:
    return lambda line: _log.warning("%s: %s", name, line)


def _stopped(name: str) -> Unavailable:
    return Unavailable(f"The {name} has been stopped.")


def _death(name: str, returncode: int) -> PolyvoxError:
    if -returncode in _FAULTS:
        return BadSample(
            "The decoder broke down over it.", remedy="Save it in another format, such as WAV."
        )
    return Crashed(f"The process of the {name} {end_in_words(returncode)}.")

"""A child of the server, whatever it works on: how it is started, heard and ended."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

MAX_LINE_BYTES = 1_000
"""Of one line of stderr; what is longer is cut."""
LAST_WORDS_S = 0.5
"""How long what a dead child has said may take to be read."""
_READ_BYTES = 1 << 16
_LINE_ENDS = re.compile(rb"[\r\n]+")
_HINTS = {signal.SIGKILL: "out of memory?"}

_log = logging.getLogger(__name__)


class ChildProcess:
    """A Python module that runs as a process of its own and talks with the server over a socket.

    ``reader`` and ``writer`` are the server's end; the child has its own as standard input. What it
    prints is dropped, each line of its stderr is logged under its name.
    """

    def __init__(
        self,
        name: str,
        process: Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stderr: int,
    ) -> None:
        self.pid = process.pid
        self.reader, self.writer = reader, writer
        self.killed = False
        """Whether it is the server that ended it."""
        self._process = process
        self._lines = asyncio.create_task(_log_lines(name, stderr))

    @classmethod
    async def start(
        cls,
        module: str,
        name: str,
        *arguments: str,
        environment: Mapping[str, str],
        limit: int = _READ_BYTES,
    ) -> Self:
        """Run ``python -m module name *arguments``; ``reader`` takes lines of up to ``limit`` bytes.

        Raises OSError where the system has no place for another process.
        """
        ours, theirs = socket.socketpair()
        lines, stderr = os.pipe()
        reader, writer = await asyncio.open_connection(sock=ours, limit=limit)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-X", "faulthandler", "-m", module, name, *arguments),
                stdin=theirs.fileno(),
                stdout=DEVNULL,  # where libraries print what they speak
                stderr=stderr,
                env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # so that a kill reaches what a library has started, too
            )
        except BaseException:
            writer.close()
            os.close(lines)
            raise
        finally:
            theirs.close()
            os.close(stderr)
        return cls(name, process, reader, writer, lines)

    @property
    def gone(self) -> bool:
        """Whether nothing more can be asked of it."""
        return self.killed or self.reader.at_eof() or self._process.returncode is not None

    async def wait(self) -> int:
        """Its exit code, once it has ended; the negative number of the signal that killed it."""
        return await self._process.wait()

    def kill(self) -> None:
        """Now, with all that it has started."""
        self.killed = True
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Kill it, and wait until nothing of it is left. Its last words are logged."""
        self.kill()
        await self._process.wait()
        await asyncio.wait({self._lines}, timeout=LAST_WORDS_S)
        self._lines.cancel()
        await asyncio.wait({self._lines})
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


async def _log_lines(name: str, stderr: int) -> None:
    """Log every line of the pipe ``stderr`` to its end; closes it."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(stderr, "rb", buffering=0)
    )
    rest = b""
    try:
        while data := await reader.read(_READ_BYTES):
            *lines, rest = _LINE_ENDS.split(rest + data)
            rest = rest[:MAX_LINE_BYTES]
            for line in filter(None, lines):
                _log.warning("%s: %s", name, _printable(line))
        if rest:
            _log.warning("%s: %s", name, _printable(rest))
    finally:
        transport.close()


def _printable(line: bytes) -> str:
    said = line[:MAX_LINE_BYTES].decode(errors="replace")
    return "".join(c if c.isprintable() else " " for c in said).rstrip()


def end_in_words(returncode: int) -> str:
    """Goes on from "The process of NAME"."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    number = -returncode
    hint = _HINTS.get(signal.Signals(number)) or signal.strsignal(number) or "unknown"
    return f"was killed by signal {number} ({hint})"

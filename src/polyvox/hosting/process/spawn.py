"""Starting a child, hearing what it writes to stderr, and saying how it ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable

MAX_LINE_BYTES = 1_000
"""Of one line of stderr; what is longer is cut."""
_READ_BYTES = 1 << 16
_LINE_ENDS = re.compile(rb"[\r\n]+")
_HINTS = {signal.SIGKILL: "out of memory?"}


async def spawn(name: str, connection: socket.socket, stderr: int) -> Process:
    """A child that speaks over ``connection``. Raises OSError where the system refuses it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-X", "faulthandler"),
        *("-m", "polyvox.hosting.process.child", name),
        stdin=connection.fileno(),
        stdout=DEVNULL,  # where libraries print what they speak
        stderr=stderr,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # so that a kill reaches what the engine has started, too
    )


async def read_lines(stderr: int, log: Callable[[str], None]) -> None:
    """Hand ``log`` every line of the pipe ``stderr`` to its end; closes it."""
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
                log(_printable(line))
        if rest:
            log(_printable(rest))
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

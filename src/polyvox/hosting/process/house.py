"""How a child keeps house: it never outlives the server, and never quotes a user."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import traceback
from asyncio import AbstractEventLoop
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

_PR_SET_PDEATHSIG = 1
_VICTIM_SCORE = "500"
"""Of -1000 to 1000."""


def set_up_child() -> socket.socket:
    """Make this process a child of the server; gives its end of the socket to it."""
    _die_with_server()
    _be_the_first_victim()
    _keep_messages_out_of_tracebacks()
    # The server says when to end; Ctrl-C in its terminal and systemd's SIGTERM come here too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    return _take_standard_input()


def _die_with_server() -> None:
    """On Linux the kernel ends the child with the thread that started it, the server's loop.

    The closed socket says so too, but not to a child whose engine holds the GIL.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _be_the_first_victim() -> None:
    """When memory runs out, the engine goes rather than the server, which has others."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_VICTIM_SCORE)


def _take_standard_input() -> socket.socket:
    """The socket to the server, out of reach of whatever asks questions on standard input."""
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return connection


def _keep_messages_out_of_tracebacks() -> None:
    """What nobody catches is told by its kind and place. Its message may quote the text."""
    sys.excepthook = lambda kind, _, trace: _tell("Uncaught", kind, trace)
    threading.excepthook = lambda args: _tell(
        f"In the thread {args.thread.name if args.thread else '?'}",
        args.exc_type,
        args.exc_traceback,
    )
    sys.unraisablehook = lambda args: _tell("Ignored", args.exc_type, args.exc_traceback)


def tell_of_loop(_: AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's exception handler."""
    error = context.get("exception")
    _tell(
        context["message"], type(error) if error else None, error.__traceback__ if error else None
    )


def _tell(where: str, kind: type[BaseException] | None, trace: TracebackType | None) -> None:
    lines = "".join(traceback.format_tb(trace))
    sys.stderr.write(f"{where}: {kind.__name__ if kind else 'an error'}\n{lines}")

"""What a worker of the workshop is asked to do."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from polyvox.errors import BadSample

EVER_S = 1_000.0
SECRET = "the user's own words"


def echo(*args: object) -> list[object]:
    return list(args)


def pid() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


def refuse() -> None:
    raise BadSample("It is too loud.", param="samples", remedy="Step back.")


def fail(words: str) -> None:
    raise ValueError(words)


def give_a_set() -> set[int]:
    return {1}


def give(size: int) -> str:
    return "x" * size


def end(code: int) -> None:
    os._exit(code)


def die_of(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(EVER_S)


def follow_a_wild_pointer() -> None:
    ctypes.string_at(1)


def fill(mebibytes: int) -> int:
    return len(bytes(mebibytes << 20))


def core_limit() -> int:
    return resource.getrlimit(resource.RLIMIT_CORE)[0]


def answer(line: str) -> None:
    """In the place of what there is to say."""
    for number in range(3, 64):
        with suppress(OSError), socket.socket(fileno=os.dup(number)) as connection:
            connection.send(line.encode() + b"\n")


def talk(words: str) -> None:
    sys.stdout.write(words)
    sys.stderr.write("a warning\n")


def wait(journal: str) -> None:
    """Tell the journal and stay, holding the interpreter's lock."""
    Path(journal).write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(int(EVER_S))


def note(journal: str, line: str) -> None:
    with Path(journal).open("a") as file:
        file.write(f"{line}\n")

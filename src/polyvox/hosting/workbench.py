"""The child's side of the workshop: calls functions by name, one after the other.

Started as ``python -m polyvox.hosting.workbench NAME MEMORY_MB`` with a socket as standard input,
over which each line is a call and each answer a line, both JSON. It ends when the socket closes.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from polyvox.errors import BadSample, Crashed, PolyvoxError
from polyvox.hosting.process import house
from polyvox.hosting.process.faults import pack


def main() -> None:
    name, memory_mb = sys.argv[1], int(sys.argv[2])
    with house.set_up_child() as connection, connection.makefile("rwb") as lines:
        _bound(memory_mb)
        for line in lines:
            lines.write(_answer(name, memory_mb, json.loads(line)) + b"\n")
            lines.flush()


def _bound(memory_mb: int) -> None:
    """RLIMIT_DATA counts what can be filled. The address space, which RLIMIT_AS counts, is mostly
    what libraries map and reserve: hundreds of MiB that are never touched."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's voice
    with suppress(OSError, ValueError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))


def _answer(name: str, memory_mb: int, call: dict[str, Any]) -> bytes:
    try:
        module, _, function = call["function"].partition(":")
        result = getattr(import_module(module), function)(*call["args"])
        return json.dumps({"result": result}).encode()
    except PolyvoxError as raised:
        error = raised
    except MemoryError:
        error = BadSample(
            f"It needs more memory than the limit of {memory_mb} MiB.",
            remedy="Upload a shorter recording.",
        )
    except Exception as raised:  # noqa: BLE001 - whatever it is, the caller hears of it
        sys.excepthook(type(raised), raised, raised.__traceback__)
        error = Crashed(f"The {name} failed: {type(raised).__name__}.")
    return json.dumps({"error": pack(error)}).encode()


if __name__ == "__main__":
    main()

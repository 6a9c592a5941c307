"""64 listeners at once, some hanging up in the middle, leave nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import RunningServer, piper_server

__all__ = ["piper_server"]

LISTENERS, READS = 64, 32
CLIENTS = Path(__file__).with_name("listeners.py")


@pytest.mark.alone
def test_nothing_is_left_behind(piper_server: RunningServer) -> None:
    listen(piper_server, listeners=4, seed=1)  # what is loaded once is loaded now
    before = resources(piper_server)
    outcomes = listen(piper_server, listeners=LISTENERS, seed=2)
    assert set(outcomes) == {"heard", "hung up"}
    assert min(outcomes.count("heard"), outcomes.count("hung up")) > LISTENERS // 5
    assert resources(piper_server) == before


def listen(server: RunningServer, *, listeners: int, seed: int) -> list[str]:
    command = [sys.executable, str(CLIENTS), server.url, str(listeners), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    outcomes: list[str] = json.loads(done.stdout)
    return outcomes


def resources(server: RunningServer) -> tuple[list[str], list[str]]:
    """Names of tasks, open files and sockets, once every connection is gone."""
    assert server.call(server.all_hung_up(within_s=10.0))
    server.call(filled_pool(server))
    return server.call(settled(server))


async def filled_pool(server: RunningServer) -> None:
    """So many reads at once that the database's pool is at its full size.

    Who hangs up during a statement costs the pool its connection, and the next who needs one opens it.
    """
    reads = (server.application.services.personalities.list() for _ in range(READS))
    await asyncio.gather(*reads)


async def settled(server: RunningServer) -> tuple[list[str], list[str]]:
    # A write of usage may be under way; it is done within a moment.
    await server.application.services.usage.flush()
    mine = asyncio.current_task()
    tasks = sorted(t.get_name() for t in asyncio.all_tasks() if t is not mine)
    return tasks, open_files()


def open_files() -> list[str]:
    """What the process's descriptors lead to, sockets and pipes by kind only."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(os.readlink(descriptor).split(":[")[0])
        except OSError:  # the descriptor of this very listing
            continue
    return sorted(path for path in found if not path.startswith("/proc"))

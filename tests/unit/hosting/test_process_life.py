"""When a child starts and ends, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from polyvox.errors import PolyvoxError, Unavailable
from polyvox.hosting.child_process import MAX_LINE_BYTES, ChildProcess
from polyvox.hosting.process.host import HostState, ProcessHost
from polyvox.hosting.process.wire import Frame, Op
from polyvox.hosting.process.worker import CHILD, Patience

from .process_stage import SECRET, Stage, alive, job, listen, until
from .stage import PATIENCE_S

pytestmark = pytest.mark.heavy
IDLE_S = 0.05
ROUNDS = 20
GROWTH_BYTES = 2 << 20


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def left_over() -> tuple[int, int, int]:
    """Descriptors, threads and tasks of this process."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(asyncio.all_tasks())


def no_more_than(before: Sequence[int]) -> bool:
    return all(now <= then for now, then in zip(left_over(), before, strict=False))


def rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_starts_with_the_first_request(stage: Stage) -> None:
    async with stage.running() as host:
        assert (host.state, host.pid, host.rss_bytes) == (HostState.IDLE, None, None)
        assert host.refusal() is None
        await listen(host)
        assert (host.state, host.refusal()) == (HostState.READY, None)
        assert (host.rss_bytes or 0) > 10 << 20
    assert (host.state, host.rss_bytes) == (HostState.STOPPED, None)
    with pytest.raises(Unavailable, match="toy is not running"):
        await listen(host)


async def test_prewarmed_it_loads_with_the_server_and_does_not_hold_it_up(stage: Stage) -> None:
    async with stage.running(load="at the word", prewarm=True, idle_exit_s=IDLE_S) as host:
        assert host.state is HostState.LOADING
        asking = asyncio.create_task(listen(host))
        await stage.tells("load")
        assert host.state is HostState.LOADING
        stage.word.touch()
        assert len(await asking) == 3
    assert stage.told().count("load") == 1


async def test_a_listener_who_leaves_does_not_end_the_loading(stage: Stage) -> None:
    async with stage.running(load="at the word", idle_exit_s=IDLE_S) as host:
        asking = asyncio.create_task(listen(host, "gone"))
        await stage.tells("load")
        asking.cancel()
        await asyncio.wait([asking])
        await asyncio.sleep(2 * IDLE_S)
        assert host.state is HostState.LOADING
        stage.word.touch()
        await until(lambda: host.state is not HostState.LOADING)
        assert len(await listen(host, "next")) == 3
    assert "begin gone" not in stage.told()


async def test_idle_it_exits_and_the_next_request_starts_another(stage: Stage) -> None:
    async with stage.running(idle_exit_s=IDLE_S, load="to exit slowly") as host:
        await listen(host, chunks=1)
        pid = host.pid
        await until(lambda: host.state is HostState.IDLE)
        assert len(await listen(host)) == 3
        assert host.pid != pid
    # Two engines at once might not fit into memory.
    assert stage.told()[:5] == ["load", "begin a", "chunk a", "end a", "exit"]


async def test_never_exits_under_a_request(stage: Stage) -> None:
    async with stage.running(idle_exit_s=IDLE_S, workers=1) as host:
        async with host.run(job("long", chunks=1, then="wait")):
            await listen_briefly(host)
            await asyncio.sleep(3 * IDLE_S)
            assert host.state is HostState.READY
        await until(lambda: host.state is HostState.IDLE)


async def listen_briefly(host: ProcessHost) -> None:
    """One request that comes and goes under another."""
    waiting = asyncio.create_task(listen(host, "brief"))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.wait([waiting])


@pytest.mark.alone
async def test_rounds_of_loading_speaking_and_leaving_cost_the_server_nothing(stage: Stage) -> None:
    async with stage.running(idle_exit_s=0.0) as host:
        before, memory = left_over(), 0
        for number in range(ROUNDS):
            assert len(await listen(host, chunks=50, ms=500)) == 50
            await until(lambda: host.state is HostState.IDLE and host.pid is None)
            if number == ROUNDS // 4:
                memory = rss_bytes()
        await until(lambda: no_more_than(before))
        assert rss_bytes() - memory < GROWTH_BYTES
    assert stage.told().count("load") == ROUNDS


@pytest.mark.alone
@pytest.mark.parametrize("when", ["at once", "loading", "speaking", "hung", "idle"])
async def test_stops_at_any_time_and_leaves_nothing(stage: Stage, when: str) -> None:
    before = left_over()
    load = "at the word" if when == "loading" else ""
    async with stage.running(load=load, prewarm=True, patience=Patience(stop_s=0.5)) as host:
        then = "hold_the_gil" if when == "hung" else "wait"
        asking = asyncio.create_task(listen(host, "a", chunks=1, then=then))
        await asyncio.sleep(0)
        if when == "idle":
            asking.cancel()
            await asyncio.wait([asking])
            await until(lambda: host.state is HostState.READY)
        elif when != "at once":
            await stage.tells("load" if when == "loading" else "wait a")
        pid = host.pid
        await host.stop()
        await asyncio.wait([asking])
        if when != "idle":
            assert isinstance(asking.exception(), PolyvoxError)
        assert pid is None or not alive(pid)
        assert host.state is HostState.STOPPED
    await until(lambda: no_more_than(before[:2]))


async def test_started_again_it_speaks_again(stage: Stage) -> None:
    async with stage.running() as host:
        await listen(host)
        await host.stop()
        await host.stop()
        await host.start()
        assert len(await listen(host)) == 3


async def test_what_the_child_writes_is_logged_by_name_and_quotes_nobody(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "polyvox"):
        async with stage.running() as host:
            await listen(host, SECRET, then="talk")
            await until(lambda: "toy: In the thread decoder: ValueError" in caplog.messages)
    assert "toy:  [31mfirst" in caplog.messages
    assert f"toy: {'x' * MAX_LINE_BYTES}" in caplog.messages
    assert "toy: last" in caplog.messages
    assert "toy: In the thread decoder: ValueError" in caplog.messages
    assert SECRET not in caplog.text


SERVER = """
import asyncio, pathlib, sys
from tests.unit.hosting.process_stage import Stage, listen

async def main():
    stage = Stage(pathlib.Path(sys.argv[1]))
    async with stage.running() as host:
        asking = asyncio.create_task(listen(host, "a", chunks=0, then=sys.argv[2]))
        await stage.tells("wait a")
        print(host.pid, flush=True)
        await asking

asyncio.run(main())
"""


@pytest.mark.parametrize("then", ["wait", "hold_the_gil"])
async def test_a_server_that_is_killed_takes_its_child_along(stage: Stage, then: str) -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER, str(stage.journal.parent), then),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert server.stdout is not None
    child = int(await server.stdout.readline())
    assert alive(child)
    server.kill()
    await server.communicate()
    await until(lambda: not alive(child))


async def test_a_child_whose_server_hung_up_ends_by_itself(stage: Stage) -> None:
    child = await ChildProcess.start(CHILD, "toy", environment=os.environ)
    spec = stage.spec(load="hang")
    body = {"factory": spec.factory, "options": spec.options, "name": "toy", "workers": 1}
    child.writer.write(Frame(Op.START, body=body).encode())
    await stage.tells("load")
    child.writer.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await child.wait() == 0
    await child.close()


def test_the_child_loads_nothing_of_the_server() -> None:
    code = "import sys, polyvox.hosting.process.child; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    heavy = {"fastapi", "sqlalchemy", "structlog", "aiohttp", "uvicorn", "numpy", "typer", "torch"}
    assert not loaded & heavy

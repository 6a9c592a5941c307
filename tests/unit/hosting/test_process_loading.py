"""Loading an engine ahead, and giving its memory back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from polyvox.errors import Conflict, Misconfigured, Unavailable
from polyvox.hosting.process.host import HostState

from .process_stage import Stage, alive, job, listen, until

pytestmark = pytest.mark.heavy


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_it_is_loaded_once_and_unloaded_and_serves_again(stage: Stage) -> None:
    async with stage.running() as host:
        host.load()
        host.load()
        await until(lambda: host.state is HostState.READY)
        pid = host.pid
        assert pid is not None
        await host.unload()
        assert (host.state, host.pid) == (HostState.IDLE, None)
        assert not alive(pid)
        await host.unload()
        assert len(await listen(host)) == 3
    assert stage.told().count("load") == 2


async def test_a_busy_one_is_not_unloaded(stage: Stage) -> None:
    async with stage.running(load="at the word") as host:
        host.load()
        with pytest.raises(Conflict, match="toy is busy"):
            await host.unload()
        stage.word.touch()
        await until(lambda: host.state is HostState.READY)
        async with host.run(job("long", then="wait")):
            with pytest.raises(Conflict, match="toy is busy"):
                await host.unload()
        await asyncio.wait_for(host.unload(), 10)


async def test_one_that_was_loaded_ahead_and_not_used_exits_when_idle(stage: Stage) -> None:
    async with stage.running(idle_exit_s=0.05) as host:
        host.load()
        await until(lambda: host.state is HostState.READY)
        await until(lambda: host.state is HostState.IDLE)


async def test_loading_says_what_a_request_would_be_told(stage: Stage) -> None:
    async with stage.running(load="refuse") as host:
        host.load()
        await until(lambda: host.state is HostState.FAILED)
        with pytest.raises(Misconfigured, match="No weights"):
            host.load()
    with pytest.raises(Unavailable, match="not running"):
        host.load()

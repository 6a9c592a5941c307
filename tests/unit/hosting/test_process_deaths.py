"""A child that dies, hangs or cannot load: what its listeners are told, and who serves the next."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Crashed, Interrupted, Misconfigured, PolyvoxError, Unavailable
from polyvox.hosting.process.host import HostState
from polyvox.hosting.process.worker import Patience
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall

from .process_stage import Stage, alive, job, listen, until
from .stage import tone

pytestmark = pytest.mark.heavy
KILLED = r"^The process of toy was killed by signal 9 \(out of memory\?\)\.$"
AT_ONCE_S = 0.5
LEFT_S = 0.1


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.alone
async def test_killed_in_the_middle_everybody_hears_at_once_and_the_next_is_served(
    stage: Stage,
) -> None:
    async with stage.running() as host:
        waiting = asyncio.create_task(listen(host, "waiting", chunks=0, then="wait"))
        async with host.run(job("heard", chunks=2, then="wait")) as stream:
            assert [await anext(stream), await anext(stream)] == [tone(100, 1), tone(100, 2)]
            await stage.tells("wait waiting")
            os.kill(host.pid or 0, signal.SIGKILL)
            killed_at = time.monotonic()
            with pytest.raises(Interrupted, match=KILLED) as broken:
                await anext(stream)
            with pytest.raises(Crashed, match=KILLED):
                await waiting
            assert time.monotonic() - killed_at < AT_ONCE_S
            assert broken.value.sent_ms == 200
            assert isinstance(broken.value.__cause__, Crashed)
        assert (host.state, host.pid) == (HostState.CRASHED, None)
        assert len(await listen(host, "next")) == 3
        assert host.state is HostState.READY
    assert stage.told().count("load") == 2


@pytest.mark.parametrize(
    ("script", "kind", "sent_ms"),
    [
        ({"chunks": 0}, Crashed, None),
        ({"chunks": 2, "level": 0}, Crashed, None),  # nobody heard anything but silence
        ({"chunks": 2, "level": 9_000}, Interrupted, 200),
    ],
)
async def test_the_router_goes_on_to_the_next_in_the_chain(
    stage: Stage, script: dict[str, Any], kind: type[PolyvoxError], sent_ms: float | None
) -> None:
    heard: list[AudioChunk] = []
    async with stage.running() as host:
        audio = attempt(
            lambda: host.run(job(then="wait", **script)),
            provider="toy",
            deadlines=Deadlines(),
            breaker=Breaker(time.monotonic),
            recall=Recall(""),
        )

        async def hear() -> None:
            async for chunk in audio:
                heard.append(chunk)

        hearing = asyncio.create_task(hear())
        await stage.tells("wait a")
        await until(lambda: len(heard) == (script["chunks"] if sent_ms else 0))
        os.kill(host.pid or 0, signal.SIGKILL)
        await asyncio.wait([hearing])
        error = hearing.exception()
        assert type(error) is kind
        assert (error.fallback, error.retry) == (True, True)
        assert (getattr(error, "sent_ms", None), getattr(error, "provider", "")) == (sent_ms, "toy")


async def test_says_in_words_how_the_child_died(stage: Stage) -> None:
    deaths: list[tuple[str, dict[str, Any]]] = [
        (r"ended with exit code 3\.$", {"then": "exit", "code": 3}),
        (r"killed by signal 11 \(Segmentation fault\)\.$", {"then": "signal", "signal": 11}),
        (r"killed by signal 6 \(Aborted\)\.$", {"then": "signal", "signal": 6}),
    ]
    clock = Clock()
    async with stage.running(clock=clock) as host:
        for said, script in deaths:
            with pytest.raises(Crashed, match=said):
                await listen(host, chunks=0, **script)
            clock.now += 60


@pytest.mark.alone
@pytest.mark.parametrize("how", ["ignore", "hold_the_gil"])
async def test_a_job_that_does_not_let_go_is_the_end_of_the_child(stage: Stage, how: str) -> None:
    said = "hung: it did not let go of a cancelled job within 1 s"
    async with stage.running(workers=3, patience=Patience(cancel_s=1.0)) as host:
        async with host.run(job("heard", chunks=1, then="wait")) as stream:
            waiting = asyncio.create_task(listen(host, "waiting", chunks=0, then="wait"))
            await stage.tells("wait heard")
            await stage.tells("wait waiting")
            deaf = asyncio.create_task(listen(host, "deaf", chunks=0, then=how))
            await stage.tells("wait deaf")
            first = host.pid
            deaf.cancel()
            left_at = time.monotonic()
            await asyncio.wait([deaf])
            assert time.monotonic() - left_at < LEFT_S
            assert await anext(stream) == tone(100, 1)
            with pytest.raises(Interrupted, match=said):
                await anext(stream)
            with pytest.raises(Crashed, match=said):
                await waiting
        assert len(await listen(host, "next")) == 3
        assert host.pid != first


async def test_a_child_that_gives_no_sign_is_killed_though_its_listener_waits(stage: Stage) -> None:
    async with stage.running(patience=Patience(hang_s=1.0)) as host:
        with pytest.raises(Crashed, match="hung: it gave no sign of life for 1 s"):
            await listen(host, "stuck", chunks=0, then="hold_the_gil")
        assert len(await listen(host, "next")) == 3


async def test_a_long_step_that_leaves_the_loop_alone_is_no_hang(stage: Stage) -> None:
    async with (
        stage.running(patience=Patience(hang_s=1.5)) as host,
        host.run(job("long", chunks=1, then="wait")),
    ):
        await stage.tells("wait long")
        pid = host.pid
        await asyncio.sleep(2.0)  # of real time: the pings know no other
        assert (host.state, host.pid) == (HostState.READY, pid)


async def test_repeated_deaths_cost_waits_that_double_until_one_job_ends_well(stage: Stage) -> None:
    clock = Clock()
    async with stage.running(clock=clock) as host:

        async def die() -> PolyvoxError:
            with pytest.raises(PolyvoxError) as caught:
                await listen(host, chunks=0, then="exit", code=3)
            return caught.value

        assert isinstance(await die(), Crashed)
        assert host.refusal() is None  # the first may be chance
        for deaths, wait_s in ((2, 1), (3, 2), (4, 4)):
            assert isinstance(await die(), Crashed)
            refused = await die()
            assert isinstance(refused, Unavailable)
            assert refused.message.startswith(
                f"toy has died {deaths} times in a row and is started again in {wait_s} s"
            )
            assert "exit code 3" in refused.message
            assert str(host.refusal()) == str(refused)
            clock.now += wait_s
        assert len(await listen(host, "next")) == 3
        assert isinstance(await die(), Crashed)
        assert host.refusal() is None
    assert stage.told().count("load") == 5


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ("refuse", r"^No weights\. Install them\.$"),
        ("fail", r"^toy could not be loaded: OSError\.$"),
    ],
)
async def test_an_engine_that_cannot_be_loaded_says_why_and_is_not_tried_at_every_request(
    stage: Stage, load: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with stage.running(load=load, clock=clock) as host:
        both = await asyncio.gather(listen(host), listen(host), return_exceptions=True)
        assert [type(error) for error in both] == [Misconfigured, Misconfigured]
        assert both[0] is not both[1]
        assert host.state is HostState.FAILED
        with pytest.raises(Misconfigured, match=said):
            await listen(host)
        assert stage.told().count("load") == 1
        clock.now += 1
        with pytest.raises(Misconfigured, match=said):
            await listen(host)
        assert stage.told().count("load") == 2
    if load == "fail":
        assert "toy: OSError: no such folder" in caplog.text


async def test_a_factory_that_is_not_there_says_so(stage: Stage) -> None:
    async with stage.running(factory="tests.unit.hosting.nowhere:create") as host:
        with pytest.raises(Misconfigured, match="could not be loaded: ModuleNotFoundError"):
            await listen(host)


async def test_a_child_that_dies_while_loading_fails_its_requests(stage: Stage) -> None:
    async with stage.running(load="die") as host:
        with pytest.raises(Crashed, match="ended with exit code 7"):
            await listen(host)
        assert host.state is HostState.CRASHED


async def test_a_child_that_never_gets_ready_is_killed(stage: Stage) -> None:
    async with stage.running(load="hang", patience=Patience(load_s=1.0)) as host:
        with pytest.raises(Crashed, match="hung: it was not ready within 1 s"):
            await listen(host)
        assert host.pid is None


async def test_an_idle_child_that_dies_is_replaced_when_next_needed(stage: Stage) -> None:
    async with stage.running() as host:
        await listen(host)
        pid = host.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: host.state is HostState.CRASHED)
        assert not alive(pid)
        assert len(await listen(host, "next")) == 3

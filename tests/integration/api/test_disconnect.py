"""Whoever hangs up stops the work, wherever it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.api.client import Stage
from tests.integration.api.gated import Gated, Mode
from tests.integration.api.listener import Listener
from tests.support.server import serving, settings_for

pytestmark = pytest.mark.alone
PROMPT_S = 0.1
TRIES = 5
"""The quickest counts: work that is not stopped is never prompt, a busy machine is sometimes not."""
WAIT_S = 5.0


def listener(stage: Stage, **fields: str) -> Listener:
    return Listener(stage.server.port, **fields)


def let_go_after(gate: Gated, begun: float) -> float:
    """Seconds until the provider was let go."""
    assert gate.left.wait(WAIT_S)
    return gate.left_at - begun


def quickest(leave: Callable[[], float]) -> float:
    return min(leave() for _ in range(TRIES))


async def test_before_the_first_audio(stage: Stage) -> None:
    def leave() -> float:
        stage.gate.reset(Mode.MUTE)
        with listener(stage) as leaving:
            assert stage.gate.entered.wait(WAIT_S)
            return let_go_after(stage.gate, leaving.hang_up())

    assert quickest(leave) < PROMPT_S


@pytest.mark.parametrize("stream_format", ["audio", "sse"])
@pytest.mark.parametrize("format", ["mp3", "pcm"])
async def test_in_the_middle_of_the_audio(stage: Stage, stream_format: str, format: str) -> None:
    def leave() -> float:
        stage.reset()
        with listener(stage, stream_format=stream_format, response_format=format) as leaving:
            assert leaving.read_head().startswith("HTTP/1.1 200")
            leaving.read(2000)
            return let_go_after(stage.gate, leaving.hang_up())

    assert quickest(leave) < PROMPT_S


async def test_while_the_server_waits_for_the_listener_to_read(stage: Stage) -> None:
    def leave() -> float:
        stage.gate.reset(Mode.FLOOD)
        with listener(stage) as leaving:
            leaving.read(2000)
            stage.gate.wait_until_idle()
            return let_go_after(stage.gate, leaving.hang_up())

    assert quickest(leave) < PROMPT_S


async def test_a_listener_who_closes_in_good_order_is_gone_too(stage: Stage) -> None:
    stage.gate.reset(Mode.MUTE)
    with listener(stage) as leaving:
        assert stage.gate.entered.wait(WAIT_S)
        begun = time.perf_counter()
        leaving.socket.close()
        assert let_go_after(stage.gate, begun) < WAIT_S


async def test_it_is_reported_as_cancelled(stage: Stage) -> None:
    with listener(stage) as leaving:
        head = leaving.read_head()
        leaving.hang_up()
    assert stage.gate.left.wait(WAIT_S)
    lines = (line.partition(": ") for line in head.split("\r\n"))
    speech_id = next(value for name, _, value in lines if name == "x-polyvox-speech-id")
    report = await stage.get(f"/v1/speech/{speech_id}")
    assert report.json["outcome"] == "cancelled"


async def test_one_listener_leaves_the_others_alone(stage: Stage) -> None:
    """The same text is made once for both; the first to leave does not take it along."""
    with listener(stage) as first, listener(stage) as second:
        first.read(2000)
        second.read(2000)
        first.hang_up()
        second.read(50_000)
        assert not stage.gate.left.is_set()
        assert let_go_after(stage.gate, second.hang_up()) < WAIT_S


async def test_nothing_is_left_behind(stage: Stage) -> None:
    listeners = [listener(stage, stream_format="sse") for _ in range(10)]
    for each in listeners:
        each.read(1000)
    for each in listeners:
        each.hang_up()
    assert stage.gate.left.wait(WAIT_S)
    figures = (await stage.get("/metrics")).body.decode()
    assert "polyvox_listeners 0.0" in figures

    async def still_running() -> list[str]:
        return [t.get_name() for t in asyncio.all_tasks() if "reply" in t.get_name()]

    assert stage.server.call(still_running()) == []


def test_stopping_the_server_stops_everything(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, default_personality="nobody")
    with serving(settings, loaders={"gated": lambda: Gated}) as running:
        gate = running.application.services.providers.get("gated")
        assert isinstance(gate, Gated)
        listeners = [Listener(running.port, response_format="mp3") for _ in range(3)]
        for each in listeners:
            each.read(1000)
        gate.reset(Mode.MUTE)
        waiting = Listener(running.port, input="Something else.")
        assert gate.entered.wait(WAIT_S)
    for each in (*listeners, waiting):
        assert not each.read_rest().endswith(b"0\r\n\r\n")
        each.socket.close()
    assert running.leaked == []

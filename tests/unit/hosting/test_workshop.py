"""Work in a process that may die of it: what comes back, and what never does."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from polyvox.errors import BadSample, Crashed, Throttled, Unavailable
from polyvox.hosting.workshop import MAX_ANSWER_BYTES, Workshop

from . import workshop_stage
from .process_stage import alive, until

pytestmark = pytest.mark.heavy
SECRET = workshop_stage.SECRET


@asynccontextmanager
async def opened(**limits: Any) -> AsyncIterator[Workshop]:
    workshop = Workshop(**limits)
    try:
        yield workshop
    finally:
        await workshop.stop()


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    async with opened() as workshop:
        yield workshop


def stage(name: str) -> str:
    return f"{workshop_stage.__name__}:{name}"


async def test_what_a_function_gives_comes_back(workshop: Workshop) -> None:
    given: list[Any] = ["naïve — 日本 \n", 1.5, None, {"a": [1, 2]}]
    assert await workshop.run(stage("echo"), *given) == given
    assert await workshop.run(stage("echo"), Path("/a b/c")) == ["/a b/c"]


async def test_one_process_serves_all_calls_and_ends_with_the_workshop(workshop: Workshop) -> None:
    pids = await asyncio.gather(*(workshop.run(stage("pid")) for _ in range(5)))
    assert len(set(pids)) == 1
    await workshop.stop()
    assert not alive(pids[0])


async def test_stopping_waits_for_no_work(workshop: Workshop, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    calls = [asyncio.create_task(workshop.run(stage("wait"), journal)) for _ in range(2)]
    await until(lambda: journal.exists() and journal.read_text() != "")
    await workshop.stop()
    assert not alive(int(journal.read_text()))
    for call in (*calls, workshop.run(stage("pid"))):
        with pytest.raises(Unavailable, match="has been stopped"):
            await call


async def test_it_is_told_no_keys(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SPEECH_KEY", SECRET)
    monkeypatch.setenv("POLYVOX_DATABASE_URL", SECRET)
    environment = await workshop.run(stage("environment"))
    assert SECRET not in environment.values()
    assert not [name for name in environment if name.startswith(("AZURE", "POLYVOX"))]


async def test_it_leaves_no_core_dump(workshop: Workshop) -> None:
    assert await workshop.run(stage("core_limit")) == 0


async def test_our_errors_come_back_as_they_are(workshop: Workshop) -> None:
    with pytest.raises(BadSample, match="too loud") as caught:
        await workshop.run(stage("refuse"))
    assert (caught.value.param, caught.value.remedy) == ("samples", "Step back.")


@pytest.mark.parametrize(
    ("function", "args", "said"),
    [
        ("fail", [SECRET], "failed: ValueError"),
        ("give_a_set", [], "failed: TypeError"),
        ("no_such_thing", [], "failed: AttributeError"),
        ("answer", ["{"], "cannot be understood"),
        ("answer", ["[]"], "cannot be understood"),
        ("answer", ['{"error": {"class": "Exception"}}'], "cannot be understood"),
        ("end", [7], "ended with exit code 7"),
        ("die_of", [signal.SIGKILL], "out of memory"),
        ("give", [MAX_ANSWER_BYTES], f"more than {MAX_ANSWER_BYTES} bytes"),
    ],
)
async def test_other_ends_are_crashes(
    workshop: Workshop,
    caplog: pytest.LogCaptureFixture,
    function: str,
    args: list[Any],
    said: str,
) -> None:
    with pytest.raises(Crashed, match=said) as caught:
        await workshop.run(stage(function), *args)
    assert SECRET not in str(caught.value)
    assert await workshop.run(stage("echo"), 1) == [1]
    await workshop.stop()
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("function", "args"), [("follow_a_wild_pointer", []), ("die_of", [signal.SIGABRT])]
)
async def test_a_decoder_that_breaks_down_is_the_samples_fault(
    workshop: Workshop, function: str, args: list[Any]
) -> None:
    with pytest.raises(BadSample, match="decoder broke down"):
        await workshop.run(stage(function), *args)
    assert await workshop.run(stage("echo"), 1) == [1]


async def test_memory_is_bounded() -> None:
    async with opened(memory_mb=256) as workshop:
        assert await workshop.run(stage("fill"), 100) == 100 << 20
        with pytest.raises(BadSample, match="limit of 256 MiB"):
            await workshop.run(stage("fill"), 300)
        assert await workshop.run(stage("fill"), 100) == 100 << 20


async def test_time_is_bounded_whatever_holds_it_up(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with opened(longest_s=0.5) as workshop:
        with pytest.raises(BadSample, match=r"limit of 0\.5 s"):
            await workshop.run(stage("wait"), journal)
        assert not alive(int(journal.read_text()))
    async with opened(longest_s=30) as workshop:
        assert await workshop.run(stage("echo"), 1) == [1]


async def test_who_leaves_ends_the_work_and_nobody_gets_anothers_answer(
    workshop: Workshop, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    leaving = asyncio.create_task(workshop.run(stage("wait"), journal))
    waiting = asyncio.create_task(workshop.run(stage("echo"), "mine"))
    await until(lambda: journal.exists() and journal.read_text() != "")
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert not alive(int(journal.read_text()))
    assert await waiting == ["mine"]


async def test_who_leaves_the_queue_is_not_served(workshop: Workshop, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    calls = [
        asyncio.create_task(workshop.run(stage("note"), journal, name)) for name in ("a", "b", "c")
    ]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert journal.read_text().split() == ["a", "c"]


async def test_the_queue_is_bounded(tmp_path: Path) -> None:
    async with opened(queue_limit=1) as workshop:
        calls = [asyncio.create_task(workshop.run(stage("echo"), n)) for n in range(3)]
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert done[:2] == [[0], [1]]
        assert isinstance(done[2], Throttled)
        assert await workshop.run(stage("echo"), 3) == [3]


async def test_it_goes_when_there_is_nothing_to_do() -> None:
    async with opened(idle_exit_s=0.05) as workshop:
        first: int = await workshop.run(stage("pid"))
        await until(lambda: not alive(first))
        assert await workshop.run(stage("pid")) != first


async def test_a_process_that_died_between_calls_costs_nobody_anything(workshop: Workshop) -> None:
    first: int = await workshop.run(stage("pid"))
    os.kill(first, signal.SIGKILL)
    await until(lambda: not alive(first))
    for _ in range(2):  # the loop looks at its sockets, then does what they ask for
        await asyncio.sleep(0)
    assert await workshop.run(stage("pid")) != first


async def test_what_it_writes_goes_to_the_log_and_its_output_nowhere(
    workshop: Workshop, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING, "polyvox.hosting.workshop"):
        await workshop.run(stage("talk"), SECRET)
        await workshop.stop()
    assert "workshop: a warning" in caplog.messages
    assert SECRET not in caplog.text + "".join(capfd.readouterr())

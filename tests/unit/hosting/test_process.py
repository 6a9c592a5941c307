"""An engine in a child: what a listener hears, and what stops the engine."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import (
    BadOutput,
    Crashed,
    Interrupted,
    InvalidSetting,
    PolyvoxError,
    Refused,
    Throttled,
)
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.inline import InlineHost
from polyvox.hosting.process import worker
from polyvox.hosting.process.wire import MAX_AUDIO_BYTES, WINDOW, Frame, Op, read_frame
from polyvox.hosting.process.worker import Patience

from .process_stage import SECRET, Stage, StageEngine, job, listen, until
from .stage import PATIENCE_S, RATE, tone

pytestmark = pytest.mark.heavy
LEFT_S = 0.1
"""How soon a listener who leaves must be free."""
TRIES = 3
"""A busy machine may delay any one."""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_what_is_heard_is_what_the_inline_host_gives(stage: Stage) -> None:
    inline = InlineHost(StageEngine(stage.spec().options), workers=2, queue_limit=8, name="toy")
    await inline.start()
    try:
        expected = await listen(inline, chunks=20, ms=70)
    finally:
        await inline.stop()
    async with stage.running() as host:
        assert await listen(host, chunks=20, ms=70) == expected


async def test_every_field_of_a_job_arrives(stage: Stage) -> None:
    asked = EngineJob(
        text="naïve — 日本 \ud800",
        language="zh-CN",
        voice="Ana Florence",
        settings={"then": "recite", "speed": 1.5, "top_k": 50},
        samples=("/a.wav", "/b c.wav"),
        before=("Ünd vorher.", "\udc00"),
    )
    async with stage.running() as host, host.run(asked) as stream:
        _ = [chunk async for chunk in stream]
    assert stage.told()[-1] == f"recite {stage.fields(asked)}"


async def test_a_chunk_of_any_length_arrives_whole(stage: Stage) -> None:
    ms = 200_000
    async with stage.running() as host:
        heard = await listen(host, chunks=1, ms=ms, level=5)
    assert AudioChunk(b"".join(chunk.pcm for chunk in heard), RATE) == tone(ms, 5)
    assert max(len(chunk.pcm) for chunk in heard) == MAX_AUDIO_BYTES


async def test_sixteen_at_once_are_never_mixed(stage: Stage) -> None:
    async with stage.running(workers=4, queue_limit=12) as host:
        told = await asyncio.gather(
            *(listen(host, f"job {n}", chunks=8, level=n + 1) for n in range(16))
        )
    assert told == [[tone(100, n + 1)] * 8 for n in range(16)]
    assert stage.told().count("load") == 1


async def test_is_entered_with_the_first_audio_in_hand(stage: Stage) -> None:
    async with stage.running() as host, host.run(job(chunks=1, then="wait")) as stream:
        assert stream.sample_rate == RATE
        assert await anext(stream) == tone(100, 1)


async def test_of_a_listener_who_does_not_read_the_server_holds_a_window(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the segment waits in the child, and others are served meanwhile."""
    came = Counter[int]()

    async def noted(reader: asyncio.StreamReader) -> Frame | None:
        frame = await read_frame(reader)
        came[frame.job if frame and frame.op is Op.AUDIO else 0] += 1
        return frame

    monkeypatch.setattr(worker, "read_frame", noted)
    async with stage.running(workers=1) as host, host.run(job("slow", chunks=100)) as stream:
        await stage.tells("end slow")
        assert len(await listen(host, "quick", chunks=3)) == 3
        assert came[1] == 1 + WINDOW, "the one that the listener holds, and the window"
        assert len([chunk async for chunk in stream]) == came[1] == 100


@pytest.mark.alone
async def test_leaving_returns_at_once_and_frees_the_engine_within_one_step(stage: Stage) -> None:
    async with stage.running(workers=1) as host:
        took = []
        for number in range(TRIES):
            async with host.run(job(f"long {number}", chunks=1, then="wait")):
                await stage.tells(f"wait long {number}")
                left_at = time.monotonic()
            took.append(time.monotonic() - left_at)
            assert len(await listen(host, f"next {number}")) == 3
            told = stage.told()
            assert told.index(f"cancelled long {number}") < told.index(f"begin next {number}")
        assert min(took) < LEFT_S
        pid = host.pid
        assert pid is not None
        assert len(await listen(host, "last")) == 3
        assert host.pid == pid


async def test_a_listener_cancelled_before_the_first_audio_cancels_the_job(stage: Stage) -> None:
    async with stage.running(workers=1) as host:
        waiting = asyncio.create_task(listen(host, "long", chunks=0, then="wait"))
        await stage.tells("wait long")
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        await stage.tells("cancelled long")
        assert len(await listen(host, "next")) == 3


async def test_jobs_given_up_before_they_begin_do_no_harm(stage: Stage) -> None:
    limit = Patience(cancel_s=1.0)
    async with stage.running(workers=1, queue_limit=50, patience=limit) as host:
        await listen(host, "first")
        pid = host.pid
        for _ in range(50):
            waiting = asyncio.create_task(listen(host, "gone"))
            await asyncio.sleep(0)  # it has asked, and the child has not heard of it yet
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])
        await asyncio.sleep(limit.cancel_s * 1.1)  # of real time, like the limit
        assert len(await listen(host, "next")) == 3
        assert host.pid == pid


async def test_a_full_queue_names_its_limit_and_lets_the_next_in(stage: Stage) -> None:
    async with stage.running(workers=1, queue_limit=1) as host:
        held = [asyncio.create_task(listen(host, text, chunks=0, then="wait")) for text in "ab"]
        await until(lambda: any(line.startswith("wait") for line in stage.told()))
        with pytest.raises(
            Throttled, match=r"limit of 2 jobs at once \(1 workers and 1 waiting\)"
        ) as e:
            await listen(host, "c")
        assert e.value.retry_after == 0
        for task in held:
            task.cancel()
        await asyncio.wait(held)
        assert len(await listen(host, "d")) == 3


async def test_errors_of_ours_come_back_as_they_were(stage: Stage) -> None:
    told: list[tuple[type[PolyvoxError], dict[str, Any]]] = [
        (InvalidSetting, {"param": "speed", "remedy": "Slower."}),
        (Refused, {"request_id": "7", "provider": "p"}),
        (Throttled, {"retry_after": 2.5}),
    ]
    async with stage.running() as host:
        for kind, attributes in told:
            script: dict[str, Any] = {"error": kind.__name__, "with": attributes}
            with pytest.raises(kind, match=r"^Not so\.") as caught:
                await listen(host, chunks=0, then="raise", **script)
            assert {name: getattr(caught.value, name) for name in attributes} == attributes
            with pytest.raises(Interrupted, match=r"Not so\.") as broken:
                await listen(host, chunks=2, then="raise", **script)
            assert broken.value.sent_ms == 200
            assert isinstance(broken.value.__cause__, kind)
    assert stage.told().count("load") == 1


async def test_a_foreign_exception_is_told_by_its_kind(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage.running() as host:
        with pytest.raises(Crashed, match=r"^toy failed: ZeroDivisionError\.$"):
            await listen(host, SECRET, chunks=0, then="crash")
        pid = host.pid
        assert len(await listen(host)) == 3
        assert host.pid == pid
    assert SECRET not in caplog.text


async def test_no_audio_is_bad_output(stage: Stage) -> None:
    async with stage.running() as host:
        with pytest.raises(BadOutput):
            await listen(host, chunks=0)


async def test_many_listeners_who_leave_at_random_leave_nothing_behind(stage: Stage) -> None:
    async def leave_after(chunks: int) -> None:
        async with host.run(job(f"{chunks}", chunks=20)) as stream:
            for _ in range(chunks):
                await anext(stream)

    async with stage.running(workers=3, queue_limit=64) as host:
        await listen(host)
        before, pid = len(asyncio.all_tasks()), host.pid
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            for number in range(60):
                group.create_task(leave_after(number % 20))
        assert len(asyncio.all_tasks()) == before
        assert host.pid == pid
        assert len(await listen(host)) == 3

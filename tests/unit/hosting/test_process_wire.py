"""What crosses the border, and how long to wait between deaths."""

from __future__ import annotations

import asyncio
import pickle
import struct
from typing import Any

import pytest

from polyvox import errors
from polyvox.errors import Crashed, Interrupted, NoVoiceLeft, PolyvoxError, Refused, Throttled
from polyvox.hosting.process.backoff import Backoff
from polyvox.hosting.process.faults import broken_off, pack, renewed, unpack
from polyvox.hosting.process.host import ProcessHost
from polyvox.hosting.process.spec import EngineSpec
from polyvox.hosting.process.wire import (
    MAX_AUDIO_BYTES,
    MAX_HEADER_BYTES,
    BadFrame,
    Frame,
    Op,
    read_frame,
)

from .process_stage import FACTORY, SECRET, job


def reader_of(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Op.PING),
        Frame(Op.JOB, 7, {"text": "é \ud800 日本", "settings": {"speed": 1.5}, "voice": None}),
        Frame(Op.AUDIO, 2**31, {"rate": 24_000}, bytes(range(256))),
        Frame(Op.AUDIO, 1, {"rate": 8_000}, bytes(MAX_AUDIO_BYTES)),
    ],
)
async def test_frames_arrive_as_they_were_sent(frame: Frame) -> None:
    reader = reader_of(frame.encode() * 2)
    assert [await read_frame(reader) for _ in range(3)] == [frame, frame, None]


async def test_a_frame_cut_off_is_the_end() -> None:
    whole = Frame(Op.AUDIO, 1, {"rate": 8_000}, b"1234").encode()
    for length in range(len(whole)):
        assert await read_frame(reader_of(whole[:length])) is None


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("!II", MAX_HEADER_BYTES + 1, 0),
        struct.pack("!II", 2, MAX_AUDIO_BYTES + 1),
        struct.pack("!II", 2, 0) + b"{}",
        struct.pack("!II", 4, 0) + b"\xff\xfe\xfd\xfc",
        struct.pack("!II", 34, 0) + b'{"op": "sing", "job": 1, "body":{}}'[:34],
        struct.pack("!II", 60, 0) + pickle.dumps(Frame(Op.PING)).ljust(60)[:60],
    ],
)
async def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        await read_frame(reader_of(data))


def test_a_frame_shows_no_text_and_knows_its_size() -> None:
    frame = Frame(Op.JOB, 1, {"text": SECRET}, b"audio")
    assert SECRET not in repr(frame)
    with pytest.raises(ValueError, match="too long"):
        Frame(Op.JOB, 1, {"text": "x" * MAX_HEADER_BYTES}).encode()


@pytest.mark.parametrize("name", sorted(set(errors.__all__) - {"NoVoiceLeft"}))
def test_every_error_comes_back_as_itself(name: str) -> None:
    kind = getattr(errors, name)
    attributes: dict[str, Any] = {"remedy": "Do this."}
    if issubclass(kind, errors.RequestError):
        attributes["param"] = "text"
    if issubclass(kind, errors.ProviderError | Interrupted):
        attributes["provider"] = "toy"
    if kind is Throttled:
        attributes["retry_after"] = 0.0
    if kind is Interrupted:
        attributes["sent_ms"] = 120.5
    error = kind("Said.", **attributes)
    error.__cause__ = Refused("Before.", request_id="9")
    back = renewed(error)
    assert type(back) is kind
    assert vars(back) == vars(error)
    assert str(back) == "Said. Do this."
    assert isinstance(back.__cause__, Refused)
    assert back.__cause__.request_id == "9"


def test_what_we_do_not_know_comes_back_as_the_nearest() -> None:
    class OutOfPaper(Refused):
        def __init__(self) -> None:
            super().__init__("No paper.", request_id="1")

    assert type(unpack(pack(OutOfPaper()))) is Refused
    assert type(unpack(pack(NoVoiceLeft("No.", [ValueError()])))) is PolyvoxError
    foreign = unpack(pack(ValueError(SECRET)))
    assert isinstance(foreign, Crashed)
    assert str(foreign) == "The engine failed: ValueError."


def test_what_broke_off_depends_on_what_was_made() -> None:
    assert type(broken_off("Gone.", 0.0)) is Crashed
    after = broken_off("Gone.", 50.0)
    assert isinstance(after, Interrupted)
    assert after.sent_ms == 50.0
    assert isinstance(after.__cause__, Crashed)


def test_waits_double_up_to_the_longest_and_begin_again_after_a_success() -> None:
    now = 100.0
    backoff = Backoff(lambda: now, first_s=1.0, longest_s=5.0)
    waits = []
    for _ in range(6):
        backoff.failed(pardoned=1)
        waits.append(backoff.left_s)
        now += backoff.left_s
    assert waits == [0, 1, 2, 4, 5, 5]
    backoff.succeeded()
    backoff.failed()
    assert backoff.left_s == 1
    now += 0.75
    assert backoff.left_s == 0.25
    for _ in range(5_000):
        backoff.failed()
    assert backoff.left_s == 5


def test_options_that_are_not_json_are_refused_at_once() -> None:
    options: Any = {"folder": object()}
    with pytest.raises(TypeError):
        ProcessHost(EngineSpec(FACTORY, options), name="toy", workers=1, queue_limit=0)


@pytest.mark.parametrize(("workers", "queue_limit"), [(0, 1), (1, -1)])
def test_a_host_needs_a_worker(workers: int, queue_limit: int) -> None:
    with pytest.raises(ValueError, match="a host needs a worker"):
        ProcessHost(EngineSpec(FACTORY), name="toy", workers=workers, queue_limit=queue_limit)


def test_a_job_says_nothing_of_its_text() -> None:
    assert SECRET not in repr(job(SECRET))

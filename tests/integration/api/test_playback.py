"""``GET /v1/speech/{ticket}/audio`` as players ask for it: again and again, and for parts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from polyvox.api import playback
from tests.integration.api.client import Answer, Stage

TEXT = "Once there was a player. It came again and again."
GRACE_S = 1.0
"""Of a test that waits for it to pass, and has to ask twice within it."""


async def put_down(stage: Stage, text: str = TEXT, **fields: Any) -> dict[str, Any]:
    answer = await stage.post("/v1/speech/tickets", json=stage.body(text, **fields))
    ticket: dict[str, Any] = answer.json
    return ticket


async def endless(stage: Stage, text: str) -> dict[str, Any]:
    """Each test has a text of its own: the same one would be made once for both."""
    return await put_down(stage, text, model="gated", voice="gate")


async def part(stage: Stage, ticket: dict[str, Any], asked: str) -> Answer:
    return await stage.get(ticket["audio"], headers={"range": f"bytes={asked}"})


async def replies(stage: Stage) -> int:
    told = (await stage.get("/v1/stats", params={"provider": "fault_a"})).json["data"]
    return sum(line["requests"] for line in told)


@contextmanager
def shortened(**limits: float) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(playback, name, value)
        yield


async def test_safari_looks_at_two_bytes_and_then_listens(stage: Stage) -> None:
    before = await replies(stage)
    ticket = await put_down(stage)
    probe = await part(stage, ticket, "0-1")
    assert (probe.status, len(probe.body)) == (206, 2)
    assert probe.headers["content-range"] == "bytes 0-1/*"
    assert probe.headers["accept-ranges"] == "bytes"
    assert probe.headers["content-type"] == "audio/pcm"
    stream = await part(stage, ticket, "0-")
    assert (stream.status, stream.headers.get("content-length")) == (200, None)
    assert stream.body[:2] == probe.body
    assert "".join(heard(stream.body)[0]) == TEXT.replace(". It", ".It")

    size = len(stream.body)
    again = await part(stage, ticket, "0-1")
    assert (again.status, again.headers["content-range"]) == (206, f"bytes 0-1/{size}")
    whole = await part(stage, ticket, f"0-{size - 1}")
    assert (whole.status, whole.body) == (206, stream.body)
    block = await part(stage, ticket, "20-59")
    assert (block.status, block.body) == (206, stream.body[20:60])
    assert block.headers["content-length"] == "40"
    report = (await stage.get(ticket["report"])).json
    assert (report["id"], report["outcome"]) == (ticket["id"], "ok")
    assert await replies(stage) == before + 1


async def test_an_older_safari_fetches_block_after_block_until_it_knows_the_end(
    stage: Stage,
) -> None:
    ticket = await put_down(stage)
    got, block = b"", 16
    for _ in range(1000):
        answer = await part(stage, ticket, f"{len(got)}-{len(got) + block - 1}")
        assert answer.status == 206
        got += answer.body
        if not answer.headers["content-range"].endswith("/*"):
            break
    assert answer.headers["content-range"].endswith(f"/{len(got)}")
    assert "".join(heard(got)[0]) == TEXT.replace(". It", ".It")


async def test_firefox_listens_seeks_and_plays_again(stage: Stage) -> None:
    ticket = await put_down(stage)
    first = await part(stage, ticket, "0-")
    assert (first.status, "accept-ranges" in first.headers) == (200, False)
    size = len(first.body)
    sought = await part(stage, ticket, f"{size // 2}-")
    assert (sought.status, sought.body) == (206, first.body[size // 2 :])
    assert sought.headers["content-range"] == f"bytes {size // 2}-{size - 1}/{size}"
    tail = await part(stage, ticket, "-10")
    assert (tail.status, tail.body) == (206, first.body[-10:])
    beyond = await part(stage, ticket, f"{size}-")
    assert (beyond.status, beyond.body) == (416, b"")
    assert beyond.headers["content-range"] == f"bytes */{size}"
    for asked in ("1-0", "-", "a-b", "0-1,5-6"):
        assert (await part(stage, ticket, asked)).status == 200, asked
    again = await stage.get(ticket["audio"])
    assert (again.status, again.body) == (200, first.body)
    assert (again.headers["content-length"], again.headers["accept-ranges"]) == (str(size), "bytes")


async def test_two_listeners_hear_the_same_while_it_is_made(stage: Stage) -> None:
    ticket = await endless(stage, "For two.")
    async with (
        stage.session.get(ticket["audio"]) as one,
        stage.session.get(ticket["audio"], headers={"range": "bytes=0-1"}) as probe,
        stage.session.get(ticket["audio"]) as other,
    ):
        count = 50_000
        assert await one.content.readexactly(count) == await other.content.readexactly(count)
        assert (probe.status, len(await probe.read())) == (206, 2)


async def test_nobody_listening_ends_the_work_and_the_ticket(stage: Stage) -> None:
    with shortened(GRACE_S=GRACE_S):
        ticket = await endless(stage, "For nobody.")
        assert (await part(stage, ticket, "0-1")).status == 206
        assert not stage.gate.left.is_set()  # it may come again
        assert (await part(stage, ticket, "0-99")).status == 206
        assert await asyncio.to_thread(stage.gate.left.wait, 5)
    assert (await stage.get(ticket["report"])).json["outcome"] == "cancelled"
    gone = await stage.get(ticket["audio"])
    assert (gone.status, gone.error["code"]) == (404, "unknown_ticket")


async def test_only_the_next_segment_is_made_ahead_of_the_listener(stage: Stage) -> None:
    sentences = [f"Sentence {number} has {'very ' * 15}many words." for number in range(8)]
    ticket = await put_down(stage, " ".join(sentences))
    assert (await part(stage, ticket, "0-1")).status == 206
    for _ in range(20):  # all are made within less, once somebody listens
        segments = (await stage.get(ticket["report"])).json["segments"]
    assert segments[0]["attempts"]
    assert not segments[-1]["attempts"]
    assert (await stage.get(ticket["audio"])).status == 200
    assert (await stage.get(ticket["report"])).json["segments"][-1]["attempts"]


async def test_what_is_whole_is_kept_for_a_while_and_within_a_limit(stage: Stage) -> None:
    with shortened(KEPT_BYTES=2 * len((await stage.speak(TEXT)).body)):
        tickets = [await put_down(stage) for _ in range(3)]
        for ticket in tickets:
            assert (await stage.get(ticket["audio"])).status == 200
        found = [(await part(stage, ticket, "0-1")).status for ticket in tickets]
    assert found == [404, 206, 206]
    with shortened(KEPT_S=0.0):
        brief = await put_down(stage)
        assert (await stage.get(brief["audio"])).status == 200
        await stage.get("/healthz")
        assert (await stage.get(brief["audio"])).status == 404


async def test_a_reply_that_breaks_off_is_never_taken_for_whole(stage: Stage) -> None:
    stage.script(fault_a=[Fault.NONE, *[Fault.CUT] * 9], fault_b=[Fault.CUT] * 9)
    ticket = await put_down(stage)
    for _ in range(2):
        with pytest.raises(aiohttp.ClientPayloadError):
            await stage.get(ticket["audio"])

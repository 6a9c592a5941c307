"""A reply that breaks off is never taken for whole, by any client."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import aiohttp
import httpx2
import openai
import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from tests.integration.api.client import Stage
from tests.integration.api.gated import Gated, Mode
from tests.integration.api.listener import Listener
from tests.support.server import RunningServer, serving, settings_for

TEXT = "The first sentence is spoken. The second one is not, I fear. Nor is the third."


@pytest.fixture
def broken(stage: Stage) -> Stage:
    """The second segment breaks off, whoever speaks it."""
    stage.script(fault_a=[Fault.NONE, *[Fault.CUT] * 9], fault_b=[Fault.CUT] * 9)
    return stage


async def until_broken(reply: aiohttp.ClientResponse) -> bytes:
    """What came before the connection broke off."""
    got = bytearray()

    async def read() -> None:
        async for data in reply.content.iter_any():
            got.extend(data)

    with pytest.raises(aiohttp.ClientPayloadError):
        await read()
    return bytes(got)


async def test_aiohttp_sees_an_error(broken: Stage) -> None:
    async with broken.session.post("/v1/audio/speech", json=broken.body(TEXT)) as reply:
        assert reply.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()
    report = await broken.get(f"/v1/speech/{reply.headers['x-polyvox-speech-id']}")
    assert report.json["outcome"] == "interrupted"
    assert report.json["segments"][1]["attempts"][0]["outcome"] == "interrupted"


async def test_what_was_spoken_before_is_heard(broken: Stage) -> None:
    async with broken.session.post("/v1/audio/speech", json=broken.body(TEXT)) as reply:
        got = await until_broken(reply)
    assert heard(got)[0] == ["The first sentence is spoken."]


async def test_the_openai_client_sees_an_error(broken: Stage) -> None:
    url = f"{broken.server.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        with pytest.raises(openai.APIConnectionError):
            await client.audio.speech.create(
                input=TEXT, model="ada", voice="alloy", response_format="wav"
            )


async def test_the_streaming_openai_client_sees_an_error(broken: Stage) -> None:
    got = bytearray()

    async def read(client: openai.AsyncOpenAI) -> None:
        speech = client.audio.speech.with_streaming_response
        async with speech.create(
            input=TEXT, model="ada", voice="alloy", response_format="pcm"
        ) as reply:
            async for data in reply.iter_bytes():
                got.extend(data)

    url = f"{broken.server.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await read(client)
    assert heard(bytes(got))[0] == ["The first sentence is spoken."]


async def test_curl_sees_an_error(broken: Stage) -> None:
    process = await asyncio.create_subprocess_exec(
        "curl", "-sS", "-o", "/dev/null", f"{broken.server.url}/v1/audio/speech",
        "-H", "Content-Type: application/json", "-d", json.dumps(broken.body(TEXT)),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.communicate()
    assert process.returncode == 18  # "Partial file"


async def test_events_end_with_an_error_and_without_an_end(broken: Stage) -> None:
    body = broken.body(TEXT, stream_format="sse")
    async with broken.session.post("/v1/audio/speech", json=body) as reply:
        got = await until_broken(reply)
    events = [json.loads(line.removeprefix(b"data: ")) for line in got.split(b"\n\n") if line]
    kinds = [event["type"] for event in events]
    assert kinds[-1] == "error"
    assert set(kinds[:-1]) == {"speech.audio.delta"}
    assert events[-1]["error"]["code"] == "interrupted"
    spoken = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert heard(spoken)[0] == ["The first sentence is spoken."]


async def test_a_provider_that_breaks_off_is_followed_by_the_next(stage: Stage) -> None:
    stage.script(fault_a=[Fault.NONE, Fault.CUT])
    answer = await stage.speak(TEXT)
    assert answer.status == 200
    assert answer.headers["x-polyvox-provider"] == "fault_a"
    whole, _ = heard(answer.body)
    assert " ".join(part.strip() for part in whole) == TEXT
    report = await stage.report(answer)
    assert report["outcome"] == "ok"
    assert report["provider"] == "fault_a"
    attempts = [(a["provider"], a["outcome"]) for a in report["segments"][1]["attempts"]]
    assert attempts == [("fault_a", "interrupted"), ("fault_b", "ok")]


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = settings_for(
        tmp_path_factory.mktemp("hasty"), reply_timeout_s=0.3, default_personality="nobody"
    )
    with serving(settings, loaders={"gated": lambda: Gated}) as running:
        yield running


def gate_of(server: RunningServer) -> Gated:
    gate = server.application.services.providers.get("gated")
    assert isinstance(gate, Gated)
    return gate


SAY = {"input": "Anything.", "model": "gated", "response_format": "pcm"}


async def test_a_reply_without_audio_in_time_is_504_and_names_the_limit(
    hasty_server: RunningServer,
) -> None:
    gate = gate_of(hasty_server)
    gate.reset(Mode.MUTE)
    async with (
        aiohttp.ClientSession(hasty_server.url) as session,
        session.post("/v1/audio/speech", json=SAY) as reply,
    ):
        assert reply.status == 504
        error = (await reply.json())["error"]
    assert (error["code"], error["type"]) == ("reply_timed_out", "server_error")
    assert "reply_timeout_s" in error["message"]
    assert gate.left.is_set()


async def test_a_client_that_stops_reading_is_hung_up_on(hasty_server: RunningServer) -> None:
    gate = gate_of(hasty_server)
    gate.reset(Mode.FLOOD)
    with Listener(hasty_server.port) as idle:
        assert idle.read_head().startswith("HTTP/1.1 200")
        assert gate.left.wait(5)
        assert hasty_server.call(hasty_server.all_hung_up(within_s=2))
        assert not idle.read_rest().endswith(b"0\r\n\r\n")

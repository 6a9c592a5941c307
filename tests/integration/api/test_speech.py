"""What ``POST /v1/audio/speech`` answers when all is well."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any, cast

import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written, heard

from polyvox.domain.speech import MAX_INSTRUCTIONS
from tests.integration.api.client import Answer, Client, Stage

UNKNOWN = 0xFFFFFFFF


def sizes(wav: bytes) -> tuple[int, int]:
    """Of the file and of its data, as the header of 44 bytes tells them."""
    return struct.unpack_from("<I", wav, 4)[0], struct.unpack_from("<I", wav, 40)[0]


def events(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(each.removeprefix(b"data: ")) for each in answer.body.split(b"\n\n") if each]


async def test_the_headers_say_who_speaks_and_where_the_report_is(stage: Stage) -> None:
    answer = await stage.speak("Who is it?")
    assert answer.status == 200
    assert answer.headers["content-type"] == "audio/pcm"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-polyvox-provider"] == "fault_a"
    assert answer.headers["x-request-id"].startswith("req_")
    report = await stage.report(answer)
    assert (report["outcome"], report["provider"], report["cached"]) == ("ok", "fault_a", False)
    assert report["characters"] == len("Who is it?")


@pytest.mark.parametrize(
    "named",
    [
        {"voice": "ada"},
        {"voice": {"id": "ada"}},
        {"model": "ada"},
        {"model": "ada", "voice": "alloy"},
        {"model": "tts-1", "voice": "nova"},
        {"model": "fault_a", "voice": "fault_a-voice"},
        {"model": "gpt-4o-mini-tts", "voice": "fault_a-voice"},
        {},
    ],
)
async def test_it_may_be_addressed_in_many_ways(stage: Stage, named: dict[str, Any]) -> None:
    asked = {"input": "It is me.", "response_format": "pcm", **named}
    answer = await stage.post("/v1/audio/speech", json=asked)
    assert answer.headers["x-polyvox-provider"] == "fault_a"
    assert heard(answer.body)[0] == ["It is me."]


async def test_a_provider_can_be_asked_first(stage: Stage) -> None:
    answer = await stage.speak(provider="fault_b", language="de")
    assert answer.headers["x-polyvox-provider"] == "fault_b"
    assert (await stage.report(answer))["language"] == "de"


async def test_what_is_not_known_or_null_is_no_error(stage: Stage) -> None:
    answer = await stage.speak(
        instructions="Cheerfully.", stream=True, user="u1", speed=None, language=None, model=None
    )
    assert answer.status == 200


async def test_instructions_that_nobody_takes_are_reported_as_ignored(stage: Stage) -> None:
    answer = await stage.speak("As you like it.", instructions="Cheerfully.")
    assert answer.status == 200
    [attempt] = (await stage.report(answer))["segments"][0]["attempts"]
    assert attempt["instructions"] == "ignored"
    plain = await stage.report(await stage.speak("As you like it.", instructions=""))
    assert "instructions" not in plain["segments"][0]["attempts"][0]


async def test_instructions_reach_who_takes_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = cast("Written", stage.server.application.services.providers.get("fault_a"))
    monkeypatch.setattr(provider, "takes_instructions", True)
    body = stage.body("As you are told.", instructions="Cheerfully.")
    answer = await stage.post("/v1/audio/speech", json=body)
    [attempt] = (await stage.report(answer))["segments"][0]["attempts"]
    assert (provider.instructed[-1], attempt["instructions"]) == ("Cheerfully.", "sent")
    ticket = (await stage.post("/v1/speech/tickets", json=body)).json
    await stage.get(ticket["audio"])
    [again] = (await stage.get(ticket["report"])).json["segments"][0]["attempts"]
    assert again["instructions"] == "sent"


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/v1/speech/tickets"])
async def test_instructions_have_a_limit(stage: Stage, path: str) -> None:
    answer = await stage.post(path, json=stage.body(instructions="x" * (MAX_INSTRUCTIONS + 1)))
    assert (answer.status, answer.error["param"]) == (413, "instructions")


async def test_the_first_to_speak_is_named_even_if_another_was_asked_before(stage: Stage) -> None:
    stage.script(fault_a=[Fault.UNAVAILABLE] * 2)
    answer = await stage.speak("Somebody must.")
    assert answer.headers["x-polyvox-provider"] == "fault_b"
    assert heard(answer.body)[0] == ["Somebody must."]


@pytest.mark.parametrize("text", ["", " ", "…", "🙂", "---"])
async def test_nothing_to_say_is_a_short_silence(stage: Stage, text: str) -> None:
    answer = await stage.speak(text, response_format="wav")
    assert answer.status == 200
    assert "x-polyvox-provider" not in answer.headers
    silence = answer.body[44:]
    assert 0 < len(silence) <= 24_000
    assert not any(silence)
    assert sizes(answer.body) == (len(answer.body) - 8, len(silence))


async def test_events_carry_the_audio_and_end_with_the_usage(stage: Stage) -> None:
    answer = await stage.speak("Event by event.", stream_format="sse")
    assert answer.headers["content-type"] == "text/event-stream"
    *deltas, done = events(answer)
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    audio = b"".join(base64.b64decode(delta["audio"]) for delta in deltas)
    assert heard(audio)[0] == ["Event by event."]
    assert done["type"] == "speech.audio.done"
    usage = done["usage"]
    assert usage["input_tokens"] == len("Event by event.")
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


async def test_a_wav_tells_its_size_as_soon_as_that_is_known(piper: Client) -> None:
    """Live it cannot; the second time everything comes from the cache."""
    text = "This is said twice. It has two sentences."
    asked = {"input": text, "voice": "joe", "response_format": "wav"}
    live = await piper.post("/v1/audio/speech", json=asked)
    assert sizes(live.body) == (UNKNOWN, UNKNOWN)
    cached = await piper.post("/v1/audio/speech", json=asked)
    assert sizes(cached.body) == (len(cached.body) - 8, len(cached.body) - 44)
    assert cached.body[44:] == live.body[44:]


async def test_events_of_piper_say_how_long_it_spoke(piper: Client) -> None:
    asked = {"input": "How long was that?", "response_format": "pcm", "stream_format": "sse"}
    *deltas, done = events(await piper.post("/v1/audio/speech", json=asked))
    pcm = b"".join(base64.b64decode(delta["audio"]) for delta in deltas)
    assert done["usage"]["output_tokens"] == round(1000 * len(pcm) / 2 / 24_000)

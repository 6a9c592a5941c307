"""Every error in OpenAI's shape, with the status its class says, and without the user's text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from polyvox_faulty.faults import Fault

from tests.integration.api.client import Stage
from tests.integration.api.conftest import BODY_MAX, TEXT_MAX, Logged

SECRET = "my secret words"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": {"text": SECRET}}, "input"),
        ({"speed": 4.5}, "speed"),
        ({"speed": SECRET}, "speed"),
        ({"response_format": SECRET}, "response_format"),
        ({"stream_format": SECRET}, "stream_format"),
        ({"language": SECRET}, "language"),
        ({"voice": {"name": SECRET}}, "voice"),
        ({"fallback": SECRET}, "fallback"),
    ],
)
async def test_a_wrong_field_is_named_but_not_repeated(
    stage: Stage, fields: dict[str, Any], param: str
) -> None:
    answer = await stage.post("/v1/audio/speech", json=stage.body() | fields)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["param"] == param
    assert answer.error["code"] == "invalid_request"
    assert answer.error["message"].startswith(f"{param}: ")
    assert SECRET not in answer.body.decode()


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [
        ({"voice": "nobody"}, 400, "voice", "unknown_voice"),
        ({"provider": "nobody"}, 404, "provider", "unknown_provider"),
        ({"language": "fi"}, 400, "language", "unsupported_language"),
    ],
)
async def test_a_wish_nobody_can_fulfil_is_refused_before_any_audio(
    stage: Stage, fields: dict[str, Any], status: int, param: str, code: str
) -> None:
    answer = await stage.speak(**fields)
    assert (answer.status, answer.error["param"], answer.error["code"]) == (status, param, code)


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (b'{"input": "my secret words"', "application/json"),
        (b'"my secret words"', "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"input": "my secret words"}', "text/plain"),
        (b"input=my+secret+words", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_json_object_is_told_what_to_send(
    stage: Stage, sent: bytes, content_type: str
) -> None:
    headers = {"content-type": content_type}
    answer = await stage.post("/v1/audio/speech", data=sent, headers=headers)
    assert answer.status == 400
    assert "Content-Type: application/json" in answer.error["message"]
    assert "secret" not in answer.body.decode()


async def test_unknown_paths_and_methods_answer_in_the_same_shape(stage: Stage) -> None:
    missing = await stage.get("/v1/nothing")
    assert (missing.status, missing.error["code"]) == (404, "not_found")
    slash = await stage.get("/v1/models/")
    assert (slash.status, slash.error["code"]) == (404, "not_found")
    wrong = await stage.request("DELETE", "/v1/models")
    assert (wrong.status, wrong.error["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"


async def test_a_text_over_the_limit_is_413_and_names_the_limit(stage: Stage) -> None:
    answer = await stage.speak("a" * (TEXT_MAX + 1))
    assert answer.status == 413
    assert answer.error["code"] == "text_too_long"
    assert answer.error["param"] == "input"
    assert "text_max_characters" in answer.error["message"]


async def test_a_body_over_the_limit_is_413_and_names_the_limit(stage: Stage) -> None:
    answer = await stage.post("/v1/audio/speech", json=stage.body("a" * BODY_MAX))
    assert (answer.status, answer.error["code"]) == (413, "body_too_large")
    assert "body_max_bytes" in answer.error["message"]


async def test_a_body_of_unknown_length_is_stopped_at_the_limit(stage: Stage) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 1024

    answer = await stage.post("/v1/audio/speech", data=chunks())
    assert (answer.status, answer.error["code"]) == (413, "body_too_large")


async def test_once_everyone_failed_the_causes_are_told_and_no_retry_is_asked(
    stage: Stage,
) -> None:
    stage.script(fault_a=[Fault.MISCONFIGURED], fault_b=[Fault.REFUSED])
    answer = await stage.speak(SECRET)
    assert answer.status == 503
    assert answer.headers["x-should-retry"] == "false"
    assert answer.error["type"] == "server_error"
    assert answer.error["code"] == "no_voice_left"
    causes = [(cause["provider"], cause["code"]) for cause in answer.error["attempts"]]
    assert causes == [("fault_a", "misconfigured"), ("fault_b", "refused")]
    report = await stage.get(f"/v1/speech/{answer.error['speech_id']}")
    assert (report.json["outcome"], report.json["error"]) == ("failed", "no_voice_left")
    assert SECRET not in answer.body.decode() + report.body.decode()


async def test_without_fallback_only_the_first_is_asked(stage: Stage) -> None:
    stage.script(fault_a=[Fault.REFUSED])
    answer = await stage.speak(fallback=False)
    assert answer.status == 503
    assert [cause["code"] for cause in answer.error["attempts"]] == ["refused"]


async def test_an_unexpected_exception_shows_nothing_of_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    usage = stage.server.application.services.usage
    monkeypatch.setattr(type(usage), "totals", fail)
    answer = await stage.get("/v1/stats", headers={"x-request-id": "mine-1"})
    assert (answer.status, answer.error["code"]) == (500, "internal_error")
    assert SECRET not in answer.body.decode() + str(logged)
    told = next(entry for entry in logged if entry["event"] == "unexpected")
    assert (told["error"], told["request_id"]) == ("RuntimeError", "mine-1")


async def test_what_a_user_says_or_asks_for_is_not_logged(stage: Stage, logged: Logged) -> None:
    await stage.speak(SECRET, instructions=SECRET)
    await stage.speak(speed=SECRET)
    await stage.get("/v1/stats", params={"personality": SECRET})
    await stage.get(f"/{SECRET}")
    assert {entry["event"] for entry in logged} >= {"http", "speech"}
    assert "secret" not in str(logged)


async def test_every_answer_carries_an_id_and_a_sane_one_of_the_caller_is_kept(
    stage: Stage,
) -> None:
    kept = await stage.get("/healthz", headers={"x-request-id": "abc-123"})
    assert kept.headers["x-request-id"] == "abc-123"
    for odd in ("with space", "x" * 200, "<script>"):
        replaced = await stage.get("/healthz", headers={"x-request-id": odd})
        assert replaced.headers["x-request-id"].startswith("req_")
    for path in ("/v1/nothing", "/v1/models"):
        answer = await stage.get(path)
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["x-content-type-options"] == "nosniff"

"""Lists, figures and health."""

from __future__ import annotations

import pytest
from polyvox_faulty.faults import Fault

from polyvox.domain.capabilities import Availability
from polyvox.errors import Unavailable
from tests.integration.api.client import Client, Stage


async def test_models_are_listed_as_openais(stage: Stage) -> None:
    listed = (await stage.get("/v1/models")).json
    assert listed["object"] == "list"
    names = [model["id"] for model in listed["data"]]
    assert names[0] == "polyvox"
    assert {"ada", "fault_a", "gated"} <= set(names)
    assert all(model["object"] == "model" for model in listed["data"])
    plain = (await stage.get("/v1/audio/models")).json
    assert plain == {"models": [{"id": name} for name in names]}


async def test_voices_are_personalities_first(stage: Stage) -> None:
    voices = (await stage.get("/v1/audio/voices")).json["voices"]
    kinds = [voice["kind"] for voice in voices]
    assert kinds == sorted(kinds)  # "personality" comes before "voice"
    assert "ada" in [voice["id"] for voice in voices]
    assert all(voice["id"] and voice["name"] for voice in voices)


async def test_voices_can_be_narrowed(stage: Stage) -> None:
    found = (await stage.get("/v1/audio/voices", params={"provider": "fault_a"})).json["voices"]
    assert [(v["id"], v["provider"]) for v in found] == [("fault_a-voice", "fault_a")]
    unknown = await stage.get("/v1/audio/voices", params={"provider": "nobody"})
    assert unknown.status == 404


async def test_a_provider_that_cannot_list_its_voices_does_not_hide_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable("Connection refused.")

    monkeypatch.setattr(stage.gate, "voices", fail)
    listed = await stage.get("/v1/audio/voices")
    assert listed.status == 200
    assert "fault_a-voice" in [voice["id"] for voice in listed.json["voices"]]
    asked = await stage.get("/v1/audio/voices", params={"provider": "gated"})
    assert (asked.status, asked.error["code"]) == (503, "unavailable")


async def test_voices_of_no_language_are_refused(stage: Stage) -> None:
    answer = await stage.get("/v1/audio/voices", params={"language": "#"})
    assert (answer.status, answer.error["param"]) == (400, "language")


async def test_a_provider_tells_all_about_itself(stage: Stage) -> None:
    listed = (await stage.get("/v1/providers")).json["data"]
    assert [provider["id"] for provider in listed] == ["fault_a", "fault_b", "gated"]
    one = (await stage.get("/v1/providers/fault_a")).json
    assert one == listed[0]
    assert one["kind"] == "local"
    assert one["availability"] == {"state": "ready", "reason": None, "remedy": None}
    assert one["resting"] is None
    assert one["capabilities"]["languages"] == ["en", "de"]
    assert one["capabilities"]["limits"] == {"*": {"characters": 200, "bytes": None}}
    assert one["licence"]["commercial_use"] is True
    assert one["settings_schema"]["properties"]["speed"]["maximum"] == 2.0
    assert (await stage.get("/v1/providers/nobody")).status == 404


async def test_a_provider_tells_why_it_rests(stage: Stage) -> None:
    stage.script(fault_a=[Fault.MISCONFIGURED])
    assert (await stage.speak()).status == 200
    one = (await stage.get("/v1/providers/fault_a")).json
    assert "resting" in one["resting"]


async def test_languages_say_who_speaks_them(stage: Stage) -> None:
    rows = {row["language"]: row for row in (await stage.get("/v1/languages")).json["data"]}
    assert len(rows) >= 26
    assert set(rows["de"]["providers"]) == {"fault_a", "fault_b"}
    assert rows["de"]["own_name"] == "Deutsch"
    assert rows["ja"]["providers"] == []


async def test_stats_add_up(stage: Stage) -> None:
    before = (await stage.get("/v1/stats")).json["totals"]
    await stage.speak("Add this up, please.")
    asked = {"personality": "ada", "by_personality": "true", "by_hour": "true"}
    rows = (await stage.get("/v1/stats", params=asked)).json["data"]
    row = next(row for row in rows if row["provider"] == "fault_a")
    assert row["personality"] == "ada"
    assert row["hour"] is not None
    after = (await stage.get("/v1/stats")).json["totals"]
    assert after["requests"] == before["requests"] + 1
    assert after["characters"] == before["characters"] + len("Add this up, please.")
    nothing = (await stage.get("/v1/stats", params={"until": "2000-01-01"})).json
    assert nothing["data"] == []
    assert nothing["totals"]["requests"] == 0
    assert "hour" not in (await stage.get("/v1/stats")).json["data"][0]


async def test_a_wrong_moment_is_refused(stage: Stage) -> None:
    answer = await stage.get("/v1/stats", params={"since": "yesterday"})
    assert (answer.status, answer.error["param"]) == (400, "since")


async def test_metrics_are_prometheus_text(stage: Stage) -> None:
    await stage.speak()
    answer = await stage.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'polyvox_replies_total{outcome="ok"}' in answer.body.decode()


async def test_it_is_ready_while_anybody_can_speak(stage: Stage) -> None:
    answer = await stage.get("/readyz")
    assert (answer.status, answer.json) == (200, {"ready": True, "reasons": []})


async def test_it_is_not_ready_without_a_provider(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Availability.unavailable("The model is gone.", "Install it.")
    for found in stage.server.application.services.providers.all():
        monkeypatch.setattr(found, "fault", away)
    answer = await stage.get("/readyz")
    assert answer.status == 503
    assert "gated: The model is gone." in answer.json["reasons"]
    assert (await stage.get("/healthz")).json == {"status": "ok"}


async def test_it_is_not_ready_without_its_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(type(stage.server.application.services.personalities), "list", fail)
    answer = await stage.get("/readyz")
    assert answer.status == 503
    assert answer.json["reasons"] == ["The database does not answer (OSError)."]


async def test_the_openapi_document_shows_every_path(piper: Client) -> None:
    document = (await piper.get("/openapi.json")).json
    assert {
        "/v1/audio/speech",
        "/v1/audio/voices",
        "/v1/personalities/{personality_id}/switch",
        "/v1/stats",
        "/healthz",
    } <= set(document["paths"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert "422" not in operation["responses"], (method, path)


async def test_the_docs_page_needs_nothing_from_elsewhere(stage: Stage) -> None:
    answer = await stage.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.body.decode()
    assert "POST /v1/audio/speech" in page
    assert "response_format" in page
    assert "<script" not in page
    assert "https://" not in page


async def test_a_report_nobody_keeps_is_404(stage: Stage) -> None:
    answer = await stage.get("/v1/speech/sp_unknown")
    assert (answer.status, answer.error["code"]) == (404, "unknown_report")

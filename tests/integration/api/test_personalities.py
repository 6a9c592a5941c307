"""Personalities over HTTP: every change with a version, none lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.api.client import Answer, Stage

AT = "/v1/personalities"
SPECIFICATION = Path(__file__).parents[2] / "data" / "specification_voice_config.json"
CONFIG = {
    "active_provider": "fault_a",
    "providers": {
        "fault_a": {"settings": {"speed": 1.5}},
        "fault_b": {"enabled": True, "voice_id": "fault_b-voice"},
    },
    "fallback_chain": ["fault_b"],
}


@pytest_asyncio.fixture
async def eve(stage: Stage) -> AsyncIterator[dict[str, Any]]:
    body = {"id": "eve", "name": "Eve", "description": "Calm.", "voice_config": CONFIG}
    made = await stage.post(AT, json=body)
    assert made.status == 201
    assert made.headers["location"] == f"{AT}/eve"
    yield made.json
    await stage.request("DELETE", f"{AT}/eve")


async def change(stage: Stage, method: str, body: dict[str, Any], **headers: str) -> Answer:
    return await stage.request(method, f"{AT}/eve", json=body, headers=headers)


async def test_what_was_created_is_read_back(stage: Stage, eve: dict[str, Any]) -> None:
    read = await stage.get(f"{AT}/eve")
    assert read.json == eve
    assert (eve["id"], eve["name"], eve["description"], eve["version"]) == (
        "eve",
        "Eve",
        "Calm.",
        1,
    )
    assert read.headers["etag"] == '"1"'
    assert eve["voice_config"].items() >= CONFIG.items()
    assert eve["voice_config"]["languages"] == {"primary": "en", "supported": [], "detect": False}
    assert "eve" in [p["id"] for p in (await stage.get(AT)).json["data"]]


async def test_the_specifications_document_is_kept_but_for_its_statistics(stage: Stage) -> None:
    document = json.loads(SPECIFICATION.read_text())
    body = {"id": "spec", "name": "Spec", "voice_config": document}
    try:
        made = await stage.post(AT, json=body)
        assert made.status == 201
        kept = (await stage.get(f"{AT}/spec")).json["voice_config"]
        assert kept == document | {"stats": {}}
    finally:
        await stage.request("DELETE", f"{AT}/spec")


async def test_statistics_are_computed(stage: Stage) -> None:
    await stage.post(AT, json={"id": "counted", "name": "Counted", "voice_config": CONFIG})
    await stage.speak("Count me.", voice="counted")
    stats = (await stage.get(f"{AT}/counted")).json["voice_config"]["stats"]
    assert stats["fault_a"]["total_generations"] >= 1
    assert stats["fault_a"]["total_characters"] >= len("Count me.")


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"id": "eve", "name": "Again"}, 409, None),
        ({"id": "No Good", "name": "N"}, 400, "id"),
        ({"id": "fine", "name": "  "}, 400, "name"),
        ({"id": "fine"}, 400, "name"),
        ({"id": "fine", "name": "N", "voice_config": []}, 400, "voice_config"),
        (
            {"id": "fine", "name": "N", "voice_config": {"fallback_chain": 3}},
            400,
            "voice_config.fallback_chain",
        ),
        (
            {
                "id": "fine",
                "name": "N",
                "voice_config": {"providers": {"fault_a": {"settings": {"speed": 9}}}},
            },
            400,
            "voice_config.providers.fault_a.settings.speed",
        ),
    ],
)
async def test_a_wrong_one_is_not_created(
    stage: Stage, eve: dict[str, Any], body: dict[str, Any], status: int, param: str | None
) -> None:
    answer = await stage.post(AT, json=body)
    assert (answer.status, answer.error["param"]) == (status, param or answer.error["param"])
    assert (await stage.get(f"{AT}/fine")).status == 404


async def test_put_replaces_everything(stage: Stage, eve: dict[str, Any]) -> None:
    answer = await change(stage, "PUT", {"name": "Eva", "version": 1})
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    assert (answer.json["name"], answer.json["description"]) == ("Eva", "")
    assert answer.json["voice_config"]["active_provider"] == "piper"


async def test_what_was_read_can_be_put_back(stage: Stage, eve: dict[str, Any]) -> None:
    answer = await change(stage, "PUT", eve)
    assert answer.status == 200
    assert answer.json["voice_config"] == eve["voice_config"]


async def test_patch_merges_at_every_depth(stage: Stage, eve: dict[str, Any]) -> None:
    patch = {"voice_config": {"providers": {"fault_a": {"settings": {"speed": 0.8}}}}}
    answer = await change(stage, "PATCH", patch)
    assert answer.status == 200
    config = answer.json["voice_config"]
    assert config["providers"]["fault_a"]["settings"] == {"speed": 0.8}
    assert config["providers"]["fault_b"] == CONFIG["providers"]["fault_b"]  # type: ignore[index]  # a plain document
    assert (answer.json["name"], answer.json["description"]) == ("Eve", "Calm.")


async def test_patch_removes_with_null(stage: Stage, eve: dict[str, Any]) -> None:
    patch = {"description": None, "voice_config": {"providers": {"fault_b": None}}}
    answer = await change(stage, "PATCH", patch)
    assert answer.json["description"] == ""
    assert list(answer.json["voice_config"]["providers"]) == ["fault_a"]
    assert (await change(stage, "PATCH", {"name": None})).status == 400


async def test_a_patch_that_makes_the_document_wrong_changes_nothing(
    stage: Stage, eve: dict[str, Any]
) -> None:
    patch = {
        "name": "Other",
        "voice_config": {"providers": {"fault_a": {"settings": {"speed": 9}}}},
    }
    assert (await change(stage, "PATCH", patch)).status == 400
    assert (await stage.get(f"{AT}/eve")).json == eve


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_of_an_old_version_is_409(
    stage: Stage, eve: dict[str, Any], method: str
) -> None:
    assert (await change(stage, method, {"name": "First", "version": 1})).status == 200
    for late in (
        await change(stage, method, {"name": "Late", "version": 1}),
        await change(stage, method, {"name": "Late"}, **{"if-match": '"1"'}),
    ):
        assert (late.status, late.error["code"]) == (409, "conflict")
        assert late.error["param"] == "version"
    assert (await stage.get(f"{AT}/eve")).json["name"] == "First"
    assert (await change(stage, method, {"name": "Now"}, **{"if-match": '"2"'})).status == 200


@pytest.mark.parametrize("tag", ["1", '"x"', '"1", "2"', '"2"'])
async def test_an_if_match_that_names_no_one_version_is_refused(
    stage: Stage, eve: dict[str, Any], tag: str
) -> None:
    answer = await change(stage, "PATCH", {"name": "N", "version": 1}, **{"if-match": tag})
    assert (answer.status, answer.error["param"]) == (400, "If-Match")


async def test_a_switch_is_made_and_recorded(stage: Stage, eve: dict[str, Any]) -> None:
    body = {"provider": "fault_b", "version": 1}
    answer = await stage.post(f"{AT}/eve/switch", json=body)
    assert answer.status == 200
    assert answer.json["voice_config"]["active_provider"] == "fault_b"
    assert answer.json["version"] == 2
    past = (await stage.get(f"{AT}/eve/switches")).json["data"]
    assert [(s["from_provider"], s["to_provider"]) for s in past] == [("fault_a", "fault_b")]
    late = await stage.post(f"{AT}/eve/switch", json={"provider": "fault_a", "version": 1})
    assert late.status == 409


async def test_after_a_switch_the_other_provider_speaks(stage: Stage) -> None:
    await stage.post(AT, json={"id": "sam", "name": "Sam", "voice_config": CONFIG})
    assert (await stage.speak(voice="sam")).headers["x-polyvox-provider"] == "fault_a"
    await stage.post(f"{AT}/sam/switch", json={"provider": "fault_b"})
    assert (await stage.speak(voice="sam")).headers["x-polyvox-provider"] == "fault_b"


async def test_a_switch_to_nobody_is_refused(stage: Stage, eve: dict[str, Any]) -> None:
    answer = await stage.post(f"{AT}/eve/switch", json={"provider": "nobody"})
    assert (answer.status, answer.error["code"]) == (404, "unknown_provider")


async def test_deleting_leaves_nothing(stage: Stage, eve: dict[str, Any]) -> None:
    gone = await stage.request("DELETE", f"{AT}/eve")
    assert (gone.status, gone.body) == (204, b"")
    for missing in (
        await stage.get(f"{AT}/eve"),
        await stage.get(f"{AT}/eve/switches"),
        await stage.request("DELETE", f"{AT}/eve"),
        await change(stage, "PATCH", {"name": "N"}),
    ):
        assert (missing.status, missing.error["code"]) == (404, "unknown_personality")

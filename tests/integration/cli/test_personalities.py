"""``polyvox personalities``: created, shown, edited without overwriting each other, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Polyvox

SPECIFICATION = Path(__file__).parents[2] / "data" / "specification_voice_config.json"


def shown(polyvox: Polyvox, name: str) -> Any:
    return polyvox("personalities", "show", name, "--json").json


def test_the_first_one_is_there_from_the_start(polyvox: Polyvox) -> None:
    assert [p["id"] for p in polyvox("personalities", "list", "--json").json] == ["joe"]
    assert "Joe" in polyvox("personalities", "list").out
    assert '"active_provider": "piper"' in polyvox("personalities", "show", "joe").out


def test_its_chain_says_who_would_speak_and_why_others_would_not(polyvox: Polyvox) -> None:
    polyvox("personalities", "edit", "joe", "--set", 'fallback_chain=["xtts_v2"]')
    piper, xtts = polyvox("personalities", "chain", "joe", "--json").json
    assert (piper["provider"], piper["told"]) == ("piper", "Speaks first")
    assert (xtts["told"], xtts["code"]) == ("Out: not available", "unavailable")
    assert "polyvox models install xtts_v2" in polyvox("personalities", "chain", "joe").out


def test_one_is_created_from_a_document_and_single_values(polyvox: Polyvox, tmp_path: Path) -> None:
    (tmp_path / "ann.json").write_text(json.dumps({"fallback_chain": ["piper"]}))

    ran = polyvox(
        *("personalities", "create", "ann", "--name", "Ann", "--description", "A guide."),
        *("--config", "ann.json", "--set", "providers.piper.settings.speed=1.2"),
        *("--set", "languages.primary=en-GB", "--set", "active_provider=fault_a", "--json"),
    )

    ann = shown(polyvox, "ann")
    assert ran.code == 0
    assert (ann["name"], ann["description"], ann["version"]) == ("Ann", "A guide.", 1)
    config = ann["voice_config"]
    assert (config["active_provider"], config["fallback_chain"]) == ("fault_a", ["piper"])
    assert config["languages"]["primary"] == "en-GB"
    assert config["providers"]["piper"]["settings"] == {"speed": 1.2}


def test_the_specification_s_document_is_taken_from_standard_input(polyvox: Polyvox) -> None:
    document = SPECIFICATION.read_bytes()

    assert polyvox("personalities", "create", "spec", "--config", "-", stdin=document).code == 0

    expected = json.loads(document)
    assert shown(polyvox, "spec")["voice_config"]["fallback_chain"] == expected["fallback_chain"]


def test_an_edit_changes_only_what_is_given(polyvox: Polyvox) -> None:
    polyvox("personalities", "create", "ann", "--set", "providers.piper.settings.speed=1.2")

    for arguments in (
        ["--name", "Annie"],
        ["--set", "providers.piper.voice_id=en_US-joe-medium"],
        ["--description", "New."],
    ):
        assert polyvox("personalities", "edit", "ann", *arguments).code == 0

    ann = shown(polyvox, "ann")
    assert (ann["name"], ann["description"], ann["version"]) == ("Annie", "New.", 4)
    piper = ann["voice_config"]["providers"]["piper"]
    assert (piper["settings"], piper["voice_id"]) == ({"speed": 1.2}, "en_US-joe-medium")


def test_an_edit_over_somebody_else_s_is_refused(polyvox: Polyvox) -> None:
    polyvox("personalities", "edit", "joe", "--name", "Joseph")

    for arguments in (["--name", "Jo"], ["--set", "languages.primary=de"]):
        ran = polyvox("personalities", "edit", "joe", *arguments, "--version", "1", "--json")
        assert (ran.code, ran.error["code"]) == (3, "conflict")

    assert shown(polyvox, "joe")["name"] == "Joseph"


def test_switching_lets_another_provider_speak(polyvox: Polyvox) -> None:
    ran = polyvox("personalities", "switch", "joe", "fault_b", "--json")

    assert ran.json["voice_config"]["active_provider"] == "fault_b"
    report = polyvox("speak", "Hi.", "-o", "a.wav", "--json").json
    assert report["segments"][0]["attempts"][0]["provider"] == "fault_b"
    assert polyvox("personalities", "switch", "joe", "nobody").code == 3


def test_deleting_asks_first(polyvox: Polyvox) -> None:
    polyvox("personalities", "create", "ann")

    assert polyvox("personalities", "delete", "ann").code == 2
    assert shown(polyvox, "ann")["id"] == "ann"
    assert polyvox("personalities", "delete", "ann", "--yes").code == 0
    ran = polyvox("personalities", "show", "ann", "--json")
    assert (ran.code, ran.error["code"]) == (3, "unknown_personality")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "told"),
    [
        (["create", "No Good"], b"", 3, "a-z"),
        (["create", "joe"], b"", 3, "exists"),
        (["create", "ann", "--set", "providers.piper.settings.speed=99"], b"", 3, "speed"),
        (["create", "ann", "--set", "fallback_chain=7"], b"", 3, "fallback_chain"),
        (["create", "ann", "--set", "speed"], b"", 2, "providers.piper.settings.speed=1.2"),
        (["create", "ann", "--set", "a=1", "--set", "a.b=1"], b"", 2, "'a' holds a value"),
        (["create", "ann", "--config", "none.json"], b"", 2, "No such file"),
        (["create", "ann", "--config", "-"], b"{\n{", 2, "line 2"),
        (["create", "ann", "--config", "-"], b"\xff\xfe\xff", 2, "JSON"),
        (["create", "ann", "--config", "-"], b"[]", 2, "object"),
        (["edit", "joe"], b"", 2, "--set"),
        (["edit", "nobody", "--name", "N"], b"", 3, "nobody"),
    ],
)
def test_mistakes_are_told_in_a_line(
    polyvox: Polyvox, arguments: list[str], stdin: bytes, code: int, told: str
) -> None:
    ran = polyvox("personalities", *arguments, stdin=stdin)

    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert [p["id"] for p in polyvox("personalities", "list", "--json").json] == ["joe"]

"""A remedy is a sentence to everybody, and more to whoever asks."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from pydantic import ValidationError

from polyvox.domain.capabilities import Availability, State
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.speech import Exclusion, ExclusionCode

COMMAND = "polyvox models install xtts_v2"
REMEDY = Remedy(RemedyKind.INSTALL_MODEL, f"Fetch them: {COMMAND}", COMMAND)


def facts(remedy: str | None) -> tuple[RemedyKind, str, str | None]:
    assert isinstance(remedy, Remedy)
    return remedy.kind, remedy.text, remedy.command


def test_a_plain_string_is_accepted_from_the_author_of_a_provider() -> None:
    expected = (RemedyKind.OTHER, "Set a key.", None)
    assert facts(Availability.unavailable("No key.", "Set a key.").remedy) == expected
    bare = Availability(State.UNAVAILABLE, "No key.", "Set a key.")  # type: ignore[arg-type]
    assert facts(bare.remedy) == expected


def test_what_it_asks_for_stays_known_on_its_way() -> None:
    told = Availability.unavailable("There are none.", REMEDY)
    code = ExclusionCode.UNAVAILABLE
    out = Exclusion(provider="xtts_v2", code=code, reason="No.", remedy=told.remedy)
    for remedy in (told.remedy, out.remedy, deepcopy(out).remedy, Remedy.of(REMEDY)):
        assert facts(remedy) == (RemedyKind.INSTALL_MODEL, f"Fetch them: {COMMAND}", COMMAND)


def test_reports_hold_the_sentence_and_the_code_as_strings() -> None:
    out = Exclusion(provider="a", code=ExclusionCode.NOT_INSTALLED, reason="No.", remedy=REMEDY)
    told = {
        "provider": "a",
        "code": "not_installed",
        "reason": "No.",
        "remedy": f"Fetch them: {COMMAND}",
    }
    assert json.loads(out.model_dump_json()) == json.loads(json.dumps(out.model_dump())) == told
    read = Exclusion.model_validate_json(json.dumps(told))
    assert read.code is ExclusionCode.NOT_INSTALLED
    assert facts(read.remedy) == (RemedyKind.OTHER, f"Fetch them: {COMMAND}", None)
    schema = Exclusion.model_json_schema()["properties"]
    assert schema["code"] == {"title": "Code", "type": "string"}
    assert schema["remedy"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_a_code_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        Exclusion(provider="a", code="ready", reason="No.")

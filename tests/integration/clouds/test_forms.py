"""Each member of a chain gets a line in its own form: words for Piper, the text for a cloud."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.faults import Fault
from tests.integration.clouds.stage import CHAIN, Stage, staged

LINE = "Dr. Adams paid $49.95 at 17:45... and left."
PLAIN = "Dr. Adams paid $49.95 at 17:45"
BROKEN = f'{PLAIN},<break time="500ms"/>and left.'


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("forms"), lines=(LINE, f"{PLAIN},and left.")) as stage:
        yield stage


def test_every_service_gets_the_text_and_piper_the_words(stage: Stage, spelled: list[str]) -> None:
    for first in CHAIN:
        stage.cast(first)
        answer = stage.hear(LINE)
        assert answer.attempts(0) == [(first, "ok", None)]
        assert [s["characters"] for s in answer.report["segments"]] == [len(LINE)]
        if first == "piper":
            assert spelled == [
                "Doctor Adams paid forty-nine dollars and ninety-five cents at seventeen forty-five,",
                "and left.",
            ]
        else:
            assert [said(each) for each in stage.behaviours[first].synthesized] == [EXPECTED[first]]


def test_a_line_that_changes_hands_changes_form(stage: Stage, spelled: list[str]) -> None:
    chain = stage.cast("azure_tts")
    stage.behaviours["azure_tts"].script.append(Fault.REFUSED)
    for cloud in chain[1:-1]:
        stage.behaviours[cloud].script.append(Fault.REFUSED)
    answer = stage.hear(LINE)
    assert answer.attempts(0)[-1] == ("piper", "ok", None)
    assert BROKEN in said(stage.behaviours["azure_tts"].synthesized[0])
    assert spelled[0].startswith("Doctor Adams paid forty-nine dollars")


EXPECTED = {
    "google_tts": LINE,
    "azure_tts": BROKEN,
    "ibm_watson": BROKEN,
    "openai_speech": LINE,
}


def said(body: Any) -> str:
    """The text or the SSML of one request to a service."""
    if isinstance(body, dict):
        return str(body.get("input") or body.get("text"))
    text = str(body)
    if text.startswith("{"):
        return said(json.loads(text))
    if not text.startswith("<speak"):
        return text
    ET.fromstring(text)  # noqa: S314 - what our own client sent
    return text.split(">", 2)[2].removesuffix("</voice></speak>")

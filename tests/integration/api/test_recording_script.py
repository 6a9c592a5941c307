"""The recording script over HTTP."""

from __future__ import annotations

import pytest

from tests.integration.api.client import Stage

PATH = "/v1/recording-script"


async def test_the_script_is_served_with_its_times(stage: Stage) -> None:
    script = (await stage.get(PATH, params={"store": "Green Leaf"})).json
    assert [part["mood"] for part in script["parts"]] == [
        *("neutral", "enthusiastic", "calm", "empathetic")
    ]
    welcome = script["parts"][0]["sentences"][1]
    assert welcome["text"] == "Welcome to Green Leaf."
    assert 0.5 < welcome["expected_s"] < 3
    assert 25 < script["expected_s"] < 40


async def test_it_is_served_in_the_language_asked_for(stage: Stage) -> None:
    script = (await stage.get(PATH, params={"language": "de-AT"})).json
    assert (script["language"], script["note"]) == ("de", None)
    other = (await stage.get(PATH, params={"language": "sw"})).json
    assert other["language"] == "en"
    assert "Swahili" in other["note"]


@pytest.mark.parametrize(
    ("param", "value"), [("language", "#"), ("store", "x" * 101), ("store", "a\0b")]
)
async def test_nonsense_is_refused(stage: Stage, param: str, value: str) -> None:
    answer = await stage.get(PATH, params={param: value})
    assert (answer.status, answer.error["param"]) == (400, param)
    assert value not in answer.error["message"]

"""What is read for one take."""

from __future__ import annotations

import pytest

from polyvox.console.reading import reading
from polyvox.domain.recording_script import Mood, recording_script
from tests.support.samples import NEEDS

SCRIPT = recording_script("en", "Green Leaf")
LENGTHS = {each.text: each.expected_s for part in SCRIPT.parts for each in part.sentences}


@pytest.mark.parametrize("mood", Mood)
@pytest.mark.parametrize("engine", NEEDS)
def test_it_begins_with_the_mood_and_is_just_long_enough(mood: Mood, engine: str) -> None:
    wanted = NEEDS[engine].best_min_s
    lines = reading(SCRIPT, mood, wanted)
    own = next(part for part in SCRIPT.parts if part.mood is mood)
    assert lines[0]["text"] == own.sentences[0].text
    assert lines[0]["mood"]
    lengths = [LENGTHS[line["text"]] for line in lines]
    assert sum(lengths) >= wanted > sum(lengths[:-1])


def test_each_mood_is_told_once_where_it_begins() -> None:
    lines = reading(SCRIPT, Mood.CALM, 1000)
    assert len(lines) == len(LENGTHS)
    told = [line["mood"] for line in lines if line["mood"]]
    assert told == ["Calm and professional", "Caring", "Friendly", "Enthusiastic"]

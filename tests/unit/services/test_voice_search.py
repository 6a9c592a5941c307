"""Finding a voice, and writing it into a document."""

from __future__ import annotations

from typing import Any

import pytest

from polyvox.domain.capabilities import Voice
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.voice_search import (
    VoiceQuery,
    choose,
    chosen_voice,
    described,
    found,
    genders_of,
    languages_of,
    to_hear,
)

EMMA = Voice("gb-emma", "p", "Emma", ("en-GB",), gender="female", quality="x_low")
KATJA = Voice("de-katja", "p", "Katja", ("de-DE",), gender="female")
CONRAD = Voice("de-conrad", "p", "Conrad", ("de-DE", "en-US"), gender="male")
VOICES = [EMMA, KATJA, CONRAD]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (VoiceQuery(), VOICES),
        (VoiceQuery("GERMANY"), [KATJA, CONRAD]),
        (VoiceQuery("female german"), [KATJA]),
        (VoiceQuery("gb-"), [EMMA]),
        (VoiceQuery(language="en"), [EMMA, CONRAD]),
        (VoiceQuery(language="de", gender="male"), [CONRAD]),
        (VoiceQuery("nobody"), []),
    ],
)
def test_voices_are_found_by_words_language_and_gender(
    query: VoiceQuery, expected: list[Voice]
) -> None:
    assert found(VOICES, query) == expected


def test_voices_say_in_words_what_they_are() -> None:
    assert described(EMMA) == "English (United Kingdom), female, x low quality"
    assert languages_of(VOICES) == {"en": "English", "de": "German"}
    assert list(languages_of(VOICES)) == ["en", "de"]
    assert genders_of(VOICES) == ["female", "male"]


def test_a_voice_is_heard_in_a_language_that_is_wanted_else_in_its_own() -> None:
    assert to_hear(CONRAD, None, "en", "de") == "en"
    assert to_hear(KATJA, None, "en", "de") == "de"
    assert to_hear(KATJA, None, "fr") == "de-DE"


def _chosen(document: dict[str, Any]) -> list[str | None]:
    config = VoiceConfig.parse(document)
    return [chosen_voice(config, "p", language) for language in (None, "de")]


def test_a_voice_is_chosen_for_all_languages_or_for_one() -> None:
    document: dict[str, Any] = {"providers": {}}
    choose(document, "p", "gb-emma", None)
    choose(document, "p", "de-katja", "de")
    assert _chosen(document) == ["gb-emma", "de-katja"]
    choose(document, "p", None, "de")
    assert _chosen(document) == ["gb-emma", None]
    choose(document, "p", None, None)
    assert _chosen(document) == [None, None]


def test_a_choice_takes_the_place_of_a_voice_under_any_of_its_names() -> None:
    settings = {"voice_name": "old", "pitch": 2}
    document: dict[str, Any] = {"providers": {"p": {"voice_name": "older", "settings": settings}}}
    choose(document, "p", "gb-emma", None)
    assert document["providers"]["p"] == {"voice_id": "gb-emma", "settings": {"pitch": 2}}

"""The sentence that a voice is heard by."""

from __future__ import annotations

import pytest

from polyvox.domain.capabilities import Voice
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.languages import SPECIFIED
from polyvox.services.previews import SENTENCES, preview, sentence


def test_every_language_of_the_specification_has_a_sentence() -> None:
    assert set(SPECIFIED) <= SENTENCES.keys()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("pt-BR", SENTENCES["pt"]), ("nb", SENTENCES["no"]), ("lt", "lietuvių"), ("yue", "粵語")],
)
def test_a_language_without_one_is_heard_in_its_own_name(language: str, expected: str) -> None:
    assert sentence(language) == expected


def test_a_preview_has_the_settings_of_the_personality_and_nothing_in_its_way() -> None:
    configured = {"enabled": False, "supported_languages": ["en"], "settings": {"speed": 1.2}}
    config = VoiceConfig.parse({"providers": {"p": configured}, "fallback_chain": ["q"]})
    request = preview(config, Voice("katja", "p", "Katja", ("de-DE",)), "de")
    assert (request.provider, request.voice, request.fallback) == ("p", "katja", False)
    assert request.personality is None
    assert request.voice_config is not None
    alone = request.voice_config.providers["p"]
    assert alone.settings == {"speed": 1.2}
    assert alone.enabled
    assert alone.supported_languages is None

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.domain.speech import MAX_INSTRUCTIONS
from polyvox.errors import ConfigError, InvalidSetting
from polyvox.providers.openai_speech.settings import (
    OpenAISpeechOptions,
    OpenAISpeechSettings,
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"speed": 0.24},
        {"speed": 4.01},
        {"instructions": ""},
        {"instructions": "x" * (MAX_INSTRUCTIONS + 1)},
        {"pitch": 1},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenAISpeechSettings.model_validate(wrong)


def test_speeds_multiply_within_their_range() -> None:
    settings = OpenAISpeechSettings(speed=1.5, voice_id="a", instructions="Calm.")
    assert settings.at_speed(2.0) == settings.model_copy(update={"speed": 3.0})
    with pytest.raises(InvalidSetting, match=r"from 0\.25 to 4, not 4\.5") as caught:
        settings.at_speed(3.0)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    ("option", "wrong", "told"),
    [
        ("base_url", "127.0.0.1:8880/v1", "must be a URL such as"),
        ("base_url", "ftp://host/v1", "must be a URL such as"),
        ("base_url", "http:///v1", "must be a URL such as"),
        ("base_url", "http://user:secret@host/v1", "no user and password"),
        ("base_url", "http://secret@host/v1", "no user and password"),
        ("base_url", "http://host/v1?key=secret", "without '\\?'"),
        ("api_key", "secret\nX-Other: 1", "characters that no key has"),
        ("api_key", "sécret", "characters that no key has"),
        ("languages", ["english language"], "a language tag such as"),
        ("sample_rate", 0, "greater than or equal to 8000"),
        ("max_characters", 0, "greater than or equal to 1"),
        ("model", "", "at least 1 character"),
        ("voice", ["a"], "not permitted"),
    ],
)
def test_wrong_options_are_named_and_not_shown(option: str, wrong: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        OpenAISpeechOptions.of({option: wrong})
    assert option in caught.value.message
    assert "secret" not in str(caught.value)
    assert "max_characters" in str(caught.value.remedy)


def test_options_are_tidied() -> None:
    options = OpenAISpeechOptions.of(
        {"base_url": "HTTP://host:1/v1/", "api_key": " sk-1\n", "languages": ["pt_br", "iw"]}
    )
    assert options.base_url == "HTTP://host:1/v1"
    assert options.api_key is not None
    assert options.api_key.get_secret_value() == "sk-1"
    assert options.languages == ("pt-BR", "he")


def test_the_key_is_not_printed() -> None:
    assert "sk-1" not in repr(OpenAISpeechOptions.of({"api_key": "sk-1"}))


def test_what_is_not_given_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_SPEECH_BASE_URL", "http://there/v1")
    monkeypatch.setenv("OPENAI_SPEECH_API_KEY", "sk-2")
    monkeypatch.setenv("OPENAI_SPEECH_MODEL", "kokoro")
    monkeypatch.setenv("OPENAI_SPEECH_VOICES", "af_heart, am_adam,")
    monkeypatch.setenv("OPENAI_SPEECH_LANGUAGES", "en,de")
    options = OpenAISpeechOptions.of({"model": "tts-1-hd"})
    assert options.base_url == "http://there/v1"
    assert options.api_key is not None
    assert options.api_key.get_secret_value() == "sk-2"
    assert options.model == "tts-1-hd"
    assert options.voices == ("af_heart", "am_adam")
    assert options.languages == ("en", "de")


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_SPEECH_BASE_URL", "")
    assert OpenAISpeechOptions.of({}).base_url is None

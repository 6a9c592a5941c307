"""Fields of a form, of the settings that providers really have."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import Field

from polyvox.errors import InvalidSetting
from polyvox.provider.base import VoiceSettings
from polyvox.providers.azure_tts.settings import AzureSettings
from polyvox.providers.google_tts.settings import GoogleSettings
from polyvox.providers.ibm_watson.settings import WatsonSettings
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from polyvox.providers.piper.settings import PiperSettings
from polyvox.providers.styletts2.settings import StyleTTS2Settings
from polyvox.providers.xtts_v2.settings import XttsSettings
from polyvox.services.setting_fields import FieldKind, SettingField, SettingsModel

ALL: list[type[VoiceSettings]] = [
    AzureSettings,
    GoogleSettings,
    OpenAISpeechSettings,
    PiperSettings,
    StyleTTS2Settings,
    WatsonSettings,
    XttsSettings,
]


class _Unusual(VoiceSettings):
    accent: Literal["none"] = Field(default="none", description="It has no other.")
    loud: bool = Field(default=False, description="Whether it shouts.")
    weights: dict[str, float] = Field(default_factory=dict, description="No field can hold it.")


def _fields(settings_type: type[VoiceSettings]) -> dict[str, SettingField]:
    return {field.name: field for field in SettingsModel(settings_type).fields}


@pytest.mark.parametrize("settings_type", ALL)
def test_every_setting_of_ours_has_a_field_that_says_what_it_does(
    settings_type: type[VoiceSettings],
) -> None:
    fields = _fields(settings_type)
    assert fields
    assert not fields.keys() & {"voice_id", "voice_name"}
    for field in fields.values():
        assert field.kind is not FieldKind.OTHER
        assert field.description
        if field.kind in (FieldKind.NUMBER, FieldKind.WHOLE):
            assert field.limits
    assert all(field.title for field in settings_type.model_fields.values())


def test_ranges_defaults_and_options_are_those_of_the_schema() -> None:
    google = _fields(GoogleSettings)
    pitch = google["pitch"]
    assert (pitch.kind, pitch.default, pitch.limits) == (FieldKind.NUMBER, 0, "-20 to 20")
    effects = google["effects_profile_id"]
    assert effects.kind is FieldKind.CHOICES
    assert "telephony-class-application" in effects.options
    style = _fields(StyleTTS2Settings)
    assert (style["diffusion_steps"].kind, style["diffusion_steps"].step) == (FieldKind.WHOLE, 1)
    assert (style["alpha"].step, pitch.step) == (0.01, 0.1)
    assert (style["seed"].optional, style["seed"].limits) == (True, "0 to 4,294,967,295")
    assert _fields(OpenAISpeechSettings)["instructions"].longest == 4096
    assert _fields(PiperSettings)["speaker_id"].limits == "from 0"


def test_what_has_only_one_value_is_fixed() -> None:
    length = _fields(XttsSettings)["length_penalty"]
    assert (length.kind, length.default) == (FieldKind.FIXED, 1)
    assert _fields(_Unusual)["accent"].kind is FieldKind.FIXED


def test_a_setting_without_a_title_goes_by_its_name() -> None:
    assert SettingField("top_k", FieldKind.WHOLE, 50).label == "Top k"
    assert _fields(XttsSettings)["top_k"].label == "Choices considered"


def test_what_no_field_can_hold_is_said_to_be_so() -> None:
    fields = _fields(_Unusual)
    assert fields["loud"].kind is FieldKind.SWITCH
    assert fields["weights"].kind is FieldKind.OTHER


@pytest.mark.parametrize(
    ("stored", "value", "expected"),
    [
        ({"temperature": 0.2}, 0.5, {"alpha": 0.5}),  # the specification's name for it
        ({"beta": 0.1}, 0.5, {"alpha": 0.5, "beta": 0.1}),
        ({"alpha": 0.2}, 0.7, {}),
    ],
)
def test_a_value_is_written_under_one_name_and_a_default_not_at_all(
    stored: dict[str, Any], value: float, expected: dict[str, Any]
) -> None:
    model = SettingsModel(StyleTTS2Settings)
    assert model.with_value(stored, _fields(StyleTTS2Settings)["alpha"], value) == expected


def test_values_hold_the_defaults_and_a_reset_keeps_the_voice() -> None:
    model = SettingsModel(AzureSettings)
    stored = {"voice_name": "en-US-JennyNeural", "rate": "+10%"}
    assert model.values(stored)["rate"] == pytest.approx(1.1)
    assert model.values(stored)["pitch"] == 1.0
    assert model.reset(stored) == {"voice_name": "en-US-JennyNeural"}


def test_settings_that_cannot_be_read_say_which() -> None:
    with pytest.raises(InvalidSetting, match="speed"):
        SettingsModel(PiperSettings).values({"speed": 99})

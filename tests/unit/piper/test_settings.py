from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from polyvox.errors import ConfigError, InvalidSetting
from polyvox.providers.piper.settings import PiperOptions, PiperSettings


def test_defaults_are_those_of_the_specification() -> None:
    assert PiperSettings().model_dump() == {"speed": 1.0, "speaker_id": None, "voice_id": None}


@pytest.mark.parametrize("wrong", [{"speed": 0.2}, {"speed": 4.1}, {"speaker_id": -1}, {"x": 1}])
def test_values_out_of_range_and_unknown_fields_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        PiperSettings.model_validate(wrong)


def test_speeds_multiply() -> None:
    assert PiperSettings(speed=1.5, speaker_id=3).at_speed(2.0) == PiperSettings(
        speed=3.0, speaker_id=3
    )


@pytest.mark.parametrize(("factor", "wanted"), [(0.1, "0.15"), (3.0, "4.5")])
def test_a_speed_out_of_range_names_the_range(factor: float, wanted: str) -> None:
    told = f"Piper speaks at speeds from 0.25 to 4, not {wanted}."
    with pytest.raises(InvalidSetting, match=re.escape(told)) as caught:
        PiperSettings(speed=1.5).at_speed(factor)
    assert caught.value.param == "speed"


def test_wrong_options_are_named() -> None:
    with pytest.raises(ConfigError, match="worker") as caught:
        PiperOptions.of({"worker": 2})
    assert "workers" in str(caught.value.remedy)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.errors import (
    ConfigError,
    InvalidSetting,
)
from polyvox.providers.xtts_v2.settings import XttsSettings

from .stage import provider


def test_the_settings_are_those_of_the_specification() -> None:
    assert XttsSettings().model_dump() == {
        "voice_id": None,
        "temperature": 0.75,
        "length_penalty": 1.0,
        "repetition_penalty": 5.0,
        "top_k": 50,
        "top_p": 0.85,
        "speed": 1.0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        *({"temperature": 0}, {"temperature": 2.1}, {"repetition_penalty": 0.9}, {"top_k": 0}),
        *({"top_p": 0}, {"top_p": 1.1}, {"speed": 5}, {"length_penalty": 2}, {"pitch": 1}),
    ],
)
def test_values_out_of_range_and_unknown_fields_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        XttsSettings.model_validate(wrong)


def test_speeds_multiply_and_a_wrong_one_names_the_range() -> None:
    assert XttsSettings(speed=0.5, top_k=3).at_speed(3.0) == XttsSettings(speed=1.5, top_k=3)
    with pytest.raises(InvalidSetting, match=r"from 0\.25 to 4, not 6") as caught:
        XttsSettings(speed=2.0).at_speed(3.0)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"precision": "fp4"}, {"device": "tpu"}, {"max_batch": 0}, {"idle_exit_s": 0}),
        *({"base_url": "file:///etc"}, {"model": "x"}),
    ],
)
async def test_wrong_options_are_named(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"xtts_v2 are wrong: {next(iter(wrong))}"):
        await provider(tmp_path, **wrong).start()

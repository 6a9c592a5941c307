from __future__ import annotations

import pytest
from pydantic import ValidationError

from polyvox.errors import ConfigError, InvalidSetting
from polyvox.providers.ibm_watson.settings import DEFAULT_URL, WatsonOptions, WatsonSettings


def test_the_names_are_those_of_the_specification() -> None:
    assert WatsonSettings().model_dump() == {
        "voice_name": None,
        "rate_percentage": 0,
        "pitch_percentage": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [{"rate_percentage": -51}, {"rate_percentage": 101}, {"pitch_percentage": 101}, {"rate": 0}],
)
def test_values_out_of_range_and_unknown_fields_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        WatsonSettings.model_validate(wrong)


@pytest.mark.parametrize(
    ("rate", "factor", "expected"), [(0, 2.0, 100), (0, 0.5, -50), (20, 1.25, 50), (-20, 1.5, 20)]
)
def test_speeds_multiply(rate: int, factor: float, expected: int) -> None:
    settings = WatsonSettings(rate_percentage=rate, pitch_percentage=5)
    assert settings.at_speed(factor) == WatsonSettings(rate_percentage=expected, pitch_percentage=5)


@pytest.mark.parametrize("factor", [0.4, 1.7])
def test_a_speed_out_of_range_names_the_range(factor: float) -> None:
    with pytest.raises(InvalidSetting, match=r"from 0\.5 to 2, not") as caught:
        WatsonSettings(rate_percentage=20).at_speed(factor)
    assert caught.value.param == "speed"


def test_options_come_from_the_environment_and_the_configuration_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IBM_WATSON_API_KEY", "a-key")
    monkeypatch.setenv("IBM_WATSON_URL", "https://elsewhere.example/instances/1/")
    read = WatsonOptions.of({})
    assert read.api_key is not None
    assert read.api_key.get_secret_value() == "a-key"
    assert read.url == "https://elsewhere.example/instances/1"
    assert WatsonOptions.of({"url": DEFAULT_URL}).url == DEFAULT_URL


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "api.example"},
        {"url": "https://apikey:secret-1@api.example"},
        {"url": "https://api.example/?key=secret-1"},
        {"iam_url": "ftp://iam.example"},
        {"auth": "secret-1"},
        {"api_key": "secret-1\n2"},
        {"apikey": "secret-1"},
    ],
)
def test_wrong_options_are_named_without_their_values(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))) as caught:
        WatsonOptions.of(wrong)
    assert "iam_url" in str(caught.value.remedy)
    assert "secret-1" not in str(caught.value)

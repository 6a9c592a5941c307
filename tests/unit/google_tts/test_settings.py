from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.errors import ConfigError, InvalidSetting
from polyvox.provider.base import ProviderContext
from polyvox.providers.google_tts.provider import GoogleProvider
from polyvox.providers.google_tts.settings import GoogleOptions, GoogleSettings


def test_the_specifications_settings_load() -> None:
    assert GoogleSettings.model_validate({"pitch": 0, "speaking_rate": 1.0}) == GoogleSettings()


@pytest.mark.parametrize(
    "wrong",
    [
        {"pitch": 20.1},
        {"pitch": -20.1},
        {"speaking_rate": 0.24},
        {"speaking_rate": 2.01},
        {"volume_gain_db": 16.1},
        {"volume_gain_db": -96.1},
        {"effects_profile_id": ["toaster-class-device"]},
        {"speed": 1},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GoogleSettings.model_validate(wrong)


def test_speeds_multiply_within_their_range() -> None:
    settings = GoogleSettings(speaking_rate=1.5, pitch=2)
    assert settings.at_speed(0.5) == GoogleSettings(speaking_rate=0.75, pitch=2)
    with pytest.raises(InvalidSetting, match=r"from 0\.25 to 2, not 3") as caught:
        settings.at_speed(2)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"endpoint": "http://eu-texttospeech.googleapis.com"}, "only for this machine's own"),
        ({"endpoint": "http://10.0.0.1:9000"}, "only for this machine's own"),
        ({"endpoint": "texttospeech.googleapis.com"}, "must be a URL"),
        ({"endpoint": "https://host/v1"}, "must be a URL without a path"),
        ({"endpoint": "grpc://host"}, "must be a URL"),
        ({"root_certificates": "/no/such/file"}, "root_certificates"),
        ({"api_key": "secret\nX-Other: 1"}, "characters that no key has"),
        ({"application_default": "secret"}, "application_default"),
        ({"key": "secret"}, "key"),
    ],
)
async def test_wrong_options_are_refused_at_the_start(
    options: dict[str, Any], told: str, tmp_path: Path
) -> None:
    provider = GoogleProvider(ProviderContext(tmp_path, options))
    with pytest.raises(ConfigError, match=told) as caught:
        await provider.start()
    await provider.stop()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:80", "[::1]:9000", "localhost:9000"])
def test_a_plain_endpoint_on_this_machine(host: str) -> None:
    options = GoogleOptions.of({"endpoint": f"http://{host}"})
    assert options.plain
    assert options.target == host


def test_another_region_is_encrypted() -> None:
    options = GoogleOptions.of({"endpoint": "https://eu-texttospeech.googleapis.com/"})
    assert not options.plain
    assert options.target == "eu-texttospeech.googleapis.com"

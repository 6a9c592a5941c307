"""What may be set, by whom, and what an utterance is charged."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.domain.capabilities import State
from polyvox.domain.quota import Charge
from polyvox.errors import ConfigError, InvalidSetting, Unavailable
from polyvox.provider.base import ProviderContext
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import VARIABLES, AzureOptions, AzureSettings
from polyvox.providers.azure_tts.ssml import billed_characters
from tests.emulators.azure import KEY, AzureEmulator
from tests.unit.azure_tts.stage import HD, MULTILINGUAL, options_for, started, utterance


@pytest.mark.parametrize(
    ("said", "factor"), [(1.5, 1.5), ("1.5", 1.5), ("+10%", 1.1), ("-20%", 0.8), ("30 %", 1.3)]
)
def test_a_rate_is_a_factor_or_a_change_in_percent(said: Any, factor: float) -> None:
    assert AzureSettings(rate=said).rate == pytest.approx(factor)
    assert AzureSettings(pitch=said).pitch == pytest.approx(factor)


@pytest.mark.parametrize(
    ("setting", "wrong", "limit"),
    [
        ("rate", 0.4, "0.5"),
        ("rate", "+101%", "2"),
        ("pitch", 1.6, "1.5"),
        ("pitch", "-51%", "0.5"),
        ("style_degree", 0, "0.01"),
        ("style_degree", 2.1, "2"),
    ],
)
def test_out_of_range_names_the_range(setting: str, wrong: Any, limit: str) -> None:
    with pytest.raises(ValidationError, match=rf"{setting}\n.* {limit}\b"):
        AzureSettings(**{setting: wrong})


def test_speed_multiplies_the_rate() -> None:
    assert AzureSettings(rate=0.8).at_speed(2).rate == pytest.approx(1.6)
    with pytest.raises(InvalidSetting, match=r"from 0\.5 to 2, not 2\.4") as caught:
        AzureSettings(rate=1.2).at_speed(2)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, ("AZURE_SPEECH_KEY", "AZURE_SPEECH_REGION")),
        ({"region": "westeurope"}, ("AZURE_SPEECH_KEY",)),
        ({"key": KEY}, ("AZURE_SPEECH_REGION", "AZURE_SPEECH_ENDPOINT")),
    ],
)
async def test_what_is_missing_is_named(
    given: dict[str, str], named: tuple[str, ...], tmp_path: Path
) -> None:
    async with started(tmp_path, **given) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert all(variable in (availability.remedy or "") for variable in named)
        with pytest.raises(Unavailable, match=named[0]):
            await hear(provider, utterance())
    assert KEY not in str(availability)


async def test_the_environment_is_as_good_as_options(
    emulator: AzureEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option, value in options_for(emulator).items():
        monkeypatch.setenv(VARIABLES[option], value)
    async with started(tmp_path) as provider:
        assert provider.availability().state is State.READY


@pytest.mark.parametrize(
    "wrong",
    [
        {"regoin": "westeurope"},
        {"region": "West Europe"},
        {"endpoint": "westeurope.tts.speech.microsoft.com"},
        {"key": f"{KEY}\n{KEY}"},
    ],
)
async def test_wrong_options_are_the_operators_to_mend(
    wrong: dict[str, str], tmp_path: Path
) -> None:
    provider = AzureProvider(ProviderContext(tmp_path, wrong))
    with pytest.raises(ConfigError, match=f"azure_tts are wrong: {next(iter(wrong))}") as caught:
        await provider.start()
    await provider.stop()
    assert KEY not in str(caught.value)


def test_a_region_names_the_address() -> None:
    region = AzureOptions(region="westeurope")
    assert region.base_url == "https://westeurope.tts.speech.microsoft.com"
    both = AzureOptions(region="westeurope", endpoint="https://mine.example/tts/")
    assert both.base_url == "https://mine.example/tts"
    assert AzureOptions().base_url is None


@pytest.mark.heavy
def test_without_credentials_no_http_client_is_loaded() -> None:
    code = """
import asyncio, pathlib, sys
from polyvox.provider.base import ProviderContext
from polyvox.providers.azure_tts.provider import AzureProvider
provider = AzureProvider(ProviderContext(pathlib.Path()))
asyncio.run(provider.start())
assert "aiohttp" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("spoken", "count"),
    [
        ("Two words.", 10),
        (" \t\n ", 4),
        ("漢字とかな", 7),  # two kanji, three kana
        ("한국어", 3),
        ("韓國語 ok", 9),
        ("𠮷々〇", 6),
        ("👍", 1),
        ("a &amp; b", 9),
        ('<prosody rate="2">a</prosody>', 29),
    ],
)
def test_characters_are_counted_as_azure_bills_them(spoken: str, count: int) -> None:
    assert billed_characters(spoken) == count


async def test_the_charge_is_what_is_sent_inside_the_voice(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    asked = (
        utterance("R & B"),
        utterance(
            "漢字", "zh-CN-XiaoxiaoNeural", "zh-CN", style="calm", style_degree=0.5, pitch=0.9
        ),
        utterance("Hallo.", MULTILINGUAL, "de-DE"),
        utterance("Hello.", HD),
    )
    async with started(tmp_path, **options_for(emulator)) as provider:
        charges = [provider.charge(said) for said in asked]
        for said in asked:
            await hear(provider, said)
        assert provider.charge(utterance(voice="nobody")) is None
        assert provider.charge(utterance(style="angry")) is None
    inside = [ssml.partition("<voice")[2] for ssml in emulator.behaviour.synthesized]
    sent = [part.partition(">")[2].removesuffix("</voice></speak>") for part in inside]
    assert [charge and charge.tier for charge in charges] == [*["neural"] * 3, "neural_hd"]
    assert [charge and charge.characters for charge in charges] == [
        len(sent[0]),
        len(sent[1]) + 2,
        len(sent[2]),
        len(sent[3]),
    ]
    assert charges[0] == Charge("neural", len("R &amp; B"))


def test_the_tariff_is_dated(tmp_path: Path) -> None:
    tariff = AzureProvider(ProviderContext(tmp_path)).tariff()
    assert tariff.checked >= date(2026, 11, 22)
    neural, hd = tariff.tiers["neural"], tariff.tiers["neural_hd"]
    assert neural.free_characters == neural.specified_characters == 500_000
    assert hd.free_characters == 0
    assert "verified" in hd.note

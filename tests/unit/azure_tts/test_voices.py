"""Which voices there are, which of them comes first, and what a bare language tag means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.capabilities import Capabilities, State
from polyvox.domain.language import best_match
from polyvox.errors import Unavailable
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.voices import USUAL, listed_voices
from polyvox.services.languages import SPECIFIED
from tests.emulators.azure import KEY, AzureEmulator, running_azure
from tests.emulators.azure_voices import LISTED
from tests.unit.azure_tts.stage import HD, JENNY, MULTILINGUAL, options_for, started, utterance


def locale(wanted: str, capabilities: Capabilities) -> str | None:
    """As the router chooses."""
    return capabilities.locale_for.get(wanted) or best_match(wanted, capabilities.languages)


async def test_a_tag_lands_on_the_locale_it_means(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        capabilities = provider.capabilities()
    expected = {
        "en": "en-US",
        "fil": "fil-PH",
        "tl": "fil-PH",
        "pt": "pt-PT",
        "pt-BR": "pt-BR",
        "zh": "zh-CN",
        "zh-TW": "zh-TW",
        "zh-HK": "zh-HK",
        "yue": "zh-HK",
        "es": "es-ES",
        "es-MX": "es-MX",
        "es-419": "es-MX",
        "ar": "ar-EG",
        "ar-SA": "ar-SA",
        "no": "nb-NO",
        "iw": "he-IL",
        "und": None,
        "tlh": None,
    }
    assert {tag: locale(tag, capabilities) for tag in expected} == expected


async def test_every_specified_language_has_a_usual_voice(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        first = {tag: (await provider.voices(tag))[0].id for tag in SPECIFIED}
    assert set(first.values()) <= USUAL
    chosen = {"en": JENNY, "fil": "fil-PH-BlessicaNeural", "zh": "zh-CN-XiaoxiaoNeural"}
    assert chosen.items() <= first.items()


def test_only_a_listed_voice_is_usual() -> None:
    without = [entry for entry in LISTED if entry["ShortName"] not in USUAL]
    assert not {voice.id for voice in listed_voices(without)} & USUAL


async def test_the_order_of_one_locale(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        english = [voice.id for voice in await provider.voices("en-US")]
        german = [voice.id for voice in await provider.voices("de")]
    assert english[:3] == [JENNY, "en-US-AnaNeural", "en-US-GuyNeural"]
    assert english[3:5] == [MULTILINGUAL, HD]
    assert set(english[5:7]) == {"en-US-Nova:DragonHDLatestNeural", "en-US-BlueNeural"}
    assert german == ["de-DE-KatjaNeural", "de-DE-AmalaNeural", MULTILINGUAL]


def test_what_is_known_of_a_voice() -> None:
    voices = {voice.id: voice for voice in listed_voices(LISTED)}
    jenny, hd = voices[JENNY], voices[HD]
    assert (jenny.name, jenny.gender, jenny.languages) == ("Jenny", "female", ("en-US",))
    assert (jenny.quality, jenny.tier, jenny.sample_rate) == ("neural", "neural", 24_000)
    assert "cheerful" in jenny.styles
    assert (hd.quality, hd.tier, hd.sample_rate) == ("neural hd", "neural_hd", 48_000)
    dialect = "zh-CN-shaanxi"
    assert dialect not in voices[MULTILINGUAL].languages
    assert {"en-US", "de-DE", "zh-CN"} <= set(voices[MULTILINGUAL].languages)
    assert "de-DE-KatjaOldNeural" not in voices, "deprecated"
    assert "zh-CN-henan-YundengNeural" not in voices, "its locale is no language tag"


async def test_the_kept_list_is_used_while_the_service_is_away(tmp_path: Path) -> None:
    with running_azure() as emulator:
        async with started(tmp_path, **options_for(emulator)) as provider:
            listed = await provider.voices()
    async with started(tmp_path, **options_for(emulator)) as provider:
        assert provider.availability().state is State.READY
        assert await provider.voices() == listed
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hear(provider, utterance())


async def test_a_service_that_was_never_reached_makes_it_unavailable(tmp_path: Path) -> None:
    with running_azure() as emulator:
        pass
    async with started(tmp_path, **options_for(emulator)) as provider:
        assert provider.availability().state is State.UNAVAILABLE
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hear(provider, utterance())


async def test_another_endpoint_has_a_list_of_its_own(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    options = options_for(emulator)
    async with started(tmp_path, **options):
        pass
    elsewhere = options | {"endpoint": f"http://localhost:{emulator.port}"}
    async with started(tmp_path, **elsewhere):
        pass
    assert emulator.listed == 2


@pytest.mark.parametrize("document", [{}, [], "text", [{"ShortName": "en-US-JennyNeural"}]])
async def test_a_list_that_cannot_be_read_says_so(
    document: Any, emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.voices = document
    async with started(tmp_path, **options_for(emulator)) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert availability.remedy


async def test_a_wrong_key_makes_it_unavailable(emulator: AzureEmulator, tmp_path: Path) -> None:
    wrong = KEY[::-1]
    async with started(tmp_path, **options_for(emulator, key=wrong)) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert availability.reason == "Azure Speech refused the key."
    assert "AZURE_SPEECH_KEY" in (availability.remedy or "")
    assert wrong not in str(availability)


async def test_another_service_at_the_address_makes_it_unavailable(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    options = options_for(emulator) | {"endpoint": f"{emulator.url}/elsewhere"}
    async with started(tmp_path, **options) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "AZURE_SPEECH_ENDPOINT" in (availability.remedy or "")


def test_no_usual_voice_is_the_first_of_other_locales() -> None:
    assert not [name for name in USUAL if "Multilingual" in name or ":" in name]

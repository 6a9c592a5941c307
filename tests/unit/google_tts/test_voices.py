"""Which voices there are, and which of them a language gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyvox.domain.capabilities import Capabilities
from polyvox.domain.language import best_match, normalize
from tests.emulators.google import Emulator
from tests.unit.google_tts.stage import before


def landing(capabilities: Capabilities, wanted: str) -> str | None:
    return capabilities.locale_for.get(normalize(wanted)) or best_match(
        wanted, capabilities.languages
    )


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("en", "en-US"),
        ("en-GB", "en-GB"),
        ("fil", "fil-PH"),
        ("tl", "fil-PH"),
        ("pt", "pt-PT"),
        ("pt-BR", "pt-BR"),
        ("pt-PT", "pt-PT"),
        ("zh", "zh-CN"),
        ("cmn", "zh-CN"),
        ("zh-TW", "zh-TW"),
        ("zh-HK", "yue-HK"),
        ("yue", "yue-HK"),
        ("es", "es-ES"),
        ("es-MX", "es-US"),
        ("fr", "fr-FR"),
        ("fr-BE", "fr-FR"),
        ("no", "nb-NO"),
        ("iw", "he-IL"),
        ("ar", "ar-XA"),
        ("ms", "ms-MY"),
        ("ca", "ca-ES"),
        ("und", None),
        ("tlh", None),
    ],
)
async def test_a_language_lands_on_the_tag_that_is_meant(
    wanted: str, tag: str | None, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert landing(provider.capabilities(), wanted) == tag
        first = next(iter(await provider.voices(wanted)), None)
    assert (first and first.languages) == (tag and (tag,))


async def test_a_tag_is_only_meant_where_somebody_speaks_it(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.voices = [voice for voice in emulator.voices if "pt-PT" not in voice.name]
    async with before(emulator, tmp_path) as provider:
        assert landing(provider.capabilities(), "pt") == "pt-BR"


async def test_the_best_voice_comes_first_and_the_dear_one_last(
    emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        voices = [voice for voice in await provider.voices("en-US") if "en-US" in voice.languages]
    assert [voice.id.removeprefix("en-US-") for voice in voices] == [
        "Chirp3-HD-Kore",
        "Chirp3-HD-Puck",
        "Neural2-A",
        "Neural2-D",
        "Polyglot-1",
        "Wavenet-A",
        "Standard-A",
        "Studio-O",
    ]
    assert voices[0].gender == "female"
    assert voices[1].gender == "male"
    assert {voice.sample_rate for voice in voices} == {24_000}


async def test_voices_of_unknown_families_are_left_out(emulator: Emulator, tmp_path: Path) -> None:
    async with before(emulator, tmp_path) as provider:
        ids = {voice.id for voice in await provider.voices()}
        tiers = {voice.tier for voice in await provider.voices()}
        assert tiers == set(provider.tariff().tiers)
    listed = {voice.name for voice in emulator.voices}
    assert listed - ids == {"Kore", "en-US-News-K", "en-US-Casual-K", "en-US-Chirp-HD-F"}

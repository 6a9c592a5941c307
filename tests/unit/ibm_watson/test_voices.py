"""Which voices there are, in which order, for which language; and when there are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from polyvox.domain.capabilities import Capabilities, State
from polyvox.domain.language import best_match
from polyvox.errors import Unavailable
from polyvox.provider.base import ProviderContext
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.voices import listed_voices
from tests.emulators.watson import Watson, running_watson
from tests.unit.ibm_watson.stage import hear, options_for, started, utterance


def meant(capabilities: Capabilities, wanted: str) -> str | None:
    return capabilities.locale_for.get(wanted) or best_match(wanted, capabilities.languages)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("en", "en-US"),
        ("pt", "pt-BR"),
        ("pt-BR", "pt-BR"),
        ("es", "es-ES"),
        ("es-US", "es-US"),
        ("es-MX", "es-419"),
        ("es-419", "es-419"),
        ("es-LA", "es-419"),
        ("fr", "fr-FR"),
        ("fr-CH", "fr-FR"),
        ("fr-CA", "fr-CA"),
        *(
            (tag, None)
            for tag in ("fil", "tl", "zh", "zh-HK", "no", "iw", "ar", "hi", "und", "tlh")
        ),
    ],
)
async def test_languages_land_where_they_are_meant(
    emulator: Watson, tmp_path: Path, wanted: str, expected: str | None
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        assert meant(provider.capabilities(), wanted) == expected


async def test_a_language_that_is_not_listed_is_not_meant(emulator: Watson, tmp_path: Path) -> None:
    emulator.voices = ["es-ES_LauraV3Voice"]
    async with started(tmp_path, options_for(emulator)) as provider:
        assert provider.capabilities().languages == ("es-ES",)
        assert provider.capabilities().locale_for == {}


async def test_the_best_and_nearest_voices_come_first(emulator: Watson, tmp_path: Path) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        latin = [voice.id for voice in await provider.voices("es-419")]
        english = [voice.id for voice in await provider.voices("en-GB")]
        klingon = await provider.voices("tlh")
    assert latin[:4] == [
        "es-LA_AlejandroNatural",
        "es-LA_DanielaNatural",
        "es-LA_DanielaExpressive",
        "es-LA_SofiaV3Voice",
    ]
    assert english[:3] == ["en-GB_ChloeNatural", "en-GB_GeorgeNatural", "en-GB_GeorgeExpressive"]
    assert not klingon


def test_a_voice_is_described_as_ibm_does() -> None:
    entry = {"language": "es-LA", "gender": "female", "url": "…", "description": "Sofia."}
    (voice,) = listed_voices({"voices": [{"name": "es-LA_SofiaV3Voice", **entry}]})
    assert (voice.id, voice.name, voice.languages) == (
        "es-LA_SofiaV3Voice",
        "Sofia V3",
        ("es-419",),
    )
    assert (voice.gender, voice.quality, voice.description) == ("female", "V3", "Sofia.")
    assert voice.tier == "lite"


def test_an_older_voice_comes_last_and_a_language_unknown_to_the_world_not_at_all() -> None:
    names = ("en-US_OldVoice", "en-US_NewV3Voice", "en-US_AdaExpressive", "en-US_AdaNatural")
    entries = [{"name": name, "language": "en-US"} for name in names]
    listed = listed_voices({"voices": [*entries, {"name": "x", "language": "no tag"}]})
    assert [voice.name for voice in listed] == ["Ada Natural", "Ada Expressive", "New V3", "Old"]


async def test_the_stored_list_serves_while_the_service_is_away(tmp_path: Path) -> None:
    with running_watson() as emulator:
        options = options_for(emulator)
        async with started(tmp_path, options) as provider:
            known = await provider.voices()
    async with started(tmp_path, options) as provider:
        assert provider.availability().state is State.READY
        assert await provider.voices() == known
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hear(provider, utterance())


async def test_each_url_has_a_list_of_its_own(emulator: Watson, tmp_path: Path) -> None:
    async with started(tmp_path, options_for(emulator)):
        pass
    away = options_for(emulator, url=f"{emulator.url}-of-another")
    async with started(tmp_path, away) as provider:
        assert provider.availability().state is State.UNAVAILABLE
        with pytest.raises(Unavailable, match="not at this URL"):
            await hear(provider, utterance())


@pytest.mark.parametrize("auth", ["iam", "basic"])
async def test_a_wrong_key_says_which_variable_to_check(
    emulator: Watson, tmp_path: Path, auth: str
) -> None:
    wrong = options_for(emulator, auth=auth, api_key="wrong-key-1")
    async with started(tmp_path, wrong) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "IBM_WATSON_API_KEY" in (availability.remedy or "")
    assert "wrong-key-1" not in f"{availability.reason} {availability.remedy}"


async def test_without_a_key_it_says_what_to_set(tmp_path: Path) -> None:
    async with started(tmp_path, {}) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert "IBM_WATSON_API_KEY and IBM_WATSON_URL" in (availability.remedy or "")
        assert not await provider.voices()
        assert provider.capabilities().languages == ()
        with pytest.raises(Unavailable, match="no API key"):
            await hear(provider, utterance())


@pytest.mark.heavy
def test_without_a_key_no_http_client_is_loaded(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from polyvox.provider.base import ProviderContext\n"
        "from polyvox.providers.ibm_watson.provider import WatsonProvider\n"
        "provider = WatsonProvider(ProviderContext(pathlib.Path(sys.argv[1])))\n"
        "asyncio.run(provider.start())\n"
        "assert provider.availability().reason, 'no reason'\n"
        "assert 'aiohttp' not in sys.modules, 'aiohttp is loaded'\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_the_tariff_comes_with_the_package(tmp_path: Path) -> None:
    tier = WatsonProvider(ProviderContext(tmp_path)).tariff().tiers["lite"]
    assert tier.free_characters == tier.specified_characters == 10_000


@pytest.mark.parametrize(("text", "characters"), [("Olá, você", 9), ("A & B", 9), ("𝄞<", 5)])
def test_what_is_sent_is_what_is_charged(tmp_path: Path, text: str, characters: int) -> None:
    charge = WatsonProvider(ProviderContext(tmp_path)).charge(utterance(text))
    assert (charge.tier, charge.characters) == ("lite", characters)

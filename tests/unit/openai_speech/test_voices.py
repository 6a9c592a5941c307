"""Which voices there are, and what they are said to speak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.capabilities import State
from polyvox.errors import UnknownVoice, UnsupportedLanguage
from polyvox.providers.openai_speech.listing import OPENAI_LANGUAGES, OPENAI_VOICES, is_openai
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from tests.emulators.openai import OpenAIEmulator
from tests.unit.openai_speech.stage import options_for, started, utterance

POLYVOX = {
    "voices": [
        {"id": "ada", "name": "Ada", "kind": "personality", "languages": ["en", "de"]},
        {"id": "marie", "name": "Marie", "provider": "piper", "languages": ["fr_FR"]},
        {"id": "marie", "name": "Another", "provider": "other", "languages": ["it"]},
        {"id": "mute", "name": "Mute", "languages": ["?", "nonsense language"]},
        {"id": "untold", "name": None, "languages": None},
    ]
}


async def ids(provider: OpenAISpeechProvider, language: str | None = None) -> list[str]:
    return [voice.id for voice in await provider.voices(language)]


async def test_without_a_server_it_says_what_to_set(tmp_path: Path) -> None:
    async with started(tmp_path) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "base_url" in str(availability.remedy)
    assert "OPENAI_SPEECH_BASE_URL" in str(availability.remedy)


async def test_ids_and_objects_are_both_listed(emulator: OpenAIEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        voices = await provider.voices()
        assert [(v.id, v.name, v.languages) for v in voices] == [
            ("af_heart", "af_heart", ("en",)),
            ("am_adam", "Adam", ("en",)),
        ]
        assert provider.capabilities().languages == ("en",)


async def test_languages_are_the_servers_where_it_tells_them(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.listing = POLYVOX
    async with started(tmp_path, **options_for(emulator, languages=["ja"])) as provider:
        voices = {voice.id: voice for voice in await provider.voices()}
        assert {v.id: v.languages for v in voices.values()} == {
            "ada": ("en", "de"),
            "marie": ("fr-FR",),
            "mute": ("ja",),
            "untold": ("ja",),
        }
        assert voices["marie"].name == "Marie"
        assert provider.capabilities().languages == ("de", "en", "fr-FR", "ja")
        assert await ids(provider, "de-AT") == ["ada"]
        assert await ids(provider, "fr") == ["marie"]


async def test_no_language_is_assumed(emulator: OpenAIEmulator, tmp_path: Path) -> None:
    options = options_for(emulator, languages=[])
    async with started(tmp_path, **options) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert "OPENAI_SPEECH_LANGUAGES" in str(availability.remedy)
        assert provider.capabilities().languages == ()
    emulator.listing = POLYVOX
    async with started(tmp_path / "other", **options) as provider:
        assert provider.availability().state is State.READY
        assert await ids(provider) == ["ada", "marie"]


async def test_the_operators_voices_need_no_list(emulator: OpenAIEmulator, tmp_path: Path) -> None:
    options = options_for(emulator, voices=["mine", "yours", "mine"])
    async with started(tmp_path, **options) as provider:
        assert provider.availability().state is State.READY
        assert await ids(provider) == ["mine", "yours"]
    assert emulator.listed == 0


@pytest.mark.parametrize("listing", [None, {}, {"voices": [7]}, ["af_heart"], {"voices": []}])
async def test_a_server_without_a_list_is_unavailable(
    emulator: OpenAIEmulator, tmp_path: Path, listing: Any
) -> None:
    emulator.listing = listing
    async with started(tmp_path, **options_for(emulator)) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert availability.remedy
        if listing is None:
            assert "voices" in availability.remedy


async def test_a_wrong_key_is_named_and_not_shown(emulator: OpenAIEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator, api_key="sk-mine")) as provider:
        availability = provider.availability()
    assert "OPENAI_SPEECH_API_KEY" in str(availability.remedy)
    assert "sk-mine" not in str(availability)


async def test_the_list_of_one_server_is_not_anothers(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        assert await ids(provider) == ["af_heart", "am_adam"]
    elsewhere = options_for(emulator, base_url=f"http://localhost:{emulator.port}/v1")
    emulator.listing = {"voices": ["other"]}
    async with started(tmp_path, **elsewhere) as provider:
        assert await ids(provider) == ["other"]
    async with started(tmp_path, **options_for(emulator)) as provider:
        assert await ids(provider) == ["af_heart", "am_adam"], "the list was kept"


async def test_of_openai_itself_what_it_documents_is_known(tmp_path: Path) -> None:
    async with started(tmp_path, base_url="https://api.openai.com/v1") as provider:
        assert provider.availability().state is State.READY
        assert await ids(provider) == list(OPENAI_VOICES)
        assert provider.capabilities().languages == OPENAI_LANGUAGES
        assert provider.capabilities().limit_for("en").characters == 4096


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.openai.com/v1", True),
        ("https://EU.api.openai.com/v1", True),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://notapi.openai.com/v1", False),
        ("http://127.0.0.1/api.openai.com", False),
    ],
)
def test_only_openais_hosts_are_openai(url: str, own: bool) -> None:
    assert is_openai(url) is own


async def test_unknown_voices_and_languages_are_refused(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.listing = POLYVOX
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(UnknownVoice, match="ada, mute"):
            await provider.speak(utterance(voice="nobody")).__aenter__()
        with pytest.raises(UnsupportedLanguage, match="marie speaks fr-FR, not de"):
            await provider.speak(utterance(voice="marie", language="de")).__aenter__()
        with pytest.raises(UnsupportedLanguage, match="No voice of the speech server speaks sw"):
            await provider.speak(utterance(voice=None, language="sw")).__aenter__()
    assert emulator.bodies == []


async def test_the_revision_tells_servers_and_models_apart(tmp_path: Path) -> None:
    revisions = set()
    for url in ("https://api.openai.com/v1", "https://eu.api.openai.com/v1"):
        for model in ("tts-1", "tts-1-hd"):
            async with started(tmp_path, base_url=url, model=model) as provider:
                revisions.add(provider.revision("alloy"))
    assert len(revisions) == 4

"""The provider before the emulator, as the tests set them up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from tests.emulators import openai

TEXT = "The quick brown fox jumps over the lazy dog by the river."


@asynccontextmanager
async def started(folder: Path, **options: Any) -> AsyncIterator[OpenAISpeechProvider]:
    provider = OpenAISpeechProvider(ProviderContext(folder, options))
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


def options_for(emulator: openai.OpenAIEmulator, **others: Any) -> dict[str, Any]:
    asked = {"base_url": emulator.base_url, "api_key": openai.KEY, "languages": ["en"]}
    return {**asked, **others}


def utterance(
    text: str = TEXT, voice: str | None = "am_adam", language: str = "en", **settings: Any
) -> Utterance[OpenAISpeechSettings]:
    return Utterance(text, language, voice, OpenAISpeechSettings(**settings))

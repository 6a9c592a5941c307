"""The provider before the emulator, as the tests set them up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from tests.emulators import azure

TEXT = "The quick brown fox jumps over the lazy dog by the river."
JENNY, HD = "en-US-JennyNeural", "en-US-Ava:DragonHDLatestNeural"
MULTILINGUAL = "en-US-AvaMultilingualNeural"


@asynccontextmanager
async def started(folder: Path, **options: Any) -> AsyncIterator[AzureProvider]:
    provider = AzureProvider(ProviderContext(folder, options))
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


def options_for(emulator: azure.AzureEmulator, key: str = azure.KEY) -> dict[str, Any]:
    return {"key": key, "endpoint": emulator.url}


def utterance(
    text: str = TEXT, voice: str | None = JENNY, language: str = "en-US", **settings: Any
) -> Utterance[AzureSettings]:
    return Utterance(text, language, voice, AzureSettings(**settings))

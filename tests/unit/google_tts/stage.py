"""The provider before the emulator, as the tests set them up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.google_tts.provider import GoogleProvider
from polyvox.providers.google_tts.settings import GoogleSettings
from tests.emulators import google

TEXT = "The quick brown fox jumps over the lazy dog by the river."
STREAMED, WHOLE = "en-US-Chirp3-HD-Kore", "en-US-Neural2-D"
BOTH = (STREAMED, WHOLE)
SOON_S = 5.0


def options_for(emulator: google.Emulator, **others: Any) -> dict[str, Any]:
    return {"endpoint": emulator.endpoint, "api_key": google.KEY, **others}


@asynccontextmanager
async def started(folder: Path, **options: Any) -> AsyncIterator[GoogleProvider]:
    provider = GoogleProvider(ProviderContext(folder, options))
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


@asynccontextmanager
async def before(emulator: google.Emulator, folder: Path) -> AsyncIterator[GoogleProvider]:
    async with started(folder, **options_for(emulator)) as provider:
        yield provider


def utterance(
    voice: str | None = STREAMED, text: str = TEXT, language: str = "en-US", **settings: Any
) -> Utterance[GoogleSettings]:
    return Utterance(text, language, voice, GoogleSettings(**settings))


async def heard(provider: GoogleProvider, said: Utterance[GoogleSettings]) -> bytes:
    async with provider.speak(said) as stream:
        assert stream.sample_rate == 24_000
        return b"".join([chunk.pcm async for chunk in stream])


async def until(happened: Callable[[], bool]) -> None:
    """What happens in the emulator's thread sets no event of this loop."""
    async with asyncio.timeout(SOON_S):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.001)

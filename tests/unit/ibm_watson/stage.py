"""The provider before the emulator, as the tests set them up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.ibm_watson.client import SAMPLE_RATE
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.settings import WatsonSettings
from tests.emulators.watson import KEY, Watson

TEXT = "The quick brown fox jumps over the lazy dog by the river."
VOICE = "en-US_EthanNatural"
SOON_S = 5.0

Speech = Utterance[WatsonSettings]


@asynccontextmanager
async def started(folder: Path, options: dict[str, Any]) -> AsyncIterator[WatsonProvider]:
    provider = WatsonProvider(ProviderContext(folder, options))
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


def options_for(emulator: Watson, **others: Any) -> dict[str, Any]:
    return {"api_key": KEY, "url": emulator.url, "iam_url": emulator.iam_url, **others}


def utterance(
    text: str = TEXT, voice: str | None = VOICE, language: str = "en-US", **settings: Any
) -> Speech:
    return Utterance(text, language, voice, WatsonSettings(**settings))


async def hear(provider: WatsonProvider, said: Speech) -> bytes:
    async with provider.speak(said) as stream:
        assert stream.sample_rate == SAMPLE_RATE
        return b"".join([chunk.pcm async for chunk in stream])


async def until(happened: Callable[[], object]) -> None:
    """Wait for something in the emulator, which lives in another thread."""
    async with asyncio.timeout(SOON_S):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

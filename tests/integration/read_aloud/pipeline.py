"""Every case of tests/data/read_aloud through the whole router, to what an engine or a service gets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from polyvox_faulty.written import Written

from polyvox.bootstrap import Application, Loaders
from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import PolyvoxError
from polyvox.services.providers import discover
from tests.support.read_aloud import Case
from tests.support.server import settings_for

Received = Mapping[Case, list[str] | None]
"""The texts of the calls that a case took; none for what is silent, None where nobody speaks it."""


class InWords(Written):
    """An engine that wants words, in any language of the tables."""

    id = "in_words"
    text = TextForm.VERBALIZED
    languages = (
        "cs",
        "de",
        "en",
        "es",
        "fr",
        "it",
        "ja",
        "ko",
        "nl",
        "pl",
        "pt",
        "ru",
        "sv",
        "tr",
        "uk",
        "zh",
    )
    limit = TextLimit(characters=2_000)


def by_engine(home: Path, cases: Iterable[Case]) -> Received:
    """What an engine receives that wants words."""

    def texts(app: Application) -> list[str]:
        return cast("Written", app.services.providers.get("in_words")).received

    return asyncio.run(_spoken(home, "in_words", {"in_words": lambda: InWords}, {}, texts, cases))


def by_service(
    home: Path, provider: str, options: dict[str, Any], asked: list[str], cases: Iterable[Case]
) -> Received:
    """What a service receives; ``asked`` is its emulator's list of requests."""
    loaders = {provider: discover()[provider]}
    return asyncio.run(
        _spoken(home, provider, loaders, {provider: options}, lambda _: asked, cases)
    )


async def _spoken(
    home: Path,
    provider: str,
    loaders: Loaders,
    options: dict[str, dict[str, Any]],
    texts: Callable[[Application], list[str]],
    cases: Iterable[Case],
) -> Received:
    unlimited = {name: {"policy": "allow"} for name in options}
    settings = settings_for(home, providers=options, quotas=unlimited, cache_max_mb=0)
    app = Application(settings, loaders=loaders)
    await app.start()
    try:
        return {case: await _calls(app, provider, texts(app), case) for case in cases}
    finally:
        await app.stop()


async def _calls(app: Application, provider: str, texts: list[str], case: Case) -> list[str] | None:
    begin = len(texts)
    config = VoiceConfig(active_provider=provider)
    request = SpeechRequest(text=case.written, voice_config=config, language=case.language)
    try:
        async with await app.services.speak.speak(request) as speech:
            async for _ in speech:
                pass
    except PolyvoxError as error:
        if error.code != "unsupported_language":
            raise
        return None
    return texts[begin:]

"""Every provider of ours keeps the promises that plugins are held to. A new one is one line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from polyvox.domain.capabilities import State
from polyvox.errors import Unavailable
from polyvox.provider.base import Provider, ProviderContext, Utterance
from polyvox.provider.conformance import CHECKS, Check, Subject
from polyvox.provider.conformance_leaving import leaves_nothing_running
from polyvox.provider.trial import hear
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.styletts2.settings import StyleTTS2Settings
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.settings import XttsSettings
from tests.emulators.services import GOOGLE_WHOLE, SERVICES
from tests.support.piper import kept_warm
from tests.support.styletts2_files import sample

from .kept import Keeper

SENTENCE = "The old man looked on from the porch of his house while the fox ran by."
pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def piper(folder: Path) -> AsyncIterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", "en_US-joe-medium", PiperSettings())
    with kept_warm():
        yield Subject(lambda: PiperProvider(ProviderContext(folder)), utterance)


def xtts(folder: Path) -> tuple[Keeper, Utterance[Any]]:
    """A tiny checkpoint in the true child process. Its clips are as long for any text."""
    from tests.support.xtts_checkpoint import made_once

    model = made_once()
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"}
    (folder / "licence.json").write_text(json.dumps(record))
    options = {"model_dir": model, "precision": "fp32", "threads": 1}
    settings = XttsSettings(top_k=1)  # the same again each time
    utterance = Utterance(f"{SENTENCE} {SENTENCE}", "en", "Ana Tiny", settings)
    return Keeper(XttsProvider, ProviderContext(folder, options)), utterance


def styletts2(folder: Path, *, cloning: bool = False) -> tuple[Keeper, Utterance[Any]]:
    """A tiny checkpoint in the true child process."""
    from tests.support.styletts2_checkpoint import made_once

    model = made_once(multispeaker=cloning)
    options = {"model_dir": model, "threads": 1}
    settings = StyleTTS2Settings(diffusion_steps=2, seed=1)
    if cloning:
        samples = (sample(folder / "sample.wav"),)
        utterance = Utterance(SENTENCE, "en", None, settings, samples=samples)
    else:
        utterance = Utterance(SENTENCE, "en", "default", settings)
    return Keeper(StyleTTS2Provider, ProviderContext(folder, options)), utterance


KEPT: dict[str, Callable[[Path], tuple[Keeper, Utterance[Any]]]] = {
    "xtts_v2": xtts,
    "styletts2": styletts2,
    "styletts2_cloning": partial(styletts2, cloning=True),
}


@asynccontextmanager
async def kept(name: str, folder: Path) -> AsyncIterator[Subject]:
    """One child for all checks."""
    keeper, utterance = KEPT[name](folder)
    try:
        await keeper.warm(utterance)
        yield Subject(keeper.make, utterance)
    finally:
        await keeper.end()


@asynccontextmanager
async def emulated(name: str, folder: Path, voice: str | None = None) -> AsyncIterator[Subject]:
    service = SERVICES[name]
    with service.running() as running:
        utterance = service.utterance(SENTENCE, voice)
        yield Subject(lambda: service.provider(folder, running.options), utterance)


SUBJECTS: dict[str, Callable[[Path], AbstractAsyncContextManager[Subject]]] = {
    "piper": piper,
    **{name: partial(kept, name) for name in KEPT},
    **{name: partial(emulated, name) for name in SERVICES},
    "google_tts_whole": partial(emulated, "google_tts", voice=GOOGLE_WHOLE),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SUBJECTS)
async def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Subject]:
    async with SUBJECTS[request.param](tmp_path_factory.mktemp(request.param)) as subject:
        yield subject


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_keeps_its_promises(check: Check, subject: Subject) -> None:
    await check(subject)


@pytest.mark.parametrize("voice", [None, "no-such-voice"])
@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_that_is_not_ready_says_why_before_it_looks_for_a_voice(
    name: str, voice: str | None, tmp_path: Path
) -> None:
    """Before the start, without a list of voices, without what the operator must set, and stopped."""
    service = SERVICES[name]
    said = replace(service.utterance(SENTENCE), voice=voice)
    with service.running() as running:
        options = running.options
    away, unset = service.provider(tmp_path, options), service.provider(tmp_path, {})
    told = [await refusal(away, said)]
    for provider in (away, unset):
        try:
            await provider.start()
            told.append(await refusal(provider, said))
        finally:
            await provider.stop()
        told.append(await refusal(provider, said))
    never, unlisted, stopped, lacking, _ = told
    assert never == stopped
    assert len({never, unlisted, lacking}) == 3


async def refusal(provider: Provider[Any], said: Utterance[Any]) -> str:
    """What ``provider`` says instead of speaking, which is what it says of itself."""
    availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert availability.reason
    with pytest.raises(Unavailable) as caught:
        await hear(provider, said)
    assert (caught.value.message, caught.value.remedy) == (availability.reason, availability.remedy)
    return availability.reason


@pytest.mark.parametrize("name", ["xtts_v2", "styletts2"])
async def test_a_child_of_its_own_ends_with_its_provider(name: str, tmp_path: Path) -> None:
    keeper, utterance = KEPT[name](tmp_path)
    await leaves_nothing_running(Subject(keeper.own, utterance))

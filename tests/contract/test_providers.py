"""Every provider of ours keeps the promises that plugins are held to. A new one is one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.conformance import CHECKS, Check, Subject
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.settings import XttsSettings
from tests.emulators.services import GOOGLE_WHOLE, SERVICES

SENTENCE = "The old man looked on from the porch of his house while the fox ran by."


@contextmanager
def piper(folder: Path) -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", "en_US-joe-medium", PiperSettings())
    yield Subject(lambda: PiperProvider(ProviderContext(folder)), utterance)


@contextmanager
def xtts(folder: Path) -> Iterator[Subject]:
    """A tiny checkpoint in the true child process. Its clips are as long for any text."""
    from tests.support.xtts_checkpoint import made_once

    model = made_once()
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"}
    (folder / "licence.json").write_text(json.dumps(record))
    options = {"model_dir": model, "precision": "fp32", "threads": 1}
    settings = XttsSettings(top_k=1)  # the same again each time
    utterance = Utterance(f"{SENTENCE} {SENTENCE}", "en", "Ana Tiny", settings)
    yield Subject(lambda: XttsProvider(ProviderContext(folder, options)), utterance)


@contextmanager
def emulated(name: str, folder: Path, voice: str | None = None) -> Iterator[Subject]:
    service = SERVICES[name]
    with service.running() as running:
        utterance = service.utterance(SENTENCE, voice)
        yield Subject(lambda: service.provider(folder, running.options), utterance)


SUBJECTS: dict[str, Callable[[Path], AbstractContextManager[Subject]]] = {
    "piper": piper,
    "xtts_v2": xtts,
    **{name: partial(emulated, name) for name in SERVICES},
    "google_tts_whole": partial(emulated, "google_tts", voice=GOOGLE_WHOLE),
}


@pytest.fixture(scope="module", params=SUBJECTS)
def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    with SUBJECTS[request.param](tmp_path_factory.mktemp(request.param)) as subject:
        yield subject


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_keeps_its_promises(check: Check, subject: Subject) -> None:
    await check(subject)

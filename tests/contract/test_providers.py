"""Every provider of ours keeps the promises that plugins are held to. A new one is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.conformance import CHECKS, Check, Subject
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from polyvox.providers.google_tts.provider import GoogleProvider
from polyvox.providers.google_tts.settings import GoogleSettings
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.settings import WatsonSettings
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from tests.emulators import azure, google, openai, watson

SENTENCE = "The old man looked on from the porch of his house while the fox ran by."


@contextmanager
def piper(folder: Path) -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", "en_US-joe-medium", PiperSettings())
    yield Subject(lambda: PiperProvider(ProviderContext(folder)), utterance)


@contextmanager
def openai_speech(folder: Path) -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en", "am_adam", OpenAISpeechSettings())
    with openai.running_openai() as emulator:
        options = {"base_url": emulator.base_url, "api_key": openai.KEY, "languages": ["en"]}
        context = ProviderContext(folder, {**options, "max_characters": 300})
        yield Subject(lambda: OpenAISpeechProvider(context), utterance)


@contextmanager
def ibm_watson(folder: Path) -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", "en-US_EthanNatural", WatsonSettings())
    with watson.running_watson() as emulator:
        options = {"api_key": watson.KEY, "url": emulator.url, "iam_url": emulator.iam_url}
        context = ProviderContext(folder, options)
        yield Subject(lambda: WatsonProvider(context), utterance)


@contextmanager
def google_tts(folder: Path, voice: str = "en-US-Chirp3-HD-Kore") -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", voice, GoogleSettings())
    with google.running_google() as emulator:
        options = {"endpoint": emulator.endpoint, "api_key": google.KEY}
        yield Subject(lambda: GoogleProvider(ProviderContext(folder, options)), utterance)


@contextmanager
def azure_tts(folder: Path) -> Iterator[Subject]:
    utterance = Utterance(SENTENCE, "en-US", "en-US-JennyNeural", AzureSettings())
    with azure.running_azure() as emulator:
        context = ProviderContext(folder, {"key": azure.KEY, "endpoint": emulator.url})
        yield Subject(lambda: AzureProvider(context), utterance)


SUBJECTS: dict[str, Callable[[Path], AbstractContextManager[Subject]]] = {
    "piper": piper,
    "azure_tts": azure_tts,
    "ibm_watson": ibm_watson,
    "openai_speech": openai_speech,
    "google_tts": google_tts,
    "google_tts_whole": partial(google_tts, voice="en-US-Neural2-D"),
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

"""All emulated services in one table: the provider for each, and what it can be asked to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from polyvox.provider.base import Provider, ProviderContext, Utterance, VoiceSettings
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from polyvox.providers.google_tts.provider import GoogleProvider
from polyvox.providers.google_tts.settings import GoogleSettings
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.settings import WatsonSettings
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from tests.emulators import azure, openai, watson
from tests.emulators.faults import Behaviour


@dataclass(frozen=True)
class Running:
    """``options`` are the provider's, with the right key."""

    options: dict[str, Any]
    behaviour: Behaviour
    port: int


@dataclass(frozen=True)
class Service:
    """``key`` names the option that holds the key; ``voice`` speaks ``language``."""

    running: Callable[[], AbstractContextManager[Running]]
    kind: Callable[[ProviderContext], Provider[Any]]
    settings: VoiceSettings
    key: str
    voice: str
    language: str = "en-US"

    def provider(self, folder: Path, options: Mapping[str, Any]) -> Provider[Any]:
        """Not started."""
        return self.kind(ProviderContext(folder, options))

    def utterance(self, text: str, voice: str | None = None) -> Utterance[Any]:
        return Utterance(text, self.language, voice or self.voice, self.settings)


@contextmanager
def _azure() -> Iterator[Running]:
    with azure.running_azure() as emulator:
        options = {"key": azure.KEY, "endpoint": emulator.url}
        yield Running(options, emulator.behaviour, emulator.port)


@contextmanager
def _google() -> Iterator[Running]:
    pytest.importorskip("grpc", reason="Google needs the extra 'google'.")
    from tests.emulators import google

    with google.running_google() as emulator:
        options = {"api_key": google.KEY, "endpoint": emulator.endpoint}
        port = int(emulator.endpoint.rpartition(":")[2])
        yield Running(options, emulator.behaviour, port)


@contextmanager
def _watson() -> Iterator[Running]:
    with watson.running_watson() as emulator:
        options = {"api_key": watson.KEY, "url": emulator.url, "iam_url": emulator.iam_url}
        yield Running(options, emulator.behaviour, emulator.port)


@contextmanager
def _openai() -> Iterator[Running]:
    with openai.running_openai() as emulator:
        options = {
            "api_key": openai.KEY,
            "base_url": emulator.base_url,
            "languages": ["en"],
            "max_characters": 300,  # less than it takes, so that the longest text is soon spoken
        }
        yield Running(options, emulator.behaviour, emulator.port)


SERVICES: dict[str, Service] = {
    "google_tts": Service(
        _google, GoogleProvider, GoogleSettings(), "api_key", "en-US-Chirp3-HD-Kore"
    ),
    "azure_tts": Service(_azure, AzureProvider, AzureSettings(), "key", "en-US-JennyNeural"),
    "ibm_watson": Service(
        _watson, WatsonProvider, WatsonSettings(), "api_key", "en-US_EthanNatural"
    ),
    "openai_speech": Service(
        _openai, OpenAISpeechProvider, OpenAISpeechSettings(), "api_key", "am_adam", "en"
    ),
}
GOOGLE_WHOLE = "en-US-Neural2-D"
"""A voice of Google's that does not stream."""

"""IBM Watson Text to Speech, over its REST API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, TextLimit
from polyvox.domain.quota import Charge, Tariff
from polyvox.provider import ssml
from polyvox.provider.base import (
    AudioStream,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.cloud_provider import CloudProvider, service_licence
from polyvox.provider.listed_service import ListedService
from polyvox.provider.pronouncing import respelled, respelled_if_refused
from polyvox.provider.tariffs import packaged_tariff
from polyvox.providers.ibm_watson.client import MAX_TEXT_BYTES, WatsonClient
from polyvox.providers.ibm_watson.settings import PROVIDER_ID, WatsonOptions, WatsonSettings
from polyvox.providers.ibm_watson.voices import LOCALES, TIER

MAX_BYTES = 4_500
"""Of a text before it is escaped: leaves room for a hundred escapes within IBM's 5 KB."""
ABOUT = Capabilities(
    name="IBM Watson",
    languages=(),
    licence=service_licence("IBM Cloud service", "Under the terms of your account with IBM Cloud."),
    streaming=True,
    limits={"*": TextLimit(bytes=MAX_BYTES)},
    locale_for=LOCALES,
    takes_pronunciations=True,
)


class WatsonProvider(CloudProvider[WatsonSettings, WatsonClient]):
    """The voices of one instance of the service."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = WatsonSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context, ListedService(PROVIDER_ID, ABOUT, called="IBM Watson"))

    async def start(self) -> None:
        """Raises ConfigError for wrong options. A service out of reach is asked again by itself."""
        options = WatsonOptions.of(self.context.options)
        await self._service.start(WatsonClient(options), self.context.data_dir)

    def tariff(self) -> Tariff:
        return packaged_tariff(__package__)

    def charge(self, utterance: Utterance[WatsonSettings]) -> Charge:
        """Code points as sent, escapes and all: IBM does not say how it counts, and this is the
        most that it could."""
        return Charge(TIER, len(_ssml(utterance)))

    @asynccontextmanager
    async def speak(self, utterance: Utterance[WatsonSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice and UnsupportedLanguage besides what the client raises."""
        async with respelled_if_refused(self._speak, utterance) as stream:
            yield stream

    @asynccontextmanager
    async def _speak(self, utterance: Utterance[WatsonSettings]) -> AsyncIterator[AudioStream]:
        client = self._client()
        settings = utterance.settings
        voice = self._service.choose(utterance.voice or settings.voice_name, utterance.language)
        chunks = client.speech(
            _ssml(utterance),
            voice.id,
            settings.model_dump(exclude={"voice_name"}, exclude_defaults=True),
        )
        async with audio_stream(chunks) as stream:
            yield stream


def _ssml(utterance: Utterance[WatsonSettings]) -> str:
    """The service reads every text as SSML. What has no room for the tags of a lexicon goes without."""
    document = ssml.with_breaks(utterance.parts or (utterance.text,))
    if len(document.encode()) <= MAX_TEXT_BYTES:
        return document
    return ssml.with_breaks(respelled(utterance.parts) or (utterance.text,))

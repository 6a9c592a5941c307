"""Google Cloud Text-to-Speech, over gRPC: the only way to hear it while it still speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, Published, TextLimit, Voice
from polyvox.domain.quota import Charge, Tariff
from polyvox.errors import RequestError, UnknownVoice
from polyvox.provider.base import (
    AudioStream,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.cloud_provider import CloudProvider, service_licence
from polyvox.provider.listed_service import ListedService
from polyvox.provider.pronouncing import respelled_if_refused
from polyvox.provider.tariffs import packaged_tariff
from polyvox.providers.google_tts.client import GoogleClient
from polyvox.providers.google_tts.sentences import MAX_BYTES, inputs, spoken
from polyvox.providers.google_tts.settings import PROVIDER_ID, GoogleOptions, GoogleSettings
from polyvox.providers.google_tts.voices import LOCALES, STREAMED_SETTINGS, chosen, family_of

REVISION = "2"
"""Changes with what is asked of the service beside text, voice and settings."""
ABOUT = Capabilities(
    name="Google Cloud Text-to-Speech",
    languages=(),
    licence=service_licence("Google Cloud terms of service", "The text is sent to Google."),
    streaming=True,
    limits={"*": TextLimit(bytes=MAX_BYTES)},
    locale_for=LOCALES,
    published=Published(quality=3, speed="about 1 s"),
    takes_pronunciations=True,
)


class GoogleProvider(CloudProvider[GoogleSettings, GoogleClient]):
    """The voices that Google lists, asked once a day."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = GoogleSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context, ListedService(PROVIDER_ID, ABOUT, called="Google"))

    async def start(self) -> None:
        """Raises ConfigError for wrong options; for what is missing see ``availability``."""
        options = GoogleOptions.of(self.context.options)
        await self._service.start(GoogleClient(options), self.context.data_dir)

    def revision(self, voice: str | None) -> str:
        return REVISION

    def tariff(self) -> Tariff:
        return packaged_tariff(__package__)

    def charge(self, utterance: Utterance[GoogleSettings]) -> Charge | None:
        """Every code point counts, spaces and line breaks too, and tags."""
        try:
            voice = self._choose(utterance)
        except RequestError:
            return None  # ``speak`` says why, and sends nothing
        family = family_of(voice.id)
        if voice.tier is None or family is None:
            return None
        sent = inputs(utterance, family)
        return Charge(voice.tier, sum(len(text) for said in sent for text in said.values()))

    @asynccontextmanager
    async def speak(self, utterance: Utterance[GoogleSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage and InvalidSetting besides ProviderError."""
        async with respelled_if_refused(self._speak, utterance) as stream:
            yield stream

    @asynccontextmanager
    async def _speak(self, utterance: Utterance[GoogleSettings]) -> AsyncIterator[AudioStream]:
        client = self._client()
        voice = self._choose(utterance)
        family = family_of(voice.id)
        if family is None:  # only in a list that was kept by another version
            raise UnknownVoice(f"Google's voice {voice.id} is not offered here.", param="voice")
        family.check(utterance.settings)
        audio = chosen(utterance.settings)
        streaming = family.streams and audio.keys() <= STREAMED_SETTINGS
        ask = partial(client.speak, voice_id=voice.id, audio=audio, streaming=streaming)
        async with audio_stream(spoken(utterance, family, ask)) as stream:
            yield stream

    def _choose(self, utterance: Utterance[GoogleSettings]) -> Voice:
        asked = utterance.voice or utterance.settings.voice_name
        return self._service.choose(asked, utterance.language)

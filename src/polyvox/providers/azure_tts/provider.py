"""Azure Speech: neural voices in some 150 locales, over its REST interface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, Published, TextLimit, Voice
from polyvox.domain.quota import Charge, Tariff
from polyvox.errors import InvalidSetting, RequestError
from polyvox.provider.base import (
    AudioStream,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.choice import LONGEST_NAMED
from polyvox.provider.cloud_provider import CloudProvider, service_licence
from polyvox.provider.listed_service import ListedService
from polyvox.provider.pronouncing import respelled_if_refused
from polyvox.provider.style_names import packaged_styles
from polyvox.provider.tariffs import packaged_tariff
from polyvox.providers.azure_tts.client import MAX_TEXT_BYTES, OUTPUT_FORMAT, AzureClient
from polyvox.providers.azure_tts.settings import PROVIDER_ID, AzureOptions, AzureSettings
from polyvox.providers.azure_tts.ssml import (
    billed_characters,
    document,
    spoken_part,
    without_pauses,
)
from polyvox.providers.azure_tts.voices import MEANT, NEURAL, takes_prosody

ABOUT = Capabilities(
    name="Azure Speech",
    languages=(),
    licence=service_licence(
        "proprietary service", "Text is sent to Microsoft Azure; its terms of service hold."
    ),
    streaming=True,
    limits={"*": TextLimit(bytes=MAX_TEXT_BYTES)},
    locale_for=MEANT,
    published=Published(quality=4),
    styles=packaged_styles(__package__, by_voice=True),
    takes_pronunciations=True,
)


class AzureProvider(CloudProvider[AzureSettings, AzureClient]):
    """Voices of one Speech resource, which the operator's key and region (or endpoint) name."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = AzureSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context, ListedService(PROVIDER_ID, ABOUT, called="Azure"))

    async def start(self) -> None:
        """List the voices, unless key or place are missing. Raises ConfigError for wrong options."""
        options = AzureOptions.of(self.context.options)
        await self._service.start(AzureClient(options), self.context.data_dir)

    def revision(self, voice: str | None) -> str:
        return OUTPUT_FORMAT

    def tariff(self) -> Tariff:
        return packaged_tariff(__package__)

    def charge(self, utterance: Utterance[AzureSettings]) -> Charge | None:
        """None for what ``speak`` will refuse unsent."""
        try:
            voice, spoken = self._prepare(utterance)
        except RequestError:
            return None
        return Charge(voice.tier or NEURAL, billed_characters(spoken))

    @asynccontextmanager
    async def speak(self, utterance: Utterance[AzureSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage, InvalidSetting and what the client raises."""
        async with respelled_if_refused(self._speak, utterance) as stream:
            yield stream

    @asynccontextmanager
    async def _speak(self, utterance: Utterance[AzureSettings]) -> AsyncIterator[AudioStream]:
        client = self._client()
        voice, spoken = self._prepare(utterance)
        async with audio_stream(client.speech(document(spoken, voice))) as stream:
            yield stream

    def _prepare(self, utterance: Utterance[AzureSettings]) -> tuple[Voice, str]:
        """Who speaks, and what: the part of the SSML that is billed."""
        settings = utterance.settings
        voice = self._service.choose(utterance.voice or settings.voice_name, utterance.language)
        _check(settings, voice)
        said = utterance.parts or (utterance.text,)
        # An HD voice is not known to take breaks and sounds; it reads the punctuation.
        if not takes_prosody(voice):
            said = without_pauses(said, utterance.text)
        return voice, spoken_part(said, utterance.language, voice, settings)


def _check(settings: AzureSettings, voice: Voice) -> None:
    """Raises InvalidSetting for what Azure would ignore in silence."""
    if settings.style and settings.style not in voice.styles:
        raise InvalidSetting(
            f"The voice {voice.id} has no style '{settings.style[:LONGEST_NAMED]}'.",
            param="style",
            remedy=f"Its styles: {', '.join(voice.styles) or 'none'}.",
        )
    for name in ("rate", "pitch"):
        if getattr(settings, name) != 1 and not takes_prosody(voice):
            raise InvalidSetting(
                f"The HD voice {voice.id} cannot change its {name}.",
                param=name,
                remedy=f"Leave {name} at 1, or choose a voice that is not HD.",
            )

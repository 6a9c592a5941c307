"""Google Cloud Text-to-Speech, over gRPC: the only way to hear it while it still speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Licence,
    Published,
    TextLimit,
    Voice,
)
from polyvox.domain.quota import Charge, Tariff
from polyvox.errors import (
    Misconfigured,
    RequestError,
    Unavailable,
    UnknownVoice,
)
from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.choice import choose, speaking
from polyvox.provider.tariffs import packaged_tariff
from polyvox.provider.voice_book import VoiceBook, list_file
from polyvox.providers.google_tts.client import GoogleClient, connect
from polyvox.providers.google_tts.settings import PROVIDER_ID, GoogleOptions, GoogleSettings
from polyvox.providers.google_tts.voices import LOCALES, STREAMED_SETTINGS, chosen, family_of

MAX_BYTES = 5_000
"""Of one text, in UTF-8. Google raises it for nobody."""
REVISION = "1"
"""Changes with what is asked of the service beside text, voice and settings."""
NOT_RUNNING = Availability.unavailable("Google Text-to-Speech is not running.", "Start Polyvox.")
LICENCE = Licence(
    code="Google Cloud terms of service",
    weights="Google Cloud terms of service",
    commercial_use=True,
    note="The text is sent to Google.",
)


class GoogleProvider(Provider[GoogleSettings]):
    """The voices that Google lists, asked once a day."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.CLOUD
    settings_type: ClassVar[type[VoiceSettings]] = GoogleSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._client: GoogleClient | None = None
        self._book: VoiceBook | None = None
        self._lack = NOT_RUNNING
        self._known: tuple[Voice, ...] = ()
        self._capabilities = _capabilities(())

    async def start(self) -> None:
        """Raises ConfigError for wrong options; for what is missing see ``availability``."""
        options = GoogleOptions.of(self.context.options)
        try:
            self._client = await connect(options)
        except Misconfigured as error:
            self._lack = Availability.unavailable(error.message, error.remedy or "")
            return
        file = list_file(self.context.data_dir, options.endpoint)
        self._book = VoiceBook(file, self._client.voices)
        await self._book.open()

    async def stop(self) -> None:
        client, self._client = self._client, None
        book, self._book = self._book, None
        self._lack = NOT_RUNNING
        if book is not None:
            await book.close()
        if client is not None:
            await client.close()

    def availability(self) -> Availability:
        return self._lack if self._book is None else self._book.availability()

    def capabilities(self) -> Capabilities:
        voices = self._voices
        if voices is not self._known:
            self._known, self._capabilities = voices, _capabilities(voices)
        return self._capabilities

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return self._voices if language is None else speaking(self._voices, self._meant(language))

    def revision(self, voice: str | None) -> str:
        return REVISION

    def tariff(self) -> Tariff:
        return packaged_tariff(__package__)

    def charge(self, utterance: Utterance[GoogleSettings]) -> Charge | None:
        """Every code point counts, spaces and line breaks too."""
        try:
            voice = self._choose(utterance)
        except RequestError:
            return None  # ``speak`` says why, and sends nothing
        return Charge(voice.tier, len(utterance.text)) if voice.tier else None

    @asynccontextmanager
    async def speak(self, utterance: Utterance[GoogleSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage and InvalidSetting besides ProviderError."""
        client = self._client
        if client is None:
            raise Unavailable(self._lack.reason or "", remedy=self._lack.remedy)
        voice = self._choose(utterance)
        family = family_of(voice.id)
        if family is None:  # only in a list that was kept by another version
            raise UnknownVoice(f"Google's voice {voice.id} is not offered here.", param="voice")
        family.check(utterance.settings)
        audio = chosen(utterance.settings)
        streaming = family.streams and audio.keys() <= STREAMED_SETTINGS
        chunks = client.speak(utterance.text, voice.id, audio, streaming=streaming)
        async with audio_stream(chunks) as stream:
            yield stream

    @property
    def _voices(self) -> tuple[Voice, ...]:
        return self._book.voices if self._book is not None else ()

    def _choose(self, utterance: Utterance[GoogleSettings]) -> Voice:
        asked = utterance.voice or utterance.settings.voice_name
        meant = self._meant(utterance.language)
        return choose(self._voices, asked, meant, service="Google", provider=PROVIDER_ID)

    def _meant(self, language: str) -> str:
        return self.capabilities().locale_for.get(language, language)


def _capabilities(voices: tuple[Voice, ...]) -> Capabilities:
    languages = tuple(sorted({tag for voice in voices for tag in voice.languages}))
    return Capabilities(
        name="Google Cloud Text-to-Speech",
        languages=languages,
        licence=LICENCE,
        streaming=True,
        limits={"*": TextLimit(bytes=MAX_BYTES)},
        locale_for={wanted: tag for wanted, tag in LOCALES.items() if tag in languages},
        published=Published(quality=3, speed="about 1 s"),
    )

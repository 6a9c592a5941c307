"""IBM Watson Text to Speech, over its REST API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Licence,
    State,
    TextLimit,
    Voice,
)
from polyvox.domain.quota import Charge, Tariff
from polyvox.errors import Unavailable
from polyvox.provider import ssml
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
from polyvox.providers.ibm_watson.client import WatsonClient
from polyvox.providers.ibm_watson.settings import (
    PROVIDER_ID,
    VARIABLES,
    WatsonOptions,
    WatsonSettings,
)
from polyvox.providers.ibm_watson.token import KeyLogin, TokenLogin
from polyvox.providers.ibm_watson.voices import (
    LOCALES,
    TIER,
    languages_of,
    listed_voices,
)

MAX_BYTES = 4_500
"""Of a text before it is escaped: leaves room for a hundred escapes within IBM's 5 KB."""
LICENCE = Licence(
    code="IBM Cloud service",
    weights="IBM Cloud service",
    commercial_use=True,
    note="Under the terms of your account with IBM Cloud.",
)


class WatsonProvider(Provider[WatsonSettings]):
    """The voices of one instance of the service."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.CLOUD
    settings_type: ClassVar[type[VoiceSettings]] = WatsonSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._client: WatsonClient | None = None
        self._book: VoiceBook | None = None
        self._lacks_key = False

    async def start(self) -> None:
        """Raises ConfigError for wrong options. A service out of reach is asked again by itself."""
        options = WatsonOptions.of(self.context.options)
        self._lacks_key = not options.api_key
        if not options.api_key:
            return
        login = (
            KeyLogin(options.api_key)
            if options.auth == "basic"
            else TokenLogin(options.iam_url, options.api_key)
        )
        self._client = WatsonClient(options.url, login)
        await self._client.start()
        self._book = VoiceBook(list_file(self.context.data_dir, options.url), self._ask)
        await self._book.open()

    async def stop(self) -> None:
        client, self._client = self._client, None
        book, self._book = self._book, None
        if book is not None:
            await book.close()
        if client is not None:
            await client.stop()

    def availability(self) -> Availability:
        if self._lacks_key:
            return Availability.unavailable(
                "IBM Watson has no API key.",
                f"Set {VARIABLES['api_key']} and {VARIABLES['url']}, or the options api_key and"
                f" url of providers.{PROVIDER_ID}.",
            )
        if self._book is None:
            return Availability.unavailable("IBM Watson is not running.", "Start Polyvox.")
        return self._book.availability()

    def capabilities(self) -> Capabilities:
        languages = languages_of(self._voices)
        return Capabilities(
            name="IBM Watson",
            languages=languages,
            licence=LICENCE,
            streaming=True,
            limits={"*": TextLimit(bytes=MAX_BYTES)},
            locale_for={tag: meant for tag, meant in LOCALES.items() if meant in languages},
        )

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return speaking(self._voices, language) if language else self._voices

    def tariff(self) -> Tariff:
        return packaged_tariff("polyvox.providers.ibm_watson")

    def charge(self, utterance: Utterance[WatsonSettings]) -> Charge:
        """Code points as sent, escapes and all: IBM does not say how it counts, and this is the
        most that it could."""
        return Charge(TIER, len(ssml.text(utterance.text)))

    @asynccontextmanager
    async def speak(self, utterance: Utterance[WatsonSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice and UnsupportedLanguage besides what the client raises."""
        availability = self.availability()
        if self._client is None or availability.state is not State.READY:
            raise Unavailable(availability.reason or "", remedy=availability.remedy)
        voice = self._choose(utterance)
        chunks = self._client.speech(
            # The service reads every text as SSML.
            ssml.text(utterance.text),
            voice.id,
            utterance.settings.model_dump(exclude={"voice_name"}, exclude_defaults=True),
        )
        async with audio_stream(chunks) as stream:
            yield stream

    async def _ask(self) -> Sequence[Voice]:
        if self._client is None:
            raise Unavailable("IBM Watson is not running.")
        return listed_voices(await self._client.voices())

    @property
    def _voices(self) -> Sequence[Voice]:
        return self._book.voices if self._book is not None else ()

    def _choose(self, utterance: Utterance[WatsonSettings]) -> Voice:
        asked = utterance.voice or utterance.settings.voice_name
        language, service = utterance.language, "IBM Watson"
        return choose(self._voices, asked, language, service=service, provider=self.id)

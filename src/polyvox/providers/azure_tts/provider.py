"""Azure Speech: neural voices in some 150 locales, over its REST interface."""

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
    State,
    TextLimit,
    Voice,
)
from polyvox.domain.quota import Charge, Tariff
from polyvox.errors import (
    InvalidSetting,
    Refused,
    RequestError,
    Unavailable,
)
from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.choice import LONGEST_NAMED, choose, speaking
from polyvox.provider.options import read_options
from polyvox.provider.rest import RestClient
from polyvox.provider.tariffs import packaged_tariff
from polyvox.provider.voice_book import VoiceBook, list_file
from polyvox.providers.azure_tts.faults import VERDICTS, how_to_set
from polyvox.providers.azure_tts.settings import (
    PROVIDER_ID,
    VARIABLES,
    AzureOptions,
    AzureSettings,
)
from polyvox.providers.azure_tts.ssml import billed_characters, document, spoken_part
from polyvox.providers.azure_tts.voices import (
    NEURAL,
    listed_voices,
    locales_meant,
    takes_prosody,
)

OUTPUT_FORMAT, SAMPLE_RATE = "raw-24khz-16bit-mono-pcm", 24_000
MAX_TEXT_BYTES = 3_000
"""Azure cuts a reply off after 10 minutes, without a word. This much text lasts 5 minutes at 10
bytes a second, which every language has, and 10 at half speed; only long figures last longer."""
MAX_SSML_BYTES = 65_536
"""Azure's limit for a websocket message; REST is taken to have it too. A text within MAX_TEXT_BYTES
is far from it, even if all of it must be escaped."""
LICENCE = Licence(
    code="proprietary service",
    weights="proprietary service",
    commercial_use=True,
    note="Text is sent to Microsoft Azure; its terms of service hold.",
)
_STOPPED = Availability.unavailable("Azure Speech is not running.", "Start Polyvox.")


class AzureProvider(Provider[AzureSettings]):
    """Voices of one Speech resource, which the operator's key and region (or endpoint) name."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.CLOUD
    settings_type: ClassVar[type[VoiceSettings]] = AzureSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._client = RestClient(VERDICTS, request_id="X-RequestId")
        self._idle = _STOPPED
        self._base_url = ""
        self._headers: dict[str, str] = {}
        self._book: VoiceBook | None = None
        self._listed: Sequence[Voice] = ()
        self._capabilities = _capabilities(())

    async def start(self) -> None:
        """List the voices, unless key or place are missing. Raises ConfigError for wrong options."""
        options = read_options(
            AzureOptions, self.context.options, provider=PROVIDER_ID, variables=VARIABLES
        )
        if options.key is None or options.base_url is None:
            self._idle = _lacking(options)
            return
        self._base_url = options.base_url
        self._headers = {
            "Ocp-Apim-Subscription-Key": options.key.get_secret_value(),
            "User-Agent": "polyvox",
        }
        await self._client.start()
        self._book = VoiceBook(list_file(self.context.data_dir, self._base_url), self._ask)
        await self._book.open()

    async def stop(self) -> None:
        self._idle = _STOPPED
        book, self._book = self._book, None
        if book is not None:
            await book.close()
        await self._client.stop()

    def availability(self) -> Availability:
        return self._idle if self._book is None else self._book.availability()

    def capabilities(self) -> Capabilities:
        voices = self._voices()
        if voices is not self._listed:
            self._listed, self._capabilities = voices, _capabilities(voices)
        return self._capabilities

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        voices = self._voices()
        return speaking(voices, self._meant(language)) if language else voices

    def revision(self, voice: str | None) -> str:
        return OUTPUT_FORMAT

    def tariff(self) -> Tariff:
        return packaged_tariff(f"polyvox.providers.{PROVIDER_ID}")

    def charge(self, utterance: Utterance[AzureSettings]) -> Charge | None:
        """None for what ``speak`` will refuse unsent."""
        try:
            voice, spoken = self._prepare(utterance)
        except RequestError:
            return None
        return Charge(voice.tier or NEURAL, billed_characters(spoken))

    @asynccontextmanager
    async def speak(self, utterance: Utterance[AzureSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage, InvalidSetting, Refused for a text that is too
        long, and what RestClient raises."""
        availability = self.availability()
        if availability.state is not State.READY:
            raise Unavailable(availability.reason or "It is not ready.", remedy=availability.remedy)
        voice, spoken = self._prepare(utterance)
        body = document(spoken, voice).encode()
        if len(body) > MAX_SSML_BYTES:
            raise Refused(
                f"The text makes {len(body)} bytes of SSML; Azure takes {MAX_SSML_BYTES}.",
                remedy=f"Send it in parts of at most {MAX_TEXT_BYTES} bytes.",
            )
        chunks = self._client.pcm(
            "POST",
            f"{self._base_url}/cognitiveservices/v1",
            sample_rate=SAMPLE_RATE,
            data=body,
            headers={
                **self._headers,
                "Content-Type": "application/ssml+xml",
                "X-Microsoft-OutputFormat": OUTPUT_FORMAT,
            },
        )
        async with audio_stream(chunks) as stream:
            yield stream

    async def _ask(self) -> Sequence[Voice]:
        url = f"{self._base_url}/cognitiveservices/voices/list"
        return listed_voices(await self._client.json("GET", url, headers=self._headers))

    def _voices(self) -> Sequence[Voice]:
        return self._book.voices if self._book else ()

    def _meant(self, language: str) -> str:
        return self.capabilities().locale_for.get(language, language)

    def _prepare(self, utterance: Utterance[AzureSettings]) -> tuple[Voice, str]:
        """Who speaks, and what: the part of the SSML that is billed."""
        voice = self._choose(utterance)
        _check(utterance.settings, voice)
        return voice, spoken_part(utterance.text, utterance.language, voice, utterance.settings)

    def _choose(self, utterance: Utterance[AzureSettings]) -> Voice:
        asked = utterance.voice or utterance.settings.voice_name
        meant = self._meant(utterance.language)
        return choose(self._voices(), asked, meant, service="Azure", provider=self.id)


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


def _lacking(options: AzureOptions) -> Availability:
    if options.key is not None:
        return Availability.unavailable(
            "The region of the Azure Speech resource is not set.",
            f"{how_to_set('region')} Instead of a region, {VARIABLES['endpoint']} will do.",
        )
    return Availability.unavailable(
        "No key for Azure Speech is set.",
        f"{how_to_set('key', 'region')} Both are on the resource's page in the Azure portal.",
    )


def _capabilities(voices: Sequence[Voice]) -> Capabilities:
    languages = {tag for voice in voices for tag in voice.languages}
    return Capabilities(
        name="Azure Speech",
        languages=tuple(sorted(languages)),
        licence=LICENCE,
        streaming=True,
        limits={"*": TextLimit(bytes=MAX_TEXT_BYTES)},
        locale_for=locales_meant(languages),
        published=Published(quality=4),
    )

"""Any server that speaks OpenAI's speech API: another Polyvox, Kokoro-FastAPI, OpenAI itself …"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from polyvox.domain.capabilities import Availability, Capabilities, State, TextLimit
from polyvox.errors import InvalidSetting
from polyvox.provider.base import (
    AudioStream,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.cloud_provider import CloudProvider, service_licence
from polyvox.provider.listed_service import ListedService
from polyvox.providers.openai_speech.client import OpenAIClient
from polyvox.providers.openai_speech.error_map import how_to_set
from polyvox.providers.openai_speech.listing import (
    named_voices,
    spoken_languages,
    takes_instructions,
)
from polyvox.providers.openai_speech.settings import (
    PROVIDER_ID,
    OpenAISpeechOptions,
    OpenAISpeechSettings,
)

LICENCE = service_licence(
    "the server's own",
    "What may be done with the audio is for whoever runs the server to say.",
    commercial_use=False,
)


class OpenAISpeechProvider(CloudProvider[OpenAISpeechSettings, OpenAIClient]):
    """The voices that the operator names, else those the server lists."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = OpenAISpeechSettings

    def __init__(self, context: ProviderContext) -> None:
        self._options = OpenAISpeechOptions()
        super().__init__(context, _service_of(self._options))

    async def start(self) -> None:
        """Raises ConfigError for wrong options. A server out of reach is asked again by itself."""
        self._options = options = OpenAISpeechOptions.of(self.context.options)
        self._service = _service_of(options)
        await self._service.start(
            OpenAIClient(options), self.context.data_dir, named=named_voices(options)
        )

    def availability(self) -> Availability:
        told = self._service.availability()
        if told.state is State.READY and not self._service.voices():
            return Availability.unavailable(
                "The speech server does not say which languages its voices speak.",
                how_to_set("languages"),
            )
        return told

    def revision(self, voice: str | None) -> str:
        return f"{self._options.model} {self._options.sample_rate} {self._options.base_url or ''}"

    @asynccontextmanager
    async def speak(self, utterance: Utterance[OpenAISpeechSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage, InvalidSetting and what RestClient raises."""
        client = self._client()
        async with audio_stream(client.speech(self._body(utterance))) as stream:
            yield stream

    def _body(self, utterance: Utterance[OpenAISpeechSettings]) -> dict[str, Any]:
        settings = utterance.settings
        voice = self._service.choose(utterance.voice or settings.voice_id, utterance.language)
        body: dict[str, Any] = {
            "model": self._options.model,
            "voice": voice.id,
            "input": utterance.text,
            "response_format": "pcm",
            "speed": settings.speed,
        }
        if instructions := self._instructions(utterance):
            body["instructions"] = instructions
        if any(listed.id == voice.id and listed.languages for listed in self._service.listed):
            # No field of OpenAI's: only for a server that tells the languages of a voice apart.
            body["language"] = utterance.language
        return body

    def _instructions(self, utterance: Utterance[OpenAISpeechSettings]) -> str | None:
        """The request's, before those of the settings. Raises InvalidSetting for settings that
        OpenAI would ignore."""
        configured = utterance.settings.instructions
        if takes_instructions(self._options):
            return utterance.instructions or configured
        if configured is not None:
            raise InvalidSetting(
                f"OpenAI's {self._options.model} follows no instructions.",
                param="instructions",
                remedy="Leave them out, or choose another model.",
            )
        return None


def _service_of(options: OpenAISpeechOptions) -> ListedService[OpenAIClient]:
    about = Capabilities(
        name=options.name,
        languages=(),
        licence=LICENCE,
        streaming=True,
        limits={"*": TextLimit(characters=options.max_characters)},
        takes_instructions=takes_instructions(options),
    )
    return ListedService(
        PROVIDER_ID, about, called="the speech server", languages=spoken_languages(options)
    )

"""Any server that speaks OpenAI's speech API: another Polyvox, Kokoro-FastAPI, OpenAI itself …"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Licence,
    State,
    TextLimit,
    Voice,
)
from polyvox.errors import (
    InvalidSetting,
    Misconfigured,
    QuotaExhausted,
    Refused,
    Throttled,
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
from polyvox.provider.choice import choose, speaking
from polyvox.provider.rest import RestClient
from polyvox.provider.verdicts import Verdict, Verdicts
from polyvox.provider.voice_book import VoiceBook, list_file
from polyvox.providers.openai_speech.listing import (
    OPENAI_LANGUAGES,
    OPENAI_VOICES,
    OPENAI_WITHOUT_INSTRUCTIONS,
    is_openai,
    listed_voices,
    plain_voice,
)
from polyvox.providers.openai_speech.settings import (
    PROVIDER_ID,
    VARIABLES,
    OpenAISpeechOptions,
    OpenAISpeechSettings,
)

LICENCE = Licence(
    code="the server's own",
    weights="the server's own",
    commercial_use=False,
    note="What may be done with the audio is for whoever runs the server to say.",
)


def _set(option: str) -> str:
    return f"Set {option} of providers.{PROVIDER_ID}, or {VARIABLES[option]}."


VERDICTS = Verdicts(
    service="The speech server",
    by_code={
        **dict.fromkeys(
            (301, 302, 303, 307, 308),
            Verdict(
                Misconfigured, "The speech server has moved.", "Set base_url to its new place."
            ),
        ),
        **dict.fromkeys(
            (401, 403),
            Verdict(Misconfigured, "The speech server refused the key.", _set("api_key")),
        ),
        **dict.fromkeys(
            (404, 405),
            Verdict(
                Misconfigured,
                "The speech server does not know the path or the model.",
                "Check base_url, which mostly ends in /v1, and model; a server that does not list "
                "its voices needs the option voices.",
            ),
        ),
        **dict.fromkeys(
            (400, 413, 422), Verdict(Refused, "The speech server refused the request.")
        ),
        429: Verdict(Throttled, "The speech server is asked too often."),
    },
    by_words={
        (429, "insufficient_quota"): Verdict(
            QuotaExhausted,
            "The quota of the speech server's account is used up.",
            "Raise it with whoever runs the server.",
        )
    },
)


class OpenAISpeechProvider(Provider[OpenAISpeechSettings]):
    """The voices that the operator names, else those the server lists."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.CLOUD
    settings_type: ClassVar[type[VoiceSettings]] = OpenAISpeechSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._options = OpenAISpeechOptions()
        self._base_url = ""
        self._client: RestClient | None = None
        self._book: VoiceBook | None = None
        self._languages: tuple[str, ...] = ()
        self._named: tuple[Voice, ...] = ()

    async def start(self) -> None:
        """Raises ConfigError for wrong options. A server out of reach is asked again by itself."""
        self._options = options = OpenAISpeechOptions.of(self.context.options)
        self._base_url = options.base_url or ""
        own = is_openai(self._base_url)
        self._languages = options.languages or (OPENAI_LANGUAGES if own else ())
        named = options.voices or (OPENAI_VOICES if own else ())
        self._named = tuple(plain_voice(voice_id) for voice_id in dict.fromkeys(named))
        self._client = RestClient(VERDICTS)
        await self._client.start()
        if self._base_url and not self._named:
            self._book = VoiceBook(list_file(self.context.data_dir, self._base_url), self._ask)
            await self._book.open()

    async def stop(self) -> None:
        client, self._client = self._client, None
        book, self._book = self._book, None
        if book is not None:
            await book.close()
        if client is not None:
            await client.stop()

    def availability(self) -> Availability:
        if self._client is None:
            return Availability.unavailable("It is not running.", "Start Polyvox.")
        if not self._base_url:
            return Availability.unavailable("No speech server is named.", _set("base_url"))
        if self._book is not None:
            listed = self._book.availability()
            if listed.state is not State.READY:
                return listed
        if not self._voices():
            return Availability.unavailable(
                "The speech server does not say which languages its voices speak.",
                _set("languages"),
            )
        return Availability.ready()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            name=self._options.name,
            languages=tuple(sorted({tag for v in self._voices() for tag in v.languages})),
            licence=LICENCE,
            streaming=True,
            limits={"*": TextLimit(characters=self._options.max_characters)},
            takes_instructions=self._takes_instructions(),
        )

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return speaking(self._voices(), language) if language else self._voices()

    def revision(self, voice: str | None) -> str:
        return f"{self._options.model} {self._options.sample_rate} {self._base_url}"

    @asynccontextmanager
    async def speak(self, utterance: Utterance[OpenAISpeechSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage, InvalidSetting and what RestClient raises."""
        availability = self.availability()
        if self._client is None or availability.state is not State.READY:
            raise Unavailable(availability.reason or "It is not running.")
        chunks = self._client.pcm(
            "POST",
            f"{self._base_url}/audio/speech",
            sample_rate=self._options.sample_rate,
            json=self._body(utterance),
            headers=self._headers(),
        )
        async with audio_stream(chunks) as stream:
            yield stream

    def _body(self, utterance: Utterance[OpenAISpeechSettings]) -> dict[str, Any]:
        voice = self._choose(utterance)
        body: dict[str, Any] = {
            "model": self._options.model,
            "voice": voice.id,
            "input": utterance.text,
            "response_format": "pcm",
            "speed": utterance.settings.speed,
        }
        if instructions := self._instructions(utterance):
            body["instructions"] = instructions
        if self._says_languages(voice.id):
            # No field of OpenAI's: only for a server that tells the languages of a voice apart.
            body["language"] = utterance.language
        return body

    def _takes_instructions(self) -> bool:
        """Whether the server is sent them; which model of others follows them, nobody says."""
        openai = is_openai(self._base_url)
        return not (openai and self._options.model in OPENAI_WITHOUT_INSTRUCTIONS)

    def _instructions(self, utterance: Utterance[OpenAISpeechSettings]) -> str | None:
        """The request's, before those of the settings. Raises InvalidSetting for settings that
        OpenAI would ignore."""
        configured = utterance.settings.instructions
        if self._takes_instructions():
            return utterance.instructions or configured
        if configured is not None:
            raise InvalidSetting(
                f"OpenAI's {self._options.model} follows no instructions.",
                param="instructions",
                remedy="Leave them out, or choose another model.",
            )
        return None

    def _headers(self) -> dict[str, str]:
        key = self._options.api_key
        return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    async def _ask(self) -> Sequence[Voice]:
        if self._client is None:
            raise Unavailable("It is not running.")
        url = f"{self._base_url}/audio/voices"
        return listed_voices(await self._client.json("GET", url, headers=self._headers()))

    def _listed(self) -> Sequence[Voice]:
        return self._book.voices if self._book is not None else self._named

    def _says_languages(self, voice_id: str) -> bool:
        return any(voice.id == voice_id and voice.languages for voice in self._listed())

    def _voices(self) -> list[Voice]:
        """Those of which somebody says what they speak: the server, else the operator."""
        said = (v if v.languages else replace(v, languages=self._languages) for v in self._listed())
        return [voice for voice in said if voice.languages]

    def _choose(self, utterance: Utterance[OpenAISpeechSettings]) -> Voice:
        asked = utterance.voice or utterance.settings.voice_id
        language, service = utterance.language, "the speech server"
        return choose(self._voices(), asked, language, service=service, provider=self.id)

"""What a personality may set for a server that speaks OpenAI's API, and what the operator may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import langcodes
from pydantic import AfterValidator, BeforeValidator, Field

from polyvox.domain.language import normalize
from polyvox.domain.speech import MAX_INSTRUCTIONS
from polyvox.provider.base import VoiceSettings
from polyvox.provider.options import ApiKey, ProviderOptions, ServiceUrl
from polyvox.provider.speed import SpeedRange

PROVIDER_ID = "openai_speech"
SPEEDS = SpeedRange("OpenAI's API", 0.25, 4.0)
VARIABLES = {
    "base_url": "OPENAI_SPEECH_BASE_URL",
    "api_key": "OPENAI_SPEECH_API_KEY",
    "model": "OPENAI_SPEECH_MODEL",
    "voices": "OPENAI_SPEECH_VOICES",
    "languages": "OPENAI_SPEECH_LANGUAGES",
}


class OpenAISpeechSettings(VoiceSettings):
    """How the server speaks for a personality."""

    voice_id: str | None = Field(
        default=None,
        title="Voice",
        description="A voice of the server; default: the first of the language.",
    )
    speed: float = SPEEDS.field(". It is sent to the server; not every model follows it.")
    instructions: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_INSTRUCTIONS,
        title="How to speak, in words",
        description="Such as 'calm and slow'. It is sent to the server; not every model follows it.",
    )

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"speed": SPEEDS.scaled(self.speed, factor)})


def _split(given: Any) -> Any:
    """``a, b`` as an environment variable has it."""
    if not isinstance(given, str):
        return given
    return [item.strip() for item in given.split(",") if item.strip()]


def _language(tag: str) -> str:
    if not langcodes.tag_is_valid(tag):
        raise ValueError("each must be a language tag such as 'en' or 'pt-BR'")
    return normalize(tag)


class OpenAISpeechOptions(ProviderOptions):
    """The operator's options (``providers.openai_speech`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID
    variables: ClassVar[Mapping[str, str]] = VARIABLES

    base_url: ServiceUrl | None = Field(
        default=None, description="Of the server's API, such as http://127.0.0.1:8880/v1."
    )
    api_key: ApiKey | None = Field(
        default=None, description="Sent as a bearer token, where the server asks for one."
    )
    model: str = Field(
        default="tts-1", min_length=1, description="The name that the server knows its model by."
    )
    voices: Annotated[tuple[str, ...], BeforeValidator(_split)] = Field(
        default=(), description="Ids of the voices to offer; default: those the server lists."
    )
    languages: Annotated[
        tuple[Annotated[str, AfterValidator(_language)], ...], BeforeValidator(_split)
    ] = Field(
        default=(),
        description="What the voices speak of which the server does not say it; nothing is assumed.",
    )
    sample_rate: int = Field(
        default=24_000, ge=8_000, le=192_000, description="Hz of the server's `pcm`."
    )
    max_characters: int = Field(
        default=4096, ge=1, description="Longest text of one call; 4096 is OpenAI's limit."
    )
    name: str = Field(
        default="OpenAI-compatible server", min_length=1, description="What people call it."
    )

"""Bodies of requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from polyvox.domain.audio import AudioFormat
from polyvox.domain.language import BadLanguageTag, normalize, spoken_language
from polyvox.domain.speech import MAX_SPEED, MIN_SPEED


def _unquoted(validate: Callable[[str], str], tag: str) -> str:
    """The domain's validators quote the tag; an error reply must not."""
    try:
        return validate(tag)
    except BadLanguageTag:
        raise PydanticCustomError(
            "language", "This is not a language tag such as 'en' or 'pt-BR'"
        ) from None


LanguageTag = Annotated[str, AfterValidator(partial(_unquoted, normalize))]
SpokenLanguage = Annotated[str, AfterValidator(partial(_unquoted, spoken_language))]


class VoiceReference(BaseModel):
    id: str


class TicketBody(BaseModel):
    """OpenAI's request. Unknown fields are accepted, and null stands for a field not given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"input": "Hello there.", "voice": "joe"},
                {"input": "Hello.", "model": "piper", "voice": "en_US-joe-medium", "speed": 1.2},
            ]
        }
    )

    input: str = Field(
        repr=False,
        description="The text to speak. One without anything to say gives a short silence.",
    )
    model: str | None = Field(
        default=None,
        description="A personality, or a provider. Any other name (tts-1, …) means nobody special.",
    )
    voice: str | VoiceReference | None = Field(
        default=None,
        description="A personality, or a voice of the provider named by `model` or of any. "
        "OpenAI's own names (alloy, …) mean the default personality.",
    )
    instructions: str | None = Field(
        default=None,
        repr=False,
        description="How to speak, in words, in up to 4,096 characters. A provider that takes no "
        "instructions ignores them, and the report says so.",
    )
    response_format: AudioFormat = Field(
        default=AudioFormat.MP3, description="`pcm` is 16-bit signed little-endian, mono, 24 kHz."
    )
    speed: float = Field(default=1.0, ge=MIN_SPEED, le=MAX_SPEED)
    language: SpokenLanguage | None = Field(
        default=None,
        description="BCP 47, or `auto`: chosen by the text, sentence by sentence, among the "
        "personality's languages. Default: its primary language.",
    )
    provider: str | None = Field(
        default=None, description="Ask this provider first, whatever is active."
    )
    fallback: bool = Field(default=True, description="False: only the first candidate is tried.")

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if value is not None}

    @property
    def voice_name(self) -> str | None:
        return self.voice.id if isinstance(self.voice, VoiceReference) else self.voice


class SpeechBody(TicketBody):
    __doc__ = TicketBody.__doc__

    stream_format: Literal["audio", "sse"] = Field(
        default="audio",
        description="`sse` sends `speech.audio.delta` events with base64 audio in "
        "`response_format`, then `speech.audio.done`, whose usage counts characters "
        "(input_tokens) and milliseconds of audio (output_tokens); or `error`.",
    )


_CONFIG_NOTE = (
    "The voice_config document. `stats` is computed; what a caller writes there is dropped."
)
_CONFIG_EXAMPLE = {
    "active_provider": "piper",
    "providers": {"piper": {"voice_id": "en_US-joe-medium", "settings": {"speed": 1.1}}},
    "fallback_chain": [],
    "languages": {"primary": "en"},
}
Document = Annotated[
    dict[str, Any], Field(description=_CONFIG_NOTE, examples=[_CONFIG_EXAMPLE], repr=False)
]
Version = Annotated[
    int | None,
    Field(description="The version that was read; 409 when it is no longer the stored one."),
]


class PersonalityCreate(BaseModel):
    id: str = Field(description="1 to 64 of a-z, 0-9, '_' and '-'.", examples=["ada"])
    name: str = Field(examples=["Ada"])
    description: str = ""
    voice_config: Document = {}


class PersonalityReplace(BaseModel):
    """All of it: what is left out falls back to its default."""

    name: str
    description: str = ""
    voice_config: Document = {}
    version: Version = None


class PersonalityPatch(BaseModel):
    """A JSON merge patch (RFC 7396): what is left out stays, null removes."""

    name: str = ""
    description: str | None = None
    voice_config: dict[str, Any] | None = Field(
        default=None,
        repr=False,
        description="Merged into the stored document, at every depth.",
        examples=[{"providers": {"piper": {"settings": {"speed": 1.2}}}}],
    )
    version: Version = None


class SwitchBody(BaseModel):
    provider: str = Field(examples=["piper"])
    version: Version = None

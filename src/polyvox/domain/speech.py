"""A request to speak, and the report of what became of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from polyvox.domain.language import spoken_language
from polyvox.domain.remedy import Remedy
from polyvox.domain.voice_config import VoiceConfig

MIN_SPEED, MAX_SPEED = 0.25, 4.0
REPLY_SAMPLE_RATE = 24_000
"""Hz. One rate for the whole reply, whoever speaks; OpenAI's ``pcm`` is 24 kHz too."""
MAX_INSTRUCTIONS = 4096
"""Characters that say how to speak; OpenAI's limit."""

SpokenLanguage = Annotated[str, AfterValidator(spoken_language)]


class SpeechRequest(BaseModel):
    """Text and who shall speak it: a stored personality by id, or a ``voice_config`` as it is."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(repr=False)
    personality: str | None = None
    voice_config: VoiceConfig | None = Field(default=None, repr=False)
    language: SpokenLanguage | None = Field(
        default=None,
        description="Default: the personality's primary. 'auto': chosen by the text among the "
        "personality's languages, sentence by sentence.",
    )
    provider: str | None = Field(
        default=None, description="Ask this provider first, whatever is active."
    )
    voice: str | None = Field(default=None, description="A voice of the first provider asked.")
    instructions: str | None = Field(
        default=None,
        repr=False,
        description="How to speak, in words, for the providers that take them; blank: none.",
    )
    speed: float = Field(default=1.0, ge=MIN_SPEED, le=MAX_SPEED)
    fallback: bool = Field(default=True, description="False: only the first candidate is tried.")
    cache: bool = Field(
        default=True, description="False: neither read from nor written to the cache."
    )

    @field_validator("instructions")
    @classmethod
    def _blank_is_none(cls, given: str | None) -> str | None:
        return given if given and not given.isspace() else None


class Outcome(StrEnum):
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


class InstructionsUse(StrEnum):
    """What became of a request's instructions."""

    SENT = "sent"
    IGNORED = "ignored"


class _Report(BaseModel):
    model_config = ConfigDict(validate_assignment=False)


class Attempt(_Report):
    """One provider tried for one segment. Times in ms from the attempt's start."""

    provider: str
    personality: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="Whose voice and settings, where it is not the reply's own personality: the narrator.",
    )
    voice: str | None = None
    language: str | None = Field(
        default=None, description="The tag by which the provider knows what it is to speak."
    )
    stand_in_for: str | None = Field(default=None, description="The configured voice, missing.")
    instructions: InstructionsUse | None = Field(
        default=None,
        exclude_if=lambda use: use is None,
        description="Whether the request's instructions were sent to the provider, or ignored, since "
        "it cannot follow any; absent where the request had none.",
    )
    outcome: Outcome
    cached: bool = False
    shared: bool = Field(default=False, description="Joined a synthesis already under way.")
    ttfa_ms: float | None = Field(default=None, description="To the first audible audio.")
    latency_ms: float = Field(description="To the segment's last audio, or to the failure.")
    audio_ms: float = Field(default=0.0, description="Audio made.")
    heard_ms: float = Field(default=0.0, description="Audio that went out to the listener.")
    error: str | None = Field(default=None, description="The error's code.")
    message: str | None = None
    request_id: str | None = None


class ExclusionCode(StrEnum):
    """Why a candidate was not tried."""

    NOT_INSTALLED = "not_installed"
    DISABLED = "disabled"
    """Switched off for the personality."""
    UNAVAILABLE = "unavailable"
    RESTING = "resting"
    """After failures."""
    LANGUAGE = "language"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    """It cannot read the text's script."""
    SAMPLE = "sample"
    CONSENT = "consent"
    """Nobody's is recorded with the sample."""
    VOICE = "voice"
    SETTING = "setting"
    QUOTA = "quota"
    FALLBACK_OFF = "fallback_off"


if TYPE_CHECKING:
    _Code = ExclusionCode
else:  # the API describes a code as a string: clients must bear with new ones
    _Code = Annotated[str, AfterValidator(ExclusionCode)]


class Exclusion(_Report):
    """A candidate that was not tried, and why."""

    provider: str
    code: _Code
    reason: str
    remedy: Remedy | None = None


class SegmentReport(_Report):
    index: int
    characters: int
    language: str | None = Field(
        default=None, description="Of the text: asked for, or chosen by it."
    )
    attempts: list[Attempt] = []
    out: list[Exclusion] = Field(default=[], description="Candidates passed over for this segment.")

    @property
    def spoken_by(self) -> Attempt | None:
        """The attempt that spoke the segment whole."""
        return next((a for a in reversed(self.attempts) if a.outcome is Outcome.OK), None)


class NarratorReport(_Report):
    """Who was to speak the actions of a reply. With an ``error`` the personality itself does."""

    personality: str | None
    candidates: list[str] = []
    out: list[Exclusion] = Field(default=[], description="Why each other candidate was out.")
    error: str | None = Field(default=None, description="The error's code.")
    message: str | None = None


class SpeechReport(_Report):
    """What became of a request. Holds no text."""

    id: str
    created_at: str
    personality: str | None
    language: str = Field(description="Of the first segment.")
    outcome: Outcome
    characters: int
    candidates: list[str]
    out: list[Exclusion] = Field(default=[], description="Why each other candidate was out.")
    segments: list[SegmentReport] = []
    narrator: NarratorReport | None = Field(
        default=None,
        exclude_if=lambda narrator: narrator is None,
        description="Of a reply with actions that a narrator is to speak.",
    )
    ttfa_ms: float | None = None
    latency_ms: float = 0.0
    audio_ms: float = 0.0
    sample_rate: int = REPLY_SAMPLE_RATE
    error: str | None = None

    @property
    def provider(self) -> str | None:
        """Who spoke the first segment."""
        first = next((s.spoken_by for s in self.segments if s.spoken_by), None)
        return first.provider if first else None

    @property
    def troubled(self) -> bool:
        """Whether the reply failed, or a provider did on the way to it."""
        outcomes = {a.outcome for s in self.segments for a in s.attempts} | {self.outcome}
        return bool(outcomes & {Outcome.FAILED, Outcome.INTERRUPTED})

    @property
    def cached(self) -> bool:
        spoken = [s.spoken_by for s in self.segments]
        return bool(spoken) and all(a is not None and a.cached for a in spoken)

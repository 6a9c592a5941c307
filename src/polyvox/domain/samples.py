"""Samples to clone a voice from: what one holds, how good it is, and who agreed to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from polyvox.domain.language import normalize

WHOLE_FROM = 100
"""Figures from here on are told without decimals."""
LanguageTag = Annotated[str, AfterValidator(normalize)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=10_000)


class Grade(StrEnum):
    """How one figure of a sample stands to its thresholds."""

    GOOD = "good"
    FAIR = "fair"
    """It can be cloned from; the clone will be heard to suffer a little."""
    BAD = "bad"
    UNKNOWN = "unknown"
    """It could not be told; the advice says why."""


class Measure(_Data):
    """One figure of a sample. ``advice`` is a plain sentence: how to do better, or what is well."""

    name: str
    value: float | None = Field(description="In `unit`; null when it could not be told.")
    unit: str
    threshold: str = Field(description="What is good, in words: `above 20 dB`.")
    verdict: Grade
    score: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="What the figure is worth: 0.8 at its good threshold, 0.4 at its bad one.",
    )
    advice: str

    @property
    def told(self) -> str:
        """The figure with its unit and the digits that count; empty when it could not be told."""
        if self.value is None:
            return ""
        whole = abs(self.value) >= WHOLE_FROM
        figure = f"{self.value:.0f}" if whole else f"{round(self.value, 4):.3g}"
        return f"{figure} {self.unit}".strip()


class Readiness(StrEnum):
    """Whether an engine can clone from a sample."""

    READY = "ready"
    REPAIRABLE = "repairable"
    """After a preparation that changes more than rate, channels and level."""
    UNUSABLE = "unusable"


class Verdict(_Data):
    """What one engine can do with a sample, and why, in plain sentences."""

    engine: str
    state: Readiness
    because: tuple[str, ...] = ()


class Span(_Data):
    """A stretch of a recording, in seconds from its beginning."""

    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)

    @model_validator(mode="after")
    def _forwards(self) -> Span:
        if self.end_s < self.start_s:
            raise ValueError("a span ends before it starts")
        return self

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


class MarkKind(StrEnum):
    """What is worth pointing at in the picture of a sample."""

    CLIPPED = "clipped"
    NOISY = "noisy"
    SILENT = "silent"
    POP = "pop"


class Mark(Span):
    """A stretch of a recording that a picture of it points at."""

    kind: MarkKind


class SampleReport(_Data):
    """What a sample is, as measured: the file's facts, the figures, and who can clone from it."""

    duration_s: float = Field(ge=0)
    speech_s: float = Field(ge=0, description="Seconds in which somebody speaks.")
    format: str = Field(description="The container: `wav`, `mp3`, `ogg`.")
    codec: str
    sample_rate: int = Field(gt=0, description="Hz, of the file.")
    channels: int = Field(gt=0)
    bit_depth: int | None = Field(default=None, description="Null where the codec has none.")
    measures: tuple[Measure, ...]
    quality_score: float = Field(ge=0, le=1)
    verdicts: Mapping[str, Verdict] = Field(description="By the provider's id.")
    marks: tuple[Mark, ...] = ()

    def measure(self, name: str) -> Measure:
        """Raises KeyError for a figure that is not in the report."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(name)


class Consent(_Data):
    """Who agreed to be cloned, when (with its offset from UTC), and in what words."""

    who: str = Field(min_length=1, max_length=200)
    when: datetime
    statement: str = Field(min_length=1, max_length=2_000)

    @model_validator(mode="after")
    def _at_a_known_time(self) -> Consent:
        if self.when.tzinfo is None:
            raise ValueError("when needs an offset from UTC, such as 2025-01-31T12:00:00Z")
        return self


class SampleMeta(_Data):
    """What is known of a stored sample apart from its sound. ``size`` in bytes."""

    id: str
    personality_id: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0)
    uploaded_at: datetime
    language: LanguageTag | None = None
    notes: str | None = Field(default=None, max_length=2_000)
    consent: Consent | None = None

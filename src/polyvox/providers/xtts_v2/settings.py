"""What a personality may set for XTTS v2, and what the operator may."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field

from polyvox.provider.base import VoiceSettings
from polyvox.provider.model_options import ModelOptions
from polyvox.provider.options import ServiceUrl
from polyvox.provider.speed import SpeedRange
from polyvox.providers.xtts_v2.published import PUBLISHED_URL

PROVIDER_ID = "xtts_v2"
SPEEDS = SpeedRange("XTTS v2", 0.25, 4.0)


class XttsSettings(VoiceSettings):
    """How XTTS v2 speaks for a personality."""

    voice_id: str | None = Field(
        default=None,
        title="Voice",
        description="A studio speaker, such as Claribel Dervla; default: the first that the model "
        "has. A personality with samples speaks with the voice of those instead.",
    )
    temperature: float = Field(
        default=0.75,
        ge=0.01,
        le=2.0,
        title="Liveliness",
        description="How freely it chooses how to say something: lower is calmer and more even, "
        "higher is livelier and slips more often.",
    )
    length_penalty: float = Field(
        default=1.0,
        ge=1.0,
        le=1.0,
        title="Length preference",
        description="It matters only where several finished versions are compared by their length "
        "(beam search); Polyvox has the model make a single one.",
    )
    repetition_penalty: float = Field(
        default=5.0,
        ge=1.0,
        le=20.0,
        title="Guard against stammering",
        description="Higher keeps it from stammering and from drawn-out sounds; 1 is no guard.",
    )
    top_k: int = Field(
        default=50,
        ge=1,
        le=1024,
        title="Choices considered",
        description="Each next bit of sound is chosen from this many of the likeliest: fewer is more "
        "even, more is more varied.",
    )
    top_p: float = Field(
        default=0.85,
        ge=0.01,
        le=1.0,
        title="Cut-off for unlikely sounds",
        description="Leaves unlikely sounds out of the choice: 0.85 keeps the likeliest ones that "
        "together make up 85 % of the probability, 1 keeps all. Lower is more even.",
    )
    speed: float = SPEEDS.field()

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"speed": SPEEDS.scaled(self.speed, factor)})


class XttsOptions(ModelOptions):
    """The operator's options (``providers.xtts_v2`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID

    base_url: ServiceUrl = Field(
        default=PUBLISHED_URL,
        description="Where the published files are fetched from: a mirror of them.",
    )
    precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = Field(
        default="auto",
        description="`auto` is the quickest that suits the device; `fp32` is exact, and slow.",
    )

"""What a personality may set for StyleTTS 2, and what the operator may."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import AliasChoices, Field

from polyvox.provider.base import VoiceSettings
from polyvox.provider.model_options import ModelOptions
from polyvox.provider.options import ServiceUrl
from polyvox.provider.speed import SpeedRange
from polyvox.providers.styletts2.published import Checkpoint

PROVIDER_ID = "styletts2"
SPEEDS = SpeedRange("StyleTTS 2", 0.25, 4.0)


class StyleTTS2Settings(VoiceSettings):
    """How StyleTTS 2 speaks for a personality.

    A style has two halves, timbre and prosody. Each is a mixture of the sample's style and of one
    that the diffusion makes up for the text.
    """

    alpha: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        validation_alias=AliasChoices("alpha", "temperature"),
        title="Tone from the text",
        description="Where the tone of the voice comes from: 0 keeps that of the sample, 1 makes one "
        "up to suit the text. The authors' own examples use 0.3. Also accepted under the name "
        "temperature.",
    )
    beta: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        title="Expression from the text",
        description="Where melody, pace and energy come from: 0 keeps those of the sample, 1 makes "
        "them up to suit the text. With tone and expression both at 0 nothing is made up, which is "
        "quicker.",
    )
    diffusion_steps: int = Field(
        default=10,
        ge=2,
        le=50,
        title="Steps to find a style",
        description="In how many steps tone and expression are made up: more is slower and more "
        "varied.",
    )
    embedding_scale: float = Field(
        default=1.0,
        ge=1.0,
        le=10.0,
        title="Emotion",
        description="How strongly the text colours the tone and expression that are made up for it: "
        "2 is more emotional. Any other than 1 doubles the time for making them up; too much gives "
        "noise on short texts.",
    )
    speed: float = SPEEDS.field()
    carry: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        title="Evenness between sentences",
        description="How much tone and expression each sentence of a reply takes over from the one "
        "before, so that a long text sounds like one reading; 0 makes them up anew each time.",
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**32 - 1,
        title="Number of the reading",
        description="Any number: with the same one, the same text always sounds the same. Empty: a "
        "little different each time.",
    )

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"speed": SPEEDS.scaled(self.speed, factor)})


class StyleTTS2Options(ModelOptions):
    """The operator's options (``providers.styletts2`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID

    checkpoint: Checkpoint = Field(
        default="LibriTTS",
        description="Which published checkpoint `polyvox models install` fetches: `LibriTTS` speaks in "
        "the voice of a sample, `LJSpeech` in its one voice, without a sample.",
    )
    base_url: ServiceUrl | None = Field(
        default=None,
        description="Where the published files are fetched from: a mirror of them; default: "
        "Hugging Face.",
    )
    decoder: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        default="auto",
        description="Precision of the decoder: `auto` is `fp16` on a GPU and `fp32`, which is exact, on "
        "a CPU; `bf16` is quicker on CPUs that have it, and not as exact.",
    )

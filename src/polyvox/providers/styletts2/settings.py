"""What a personality may set for StyleTTS 2, and what the operator may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field

from polyvox.errors import InvalidSetting
from polyvox.provider.base import VoiceSettings
from polyvox.provider.model_options import ModelOptions
from polyvox.provider.options import ServiceUrl, read_options
from polyvox.providers.styletts2.published import Checkpoint

PROVIDER_ID = "styletts2"
MIN_SPEED, MAX_SPEED = 0.25, 4.0


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
        description="Timbre: 0 is the sample's, 1 one made up for the text. The authors' own examples "
        "use 0.3. Also accepted under the name temperature.",
    )
    beta: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        description="Prosody, which is melody, pace and energy: 0 is the sample's, 1 one made up for "
        "the text. With alpha and beta at 0 the diffusion is left out.",
    )
    diffusion_steps: int = Field(
        default=10,
        ge=2,
        le=50,
        description="Of the diffusion that makes up styles: more is slower and more varied.",
    )
    embedding_scale: float = Field(
        default=1.0,
        ge=1.0,
        le=10.0,
        description="How much the text drives the style that is made up: 2 is more emotional. Other "
        "than 1 takes twice the time for the style; too much gives noise on short texts.",
    )
    speed: float = Field(
        default=1.0,
        ge=MIN_SPEED,
        le=MAX_SPEED,
        description="1 is the voice's own pace, 2 twice it.",
    )
    carry: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        description="Share of the style that each segment of a reply takes over from the one before, "
        "so that long texts sound like one reading; 0 makes up each anew.",
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**32 - 1,
        description="The same text with the same seed sounds the same; default: another each time.",
    )

    def at_speed(self, factor: float) -> Self:
        speed = self.speed * factor
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise InvalidSetting(
                f"StyleTTS 2 speaks at speeds from {MIN_SPEED} to {MAX_SPEED}, not {speed:g}.",
                param="speed",
            )
        return self.model_copy(update={"speed": speed})


class StyleTTS2Options(ModelOptions):
    """The operator's options (``providers.styletts2`` in the configuration)."""

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

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Raises ConfigError."""
        return read_options(cls, options, provider=PROVIDER_ID, variables={})

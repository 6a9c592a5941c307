"""What a personality may set for XTTS v2, and what the operator may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from polyvox.errors import InvalidSetting
from polyvox.provider.base import VoiceSettings
from polyvox.provider.model_options import ModelOptions
from polyvox.provider.options import ServiceUrl, read_options

PROVIDER_ID = "xtts_v2"
MIN_SPEED, MAX_SPEED = 0.25, 4.0
PUBLISHED_URL = (
    "https://huggingface.co/coqui/XTTS-v2/resolve/6c2b0d75eae4b7047358e3b6bd9325f857d43f77"
)
"""The published files, by the commit that holds them: what is there never changes."""


class XttsSettings(VoiceSettings):
    """How XTTS v2 speaks for a personality."""

    voice_id: str | None = Field(
        default=None,
        description="A studio speaker, such as Claribel Dervla; default: the first of the checkpoint. "
        "A personality with samples speaks with the voice of those instead.",
    )
    temperature: float = Field(
        default=0.75,
        ge=0.01,
        le=2.0,
        description="How freely it chooses: lower is more even, higher livelier and less reliable.",
    )
    length_penalty: float = Field(
        default=1.0,
        ge=1.0,
        le=1.0,
        description="Only 1: it weighs the results of a beam search, and speech is sampled without.",
    )
    repetition_penalty: float = Field(
        default=5.0,
        ge=1.0,
        le=20.0,
        description="Higher keeps it from stammering and from drawn-out sounds; 1 is none.",
    )
    top_k: int = Field(
        default=50, ge=1, le=1024, description="Of how many of the likeliest sounds it chooses."
    )
    top_p: float = Field(
        default=0.85,
        ge=0.01,
        le=1.0,
        description="It chooses of the likeliest sounds that together have this probability.",
    )
    speed: float = Field(
        default=1.0,
        ge=MIN_SPEED,
        le=MAX_SPEED,
        description="1 is the voice's own pace, 2 twice it.",
    )

    def at_speed(self, factor: float) -> Self:
        speed = self.speed * factor
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise InvalidSetting(
                f"XTTS v2 speaks at speeds from {MIN_SPEED} to {MAX_SPEED}, not {speed:g}.",
                param="speed",
            )
        return self.model_copy(update={"speed": speed})


class XttsOptions(ModelOptions):
    """The operator's options (``providers.xtts_v2`` in the configuration)."""

    base_url: ServiceUrl = Field(
        default=PUBLISHED_URL,
        description="Where the published files are fetched from: a mirror of them.",
    )
    precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = Field(
        default="auto",
        description="`auto` is the quickest that suits the device; `fp32` is exact, and slow.",
    )

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Raises ConfigError."""
        return read_options(cls, options, provider=PROVIDER_ID, variables={})

"""What a personality may set for Piper, and what the operator may."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from polyvox.errors import ConfigError
from polyvox.provider.base import VoiceSettings
from polyvox.provider.speed import SpeedRange

SPEEDS = SpeedRange("Piper", 0.25, 4.0)
MOST_THREADS = 4
"""Threads that one lone request may take; with more, Piper's small convolutions gain little."""


class PiperSettings(VoiceSettings):
    """How Piper speaks for a personality."""

    speed: float = Field(
        default=1.0,
        ge=SPEEDS.slowest,
        le=SPEEDS.fastest,
        title="Speed",
        description="How fast it speaks: 1 is the voice's own pace, 2 is twice as fast; no voice gets "
        "much faster than that.",
    )
    speaker_id: int = Field(
        default=0,
        ge=0,
        title="Speaker",
        description="Some voices hold several speakers: this is the number of one, counted from 0. "
        "All other voices have only number 0.",
    )
    voice_id: str | None = Field(
        default=None,
        title="Voice",
        description="An installed voice, such as en_US-joe-medium; default: the best of the language.",
    )

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"speed": SPEEDS.scaled(self.speed, factor)})


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class PiperOptions(BaseModel):
    """The operator's options (``providers.piper`` in the configuration)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice_dirs: tuple[Path, ...] = Field(default=(), description="Further folders with voices.")
    default_voice: str | None = Field(default=None, description="Listed first, loaded at start.")
    workers: int = Field(
        default_factory=usable_cores, ge=1, description="Requests at work at the same time."
    )
    threads: int = Field(
        default_factory=lambda: min(MOST_THREADS, usable_cores()),
        ge=1,
        description="Threads of a request while the cores are free.",
    )
    queue_limit: int = Field(default=256, ge=0, description="Further requests that may wait.")
    loaded_voices: int = Field(default=4, ge=1, description="Voices kept in memory.")
    catalogue_url: str = Field(
        default="https://huggingface.co/rhasspy/piper-voices/resolve/main/voices.json",
        description="Where voices are installed from: a voices.json, its files beside it.",
    )

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Raises ConfigError."""
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
                for e in error.errors(include_input=False, include_url=False)
            )
            raise ConfigError(
                f"The options of piper are wrong: {wrong}.",
                remedy=f"Known options: {', '.join(cls.model_fields)}.",
            ) from error

"""What a personality may set for Piper, and what the operator may."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from polyvox.errors import ConfigError, InvalidSetting
from polyvox.provider.base import VoiceSettings

MIN_SPEED, MAX_SPEED = 0.25, 4.0
MOST_THREADS = 4
"""Threads that one lone request may take; with more, Piper's small convolutions gain little."""


class PiperSettings(VoiceSettings):
    """How Piper speaks for a personality."""

    speed: float = Field(
        default=1.0,
        ge=MIN_SPEED,
        le=MAX_SPEED,
        description="1 is the voice's own pace, 2 twice it; no voice gets much faster than that.",
    )
    speaker_id: int = Field(
        default=0, ge=0, description="Number of the speaker, in voices that hold several."
    )
    voice_id: str | None = Field(
        default=None,
        description="An installed voice, such as en_US-joe-medium; default: the best of the language.",
    )

    def at_speed(self, factor: float) -> Self:
        speed = self.speed * factor
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise InvalidSetting(
                f"Piper speaks at speeds from {MIN_SPEED} to {MAX_SPEED}, not {speed:g}.",
                param="speed",
            )
        return self.model_copy(update={"speed": speed})


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

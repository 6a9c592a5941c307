"""What a personality may set for Piper, and what the operator may."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field

from polyvox.provider.base import VoiceSettings
from polyvox.provider.options import ProviderOptions
from polyvox.provider.speed import SpeedRange

PROVIDER_ID = "piper"
SPEEDS = SpeedRange("Piper", 0.25, 4.0)
MOST_THREADS = 4
"""Threads that one lone request may take; with more, Piper's small convolutions gain little."""


class PiperSettings(VoiceSettings):
    """How Piper speaks for a personality."""

    speed: float = SPEEDS.field("; no voice gets much faster than that.")
    speaker_id: int | None = Field(
        default=None,
        ge=0,
        title="Speaker",
        description="Some voices hold several speakers: this is the number of one, counted from 0. "
        "All other voices have only number 0. Default: the voice's own.",
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


class PiperOptions(ProviderOptions):
    """The operator's options (``providers.piper`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID

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

"""What the engine in the child process is told, as JSON. Loads no torch: the server makes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class StyleTTS2EngineOptions(BaseModel):
    """``StyleTTS2EngineOptions(...).model_dump(mode="json")`` is what ``engine.create`` reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    """Holds the checkpoint, its config.yml and, where it is another, PL-BERT's; only read."""
    cache: Path | None = None
    """Where styles of samples are kept between starts; None: nowhere."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    decoder: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """The decoder's precision; ``auto`` is half precision on a GPU, fp32 elsewhere."""
    max_batch: int = Field(default=8, ge=1)
    """Texts that go through the stages before the decoder at once."""
    threads: int | None = Field(default=None, ge=1)
    """Of torch, on the CPU; None: as torch finds fit."""
    voices: Mapping[str, str] = Field(default={"en": "en-us"}, min_length=1)
    """Language tag → espeak-ng voice that reads it."""

"""What the engine in the child process is told, as JSON. Loads no torch: the server makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class XttsEngineOptions(BaseModel):
    """``XttsEngineOptions(...).model_dump(mode="json")`` is what ``engine.create`` reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    """Holds config.json, model.pth, vocab.json and speakers_xtts.pth; only read."""
    cache: Path | None = None
    """Where speaker latents, and the weights as int8, are kept between starts; None: nowhere."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = "auto"
    max_batch: int = Field(default=8, ge=1)
    """Segments decoded at once; further ones wait for a place."""
    threads: int | None = Field(default=None, ge=1)
    """Of torch, on the CPU; None: as torch finds fit."""

"""The operator's options that every provider with weights of its own has."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from polyvox.provider.options import ProviderOptions


class ModelOptions(ProviderOptions):
    """Where the weights lie, and how much of the machine their process may take."""

    model_dir: Path | None = Field(
        default=None,
        description="A folder with weights of your own, used where it is and never written to; "
        "default: what `polyvox models install` or `add` put into the home folder.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="`auto` is a CUDA GPU where torch finds one, else the CPU."
    )
    max_batch: int = Field(
        default=8, ge=1, le=64, description="Segments that are spoken at once, in one batch."
    )
    threads: int | None = Field(
        default=None, ge=1, description="Of torch, on the CPU; default: as torch finds fit."
    )
    queue_limit: int = Field(
        default=16, ge=0, description="Further segments that may wait; one more is turned away."
    )
    idle_exit_s: float = Field(
        default=600.0,
        gt=0,
        description="Seconds without work after which the model's process ends and gives its memory "
        "back; `inf` keeps it.",
    )
    prewarm: bool = Field(
        default=False,
        description="Load the model when a server or a library's router starts, not at the first "
        "request.",
    )

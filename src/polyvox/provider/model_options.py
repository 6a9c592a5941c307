"""The operator's options that every provider with weights of its own has, and what its engine is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

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


OptionsT = TypeVar("OptionsT", bound=ModelOptions)


@dataclass(frozen=True, slots=True)
class EngineStart(Generic[OptionsT]):
    """What an engine in a child process starts with; it crosses the border as JSON.

    ``folder`` holds the weights and is only read. In ``cache`` the engine keeps what it makes of
    weights and of samples between starts; None: nowhere.
    """

    folder: Path
    cache: Path | None
    options: OptionsT

    @classmethod
    def of(cls, told: Mapping[str, Any], kind: type[OptionsT]) -> Self:
        """What :meth:`told` gave, in the child. Raises ValidationError."""
        options = dict(told)
        folder, cache = Path(options.pop("folder")), options.pop("cache", None)
        return cls(folder, Path(cache) if cache else None, kind.model_validate(options))

    def told(self) -> dict[str, Any]:
        folders = {"folder": str(self.folder), "cache": str(self.cache) if self.cache else None}
        return {**self.options.model_dump(mode="json"), **folders}

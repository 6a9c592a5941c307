"""``manifest.toml`` beside a checkpoint of one's own: what it speaks, and under which licence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from polyvox.domain.language import normalize

MANIFEST = "manifest.toml"
ENGLISH: Mapping[str, str] = MappingProxyType({"en": "en-us"})
"""What the published checkpoints speak."""
MAX_BYTES = 64 * 1024


class Manifest(BaseModel):
    """``languages`` are BCP 47 tags → voices of espeak-ng."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(default=None, min_length=1, max_length=100)
    languages: Mapping[str, str] = Field(default_factory=lambda: dict(ENGLISH), min_length=1)
    licence: str | None = Field(default=None, min_length=1, max_length=200)

    @field_validator("languages")
    @classmethod
    def _as_tags(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return {normalize(tag): voice for tag, voice in given.items()}


def read_manifest(path: Path | None) -> Manifest:
    """That of a published checkpoint where there is none. Raises OSError, or ValueError in plain
    words."""
    if path is None:
        return Manifest()
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES)
    try:
        return Manifest.model_validate(tomllib.loads(raw.decode()))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
        raise ValueError(f"{path.name} is wrong: {wrong}") from error
    except ValueError as error:  # of UTF-8 and of TOML
        raise ValueError(f"{path.name} is not TOML") from error

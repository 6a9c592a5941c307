"""A folder with the weights of XTTS v2: whether it is one, told without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyvox.provider.weights import Files, Layout, named_files, require, torch_contents
from polyvox.providers.xtts_v2.speaker_names import read_speaker_names

CONFIG, MODEL, VOCABULARY, SPEAKERS = (
    "config.json",
    "model.pth",
    "vocab.json",
    "speakers_xtts.pth",
)
NEEDED = (CONFIG, MODEL, VOCABULARY)
"""Without studio speakers, as most fine-tuned checkpoints come, it still clones."""
MAX_JSON_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Weights:
    """``languages`` are the checkpoint's own names; ``revision`` is of what is in the files."""

    folder: Path
    size: int
    speakers: tuple[str, ...]
    languages: tuple[str, ...]
    revision: str


def find_files(folder: Path) -> Files:
    return named_files(folder, (*NEEDED, SPEAKERS))


def read_weights(folder: Path) -> Weights:
    """Raises OSError, or ValueError with the reason in plain words."""
    files = find_files(folder)
    require(files, NEEDED)
    config = _json(files[CONFIG])
    languages = config.get("languages")
    if config.get("model") != "xtts" or not isinstance(config.get("model_args"), dict):
        raise ValueError(f"{CONFIG} is not that of an XTTS model")
    if not isinstance(languages, list) or not all(isinstance(tag, str) for tag in languages):
        raise ValueError(f"{CONFIG} names no languages")
    vocabulary = _json(files[VOCABULARY])
    words = vocabulary.get("model")
    if not isinstance(words, dict) or not words.get("vocab"):
        raise ValueError(f"{VOCABULARY} holds no vocabulary")
    contents = [torch_contents(files[name]) for name in (MODEL, SPEAKERS) if name in files]
    told = json.dumps([config, vocabulary, contents], sort_keys=True)
    return Weights(
        folder=folder,
        size=sum(path.stat().st_size for path in files.values()),
        speakers=read_speaker_names(files[SPEAKERS]) if SPEAKERS in files else (),
        languages=tuple(languages),
        revision=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


def _json(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        raw = file.read(MAX_JSON_BYTES)
    try:
        read = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"{path.name} is not JSON") from error
    if not isinstance(read, dict):
        raise ValueError(f"{path.name} is not an object")
    return read


LAYOUT = Layout(
    find_files, read_weights, holds=f"{', '.join(NEEDED)} and, for studio speakers, {SPEAKERS}"
)

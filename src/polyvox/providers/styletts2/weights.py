"""A folder with a StyleTTS 2 checkpoint: whether it is one, told without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from polyvox.provider.weights import Files, Layout, named_files, torch_contents
from polyvox.providers.styletts2.manifest import MANIFEST, read_manifest
from polyvox.providers.styletts2.model_files import (
    CONFIG,
    PLBERT_CONFIGS,
    checkpoint_in,
    read_config,
    read_plbert,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """``languages`` are BCP 47 tags → voices of espeak-ng; ``licence`` is the manifest's, if it tells.

    A ``multispeaker`` checkpoint speaks as a sample does; another as the one it has learned from.
    """

    folder: Path
    size: int
    revision: str
    multispeaker: bool
    languages: Mapping[str, str]
    name: str | None = None
    licence: str | None = None


def find_files(folder: Path) -> Files:
    """By the names under which they are installed. Raises OSError."""
    found = dict(named_files(folder, (CONFIG, MANIFEST)))
    described = [folder / name for name in PLBERT_CONFIGS if (folder / name).is_file()]
    if described:
        found[PLBERT_CONFIGS[0]] = described[0]
    try:
        checkpoint = checkpoint_in(folder)
    except (FileNotFoundError, ValueError):
        return found
    return {**found, checkpoint.name: checkpoint}


def read_weights(folder: Path) -> Weights:
    """Raises OSError, or ValueError with the reason in plain words."""
    files = find_files(folder)
    config = read_config(folder)
    read_plbert(folder)
    checkpoint = checkpoint_in(folder)
    manifest = read_manifest(files.get(MANIFEST))
    told = hashlib.sha256(json.dumps(torch_contents(checkpoint)).encode())
    for name in (CONFIG, PLBERT_CONFIGS[0], MANIFEST):
        content = files[name].read_bytes() if name in files else b""
        told.update(hashlib.sha256(content).digest())
    return Weights(
        folder=folder,
        size=sum(path.stat().st_size for path in files.values()),
        revision=told.hexdigest()[:16],
        multispeaker=bool(config.get("multispeaker")),
        languages=manifest.languages,
        name=manifest.name,
        licence=manifest.licence,
    )


LAYOUT = Layout(
    find_files, read_weights, holds=f"{CONFIG}, epochs_2nd_….pth and, if it is your own, {MANIFEST}"
)

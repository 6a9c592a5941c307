"""Folders with the weights of XTTS v2 as far as the server looks at them: made without torch."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SPEAKERS = ("Ana Paper", "Bo Paper")
LANGUAGES = [
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "pl",
    "tr",
    "ru",
    "nl",
    "cs",
    "ar",
    "zh-cn",
    "hu",
    "ko",
    "ja",
    "hi",
]


def weights_folder(
    folder: Path,
    *,
    speakers: Sequence[str] = SPEAKERS,
    languages: Sequence[str] = LANGUAGES,
    tensors: bytes = bytes(range(256)) * 2_000,
) -> Path:
    """Returns ``folder``. ``tensors`` stand in ``model.pth``."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model": "xtts", "model_args": {}, "languages": list(languages)}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.json").write_text(json.dumps({"model": {"vocab": {"[STOP]": 0}}}))
    archive(folder / "model.pth", {"model": {}}, tensors)
    if speakers:
        archive(folder / "speakers_xtts.pth", {name: {"gpt_cond_latent": 0} for name in speakers})
    return folder


def archive(path: Path, content: Any, tensors: bytes = b"") -> None:
    """A file laid out as torch's."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(content, 2))
        file.writestr("archive/data/0", tensors)

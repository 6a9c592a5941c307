"""A voice that reads letters, as uk_UA-ukrainian_tts-medium: small ones only, and no digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .stage import JOE_MODEL, joe_config, write_voice

LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
MARKS = "_^$ !'(),-.:;?\u0301\u0306\u0308"
VOICE = "uk_UA-letters-medium"


def text_config(**changes: Any) -> dict[str, Any]:
    """Joe's, with letters instead of phonemes, and as bare as exporters leave it."""
    known = dict.fromkeys((*MARKS, *(letter for letter in LETTERS if letter not in "їй")))
    config = joe_config(
        phoneme_type="text",
        language={"code": "uk_UA"},
        phoneme_id_map={symbol: [number] for number, symbol in enumerate(known)},
        **changes,
    )
    for name in ("espeak", "num_symbols", "num_speakers", "speaker_id_map"):
        config.pop(name, None)
    return config


def text_voice(folder: Path, *, model: bytes | None = None) -> Path:
    """The path of its model, which is joe's where none is given."""
    path = write_voice(folder, VOICE, model=model or JOE_MODEL.read_bytes())
    path.with_name(f"{VOICE}.onnx.json").write_text(json.dumps(text_config()))
    return path

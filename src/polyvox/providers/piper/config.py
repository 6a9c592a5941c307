"""A voice's config (``X.onnx.json``): what must be in it, what can be filled in, what this provider can
spell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MAX_BYTES = 4 * 1024**2
ESPEAK, TEXT, JAPANESE, PINYIN = "espeak", "text", "japanese", "pinyin"
G2PW = "g2pW"
"""The folder of the model that tells how Chinese is pronounced; among the voices, as piper has it."""
_PINYIN_PACKAGES = ("sentence_stream", "transformers", "unicode_rbnf")


def read_config(path: Path) -> dict[str, Any]:
    """The config, whole. Raises OSError, or ValueError with what is wrong in plain words."""
    return checked(path.read_bytes(), path.parent)


def checked(raw: bytes, folder: Path) -> dict[str, Any]:
    """The config ``raw`` of a voice in ``folder``, whole. Raises ValueError as ``read_config`` does."""
    config = json.loads(raw)
    if not isinstance(config, dict):
        raise ValueError("the config is not an object")
    rate = section(config, "audio").get("sample_rate")
    if not isinstance(rate, int) or rate <= 0:
        raise ValueError("the config gives no sample rate")
    kind = config.get("phoneme_type") or ESPEAK
    if reason := lacking(kind, folder):
        raise ValueError(f"its phonemes are of the type '{kind}', {reason}")
    if kind == ESPEAK and not section(config, "espeak").get("voice"):
        raise ValueError("the config names no espeak voice")
    if not section(config, "phoneme_id_map"):
        raise ValueError("the config has no phoneme_id_map")
    speakers = section(config, "speaker_id_map")
    numbers = (config.get("num_speakers", 1), config.get("default_speaker_id", 0))
    if not all(isinstance(number, int) for number in (*numbers, *speakers.values())):
        raise ValueError("the config does not number its speakers")
    return _whole(config, kind)


def lacking(kind: str, folder: Path) -> str | None:
    """Why phonemes of ``kind`` cannot be had for a voice in ``folder``; None where they can."""
    match kind:
        case "espeak" | "text":
            return None
        case "japanese":
            there = find_spec("pyopenjtalk") is not None
            return None if there else "which need a package: pip install 'polyvox[japanese]'"
        case "pinyin":
            if not all(find_spec(name) for name in _PINYIN_PACKAGES):
                return "which need packages: pip install 'polyvox[chinese]'"
            model = f"which need the model g2pW in a folder {G2PW} among the voices"
            return None if g2pw_of(folder) else model
        case _:
            return "which is not supported"


def g2pw_of(folder: Path) -> Path | None:
    """The model's folder beside the voice in ``folder``, or beside that folder."""
    places = (folder / G2PW, folder.parent / G2PW)
    return next((place for place in places if (place / "g2pw.onnx").is_file()), None)


def section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of the config; empty where it has none."""
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def language_of(config: Mapping[str, Any]) -> str | None:
    """As the config names it: a code such as ``de_DE``, else espeak's voice."""
    code = section(config, "language").get("code") or section(config, "espeak").get("voice")
    return str(code) if code else None


def _whole(config: dict[str, Any], kind: str) -> dict[str, Any]:
    """With what piper asks for and some exporters leave out."""
    espeak = {"voice": language_of(config) or "en", **section(config, "espeak")}
    return {
        **config,
        "phoneme_type": kind,
        "espeak": espeak,
        "inference": section(config, "inference"),
        "num_symbols": config.get("num_symbols") or len(config["phoneme_id_map"]),
        "num_speakers": config.get("num_speakers", 1),
        "speaker_id_map": section(config, "speaker_id_map"),
    }

"""The files of a StyleTTS 2 checkpoint in its folder. Loads no torch: the server asks too.

There are ``config.yml`` and the weights of a second training stage, under the names that training
gives them; a configuration of PL-BERT is taken from either of two places, and may be missing, for
all published checkpoints have the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

CONFIG = "config.yml"
CHECKPOINTS = re.compile(r"epochs?_2nd_(\d+)\.pth")
"""The number is the epoch. Training on one speaker writes ``epoch_2nd_…``, on several ``epochs_2nd_…``."""
PLBERT_CONFIGS = ("plbert_config.yml", "Utils/PLBERT/config.yml")
PLBERT: Mapping[str, Any] = MappingProxyType({"num_hidden_layers": 12, "num_attention_heads": 12})
"""What no shape of a weight tells of the published PL-BERT."""
AUDIO = MappingProxyType({"n_fft": 2048, "win_length": 1200, "hop_length": 300})
SAMPLE_RATE = 24_000
MAX_YAML_BYTES = 1024**2


def checkpoint_in(folder: Path) -> Path:
    """The weights; those of the last epoch where there are several. Raises OSError, ValueError."""
    found = [(match, path) for path in folder.iterdir() if (match := _epoch(path)) is not None]
    if not found:
        raise ValueError("weights are missing (epochs_2nd_….pth)")
    return max(found)[1]


def read_config(folder: Path) -> Mapping[str, Any]:
    """``model_params`` of the configuration. Raises OSError, or ValueError in plain words."""
    config = _yaml(folder / CONFIG)
    model = _mapping(config.get("model_params"), f"{CONFIG} describes no model")
    for part in ("decoder", "diffusion"):
        _mapping(model.get(part), f"{CONFIG} describes no {part}")
    heard = config.get("preprocess_params") or {"sr": SAMPLE_RATE}
    if not isinstance(heard, dict) or heard.get("sr") != SAMPLE_RATE:
        raise ValueError(f"{CONFIG} asks for another sample rate than {SAMPLE_RATE} Hz")
    if heard.get("spect_params", AUDIO) != AUDIO:
        raise ValueError(f"{CONFIG} asks for other spectrograms than those of StyleTTS 2")
    return model


def read_plbert(folder: Path) -> Mapping[str, Any]:
    """``model_params`` of PL-BERT's configuration. Raises OSError, or ValueError in plain words."""
    for name in PLBERT_CONFIGS:
        if (folder / name).is_file():
            described = _yaml(folder / name).get("model_params")
            return {**PLBERT, **_mapping(described, f"{name} describes no model")}
    return PLBERT


def _epoch(path: Path) -> int | None:
    match = CHECKPOINTS.fullmatch(path.name)
    return int(match[1]) if match and path.is_file() else None


def _yaml(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise ValueError(f"{path.name} is missing")
    if path.stat().st_size > MAX_YAML_BYTES:
        raise ValueError(f"{path.name} is longer than a configuration is")
    try:
        read = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"{path.name} is not YAML") from error
    return _mapping(read, f"{path.name} describes no model")


def _mapping(value: object, otherwise: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(otherwise)
    return value

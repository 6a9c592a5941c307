"""Weights of StyleTTS 2 that depend on nothing but the names and shapes of the tensors.

The golden vectors in ``tests/data/styletts2`` were recorded with those of seed 0: what a tensor
holds must not change. A name is the part's and the checkpoint's key, as ``decoder.module.encode.…``;
the prefix ``module.`` changes nothing, and both names of the diffusion network give the same.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Shape = Sequence[int]

RULES = (
    ("duration_proj", 4.0, -2.6),
    ("F0_proj", 60.0, 80.0),
    ("F0_conv", 0.01, 0.0),
    ("conv_post", 0.05, 0.0),
    (".ups.", 1.4, 0.0),
    (".pool.", 1.4, 0.0),
    (".convs2.", 0.5, 0.0),
    ("l_linear", 4.0, 0.0),
    ("noise_convs", 3.0, 0.0),
    ("bert.embeddings", 0.5, 0.0),
    ("attention.query", 2.0, 0.0),
    ("attention.key", 2.0, 0.0),
    ("attention.dense", 0.12, 0.0),
    ("ffn_output", 0.2, 0.0),
    ("weight_ih", 2.0, 0.0),
    ("weight_hh", 0.6, 0.0),
    ("unet.to_out", 0.15, 0.0),
)
"""Text in a name, gain of the weight, value added to the bias; the first that fits counts."""
UNTOUCHED = (1.0, 0.0)


def fill(shapes: Mapping[str, Shape], seed: int = 0) -> dict[str, torch.Tensor]:
    """float32, 3 s for the published sizes. A ``weight_orig`` needs its ``weight_u`` and ``_v``."""
    filled: dict[str, torch.Tensor] = {}
    for name, shape in shapes.items():
        spectral = name.rsplit(".", 1)[0] + ".weight_orig" in shapes
        value = _Drawn(seed).value(_canonical(name), tuple(shape), spectral=spectral)
        kind: Any = np.int64 if name.endswith("position_ids") else np.float32
        filled[name] = torch.from_numpy(np.array(value, dtype=kind))
    return filled


def _canonical(name: str) -> str:
    part, key = name.split(".", 1)
    key = key.removeprefix("module.")
    if part == "diffusion" and key.startswith("diffusion.net."):
        return "diffusion.unet." + key.removeprefix("diffusion.net.")
    return f"{part}.{key}"


class _Drawn:
    """Tensors of one seed."""

    def __init__(self, seed: int) -> None:
        self._suffix = f"#{seed}" if seed else ""

    def value(self, key: str, shape: tuple[int, ...], *, spectral: bool) -> NDArray[Any]:
        gain, offset = next(((g, o) for text, g, o in RULES if text in key), UNTOUCHED)
        base, last = key.rsplit(".", 1)
        spread = 0.02 if "albert_layers" in key else 0.1  # that layer is gone through 12 times
        if last == "position_ids":
            return np.arange(shape[-1]).reshape(shape)
        if last.startswith("weight_") and (spectral or last == "weight_orig"):
            return self._spectral(base, last, shape)
        drawn: NDArray[Any] = self._normal(key, shape)
        if last == "weight_g" or ".alpha" in key:  # lengths, slopes of Snake: positive
            return gain * np.maximum(0.3, 1 + (0.1 if last == "weight_g" else 0.2) * drawn)
        if last.startswith(("bias", "beta")):
            return offset + spread * drawn
        if len(shape) == 1:  # scales of norms; ``weights`` are the frequencies of the time
            return drawn if last == "weights" else 1 + spread * drawn
        if "duration_proj" in key:  # rows alike: else the sum over them would always be the same
            drawn = 0.7 * drawn[:1] + 0.3 * drawn
        embeds = "mbedding" in base and "mapping" not in base
        return gain * drawn / (1.0 if last == "weight_v" or embeds else math.prod(shape[1:]) ** 0.5)

    def _spectral(self, base: str, last: str, shape: tuple[int, ...]) -> NDArray[Any]:
        """u and v are not the singular vectors that they would converge to; u · W · v is near 1.5."""
        if last != "weight_orig":
            return self._unit(f"{base}.{last}", shape)
        fan = math.prod(shape[1:])
        left = self._unit(base + ".weight_u", shape[:1])
        right = self._unit(base + ".weight_v", (fan,))
        outer: NDArray[Any] = np.outer(left, right).reshape(shape)
        weight: NDArray[Any] = 1.5 * (self._normal(f"{base}.{last}", shape) / fan**0.5 + outer)
        return weight

    def _unit(self, key: str, shape: tuple[int, ...]) -> NDArray[Any]:
        drawn = self._normal(key, shape).astype(np.float64)
        unit: NDArray[Any] = drawn / np.sqrt((drawn * drawn).sum())
        return unit

    def _normal(self, key: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        seed = zlib.crc32((key + self._suffix).encode())
        generator = np.random.Generator(np.random.PCG64(seed))
        drawn: NDArray[np.float32] = generator.standard_normal(shape, dtype=np.float32)
        return drawn

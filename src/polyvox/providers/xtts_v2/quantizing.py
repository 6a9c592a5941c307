"""The GPT's weights as int8, kept in a file: a later start reads 0.4 GB of it, not 1.5 GB of fp32."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from polyvox.providers.xtts_v2.precision import quantized

_log = logging.getLogger(__name__)
RECIPE = "1"
"""Changes with how weights are rounded."""
PARTS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")

Small = Mapping[str, Tensor]
"""By names as ``3.mlp.c_fc.weight`` (int8 [outputs, inputs]) and ``3.mlp.c_fc.scale`` (fp32)."""


def small_weights(blocks: Any, folder: Path | None, revision: str) -> Small:
    """Those of the GPT's ``blocks``: read from ``folder``, or made and kept there. A folder that
    cannot be written to costs time at the next start, nothing else."""
    if folder is None:
        return _made(blocks)
    path = folder / f"{RECIPE}-{revision}.safetensors"
    try:
        return safetensors.torch.load_file(path)
    except (OSError, SafetensorError):
        small = _made(blocks)
    try:
        _keep(small, path)
    except (OSError, SafetensorError) as error:
        _log.warning("The int8 weights of XTTS v2 cannot be kept: %s.", type(error).__name__)
    return small


def _made(blocks: Any) -> dict[str, Tensor]:
    def one(named: tuple[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
        weight, scale = quantized(named[1])
        return iter(((f"{named[0]}.weight", weight), (f"{named[0]}.scale", scale)))

    wanted = [
        (f"{number}.{part}", block.get_submodule(part).weight.detach())
        for number, block in enumerate(blocks)
        for part in PARTS
    ]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return dict(pair for pairs in pool.map(one, wanted) for pair in pairs)


def _keep(small: Small, path: Path) -> None:
    """Whole or not at all; those of other weights go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as passing:
        whole = Path(passing) / path.name
        safetensors.torch.save_file(dict(small), whole)
        os.replace(whole, path)
    for old in path.parent.glob("*.safetensors"):
        if old != path:
            old.unlink(missing_ok=True)

"""Read what ``torch.save`` wrote, and run nothing of it.

Training keeps more in its files than weights: optimizers, schedulers, numpy's numbers, references to
functions. torch's own restricted reader refuses those files whole. Here everything but tensors and
plain values becomes inert, whatever it is called.
"""

from __future__ import annotations

import pickle
import types
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import torch

from polyvox.provider.inert import Inert
from polyvox.provider.weights import TORCH_LEGACY_START

ALLOWED = frozenset(
    {
        ("collections", "OrderedDict"),
        ("torch._utils", "_rebuild_parameter"),
        ("torch._utils", "_rebuild_tensor"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch", "Size"),
    }
)
"""What may be called: it puts tensors together. torch itself sees to the storages."""
PROGRAM = "/constants.pkl"
"""In the files of TorchScript, which torch would take for programs."""


def read_tensors(path: Path) -> Mapping[str, Any]:
    """What is in the file, memory-mapped where its format allows it.

    Raises OSError, or ValueError in plain words.
    """
    with path.open("rb") as file:
        legacy = file.read(len(TORCH_LEGACY_START)) == TORCH_LEGACY_START
    if not legacy:
        _must_hold_tensors(path)
    try:
        saved = torch.load(
            path, map_location="cpu", weights_only=False, pickle_module=_RESTRICTED, mmap=not legacy
        )
    except Exception as error:  # whatever odd contents provoke; none of it has run
        raise ValueError(f"{path.name} is damaged") from error
    if not isinstance(saved, dict):
        raise ValueError(f"{path.name} is not a checkpoint")
    return saved


def _must_hold_tensors(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path.name} is not a file of torch, or not a whole one") from error
    if any(name.endswith(PROGRAM) for name in names):
        raise ValueError(f"{path.name} is a program, not a checkpoint")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(module, name) if (module, name) in ALLOWED else Inert


def _load(file: IO[bytes], **how: Any) -> Any:
    return _Unpickler(file, **how).load()


_RESTRICTED: Any = types.SimpleNamespace(
    __name__="pickle", Unpickler=_Unpickler, load=_load, UnpicklingError=pickle.UnpicklingError
)
"""As much of the module ``pickle`` as torch uses to load."""

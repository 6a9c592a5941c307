"""The weights of Resemblyzer's voice encoder, out of its package's file and without torch.

The file is of torch's format before 1.6: five pickles (magic, version, machine, objects, keys of the
storages), then each storage as its length (int64) and its little-endian floats. Nothing but the
classes named here is unpickled, so a foreign file runs no code.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}


@cache
def speaker_weights() -> Weights | None:
    """By the network's names of them; None where the package Resemblyzer is not installed."""
    package = find_spec("resemblyzer")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name("pretrained.pt")
    try:
        with path.open("rb") as file:
            return read_weights(file, "model_state")
    except FileNotFoundError:
        return None


def read_weights(file: BinaryIO, entry: str) -> Weights:
    """The tensors of one dictionary in the file. Raises ValueError, pickle.UnpicklingError."""
    reader = _Reader(file)
    magic, _, _ = reader.load(), _Reader(file).load(), _Reader(file).load()
    if magic != _MAGIC:
        raise ValueError("The file has not torch's old format.")
    objects = _Reader(file)
    tensors: dict[str, _Tensor] = objects.load()[entry]
    storages: dict[str, NDArray[Any]] = {}
    for key in _Reader(file).load():
        size = int(np.frombuffer(file.read(8), "<i8")[0])
        dtype = objects.dtypes[key]
        storages[key] = np.frombuffer(file.read(size * dtype.itemsize), dtype)
    return {name: tensor.of(storages) for name, tensor in tensors.items()}


class _Tensor:
    def __init__(self, key: str, offset: int, shape: tuple[int, ...], *_: object) -> None:
        self._key, self._offset, self._shape = key, offset, shape

    def of(self, storages: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        size = int(np.prod(self._shape))
        flat = storages[self._key][self._offset : self._offset + size]
        return flat.reshape(self._shape).astype(np.float32)


class _Reader(pickle.Unpickler):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) in (
            ("torch._utils", "_rebuild_tensor_v2"),
            ("torch._utils", "_rebuild_tensor"),
        ):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError("The file holds more than weights.")

    def persistent_load(self, pid: Any) -> str:
        _, storage, key, *_ = pid
        self.dtypes[str(key)] = _DTYPES[str(storage)]
        return str(key)

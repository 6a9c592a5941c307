"""The names of the studio speakers, read out of ``speakers_xtts.pth`` without torch.

The file is a pickled dictionary, name → tensors. Here only its keys are wanted: every class and
function that the pickle names is replaced by one that does nothing, so nothing in it is ever run.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

from polyvox.provider.inert import Inert

MAX_PICKLE_BYTES = 16 * 1024**2
"""The published file's pickle has 20 kB; the tensors lie beside it."""
MAX_NAME = 200
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""Begins the files of torch before 1.6: three pickles of its own come before the one that counts."""
LEGACY_HEADERS = 3


class _KeysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return dict if (module, name) == ("collections", "OrderedDict") else Inert

    def persistent_load(self, pid: Any) -> Any:
        return Inert()


def read_speaker_names(path: Path) -> tuple[str, ...]:
    """In the file's order. Raises OSError, or ValueError with the reason in plain words."""
    try:
        with path.open("rb") as file:
            speakers = _from_zip(file) if zipfile.is_zipfile(file) else _from_legacy(file)
    except OSError:
        raise
    except Exception as error:  # whatever a damaged pickle or archive provokes
        raise ValueError(f"{path.name} is not a file of torch") from error
    names = tuple(speakers) if isinstance(speakers, dict) else ()
    if not all(isinstance(n, str) and n.isprintable() and 0 < len(n) <= MAX_NAME for n in names):
        raise ValueError(f"{path.name} holds names that are none")
    if not names:
        raise ValueError(f"{path.name} holds no speakers")
    return names


def _from_zip(file: BinaryIO) -> Any:
    with zipfile.ZipFile(file) as archive:
        [entry] = [e for e in archive.infolist() if e.filename.endswith("/data.pkl")]
        with archive.open(entry) as data:
            return _keys(io.BytesIO(data.read(MAX_PICKLE_BYTES)))


def _from_legacy(file: BinaryIO) -> Any:
    file.seek(0)
    data = io.BytesIO(file.read(MAX_PICKLE_BYTES))
    if _keys(data) != LEGACY_MAGIC:
        raise ValueError("no magic number")
    for _ in range(LEGACY_HEADERS - 1):
        _keys(data)
    return _keys(data)


def _keys(data: io.BytesIO) -> Any:
    return _KeysOnly(data).load()

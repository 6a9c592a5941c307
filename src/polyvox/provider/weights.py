"""A folder with the weights of a model: whether it is one, told without torch."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

Files = Mapping[str, Path]
"""The name under which a file of the weights is installed → where it lies."""
TORCH_LEGACY_START = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The pickled magic number that begins the files of torch before 1.6."""


class Weights(Protocol):
    """``size`` in bytes; ``revision`` changes with what is in the files, not with where they lie."""

    @property
    def folder(self) -> Path: ...

    @property
    def size(self) -> int: ...

    @property
    def revision(self) -> str: ...


WeightsT = TypeVar("WeightsT", bound=Weights)


@dataclass(frozen=True, slots=True)
class Layout(Generic[WeightsT]):
    """How the weights of one kind of model lie in a folder.

    ``files`` finds those that count (OSError); ``read`` tells what they are, and raises OSError, or
    ValueError with the reason in plain words. ``holds`` is for people: what the folder must hold.
    """

    files: Callable[[Path], Files]
    read: Callable[[Path], WeightsT]
    holds: str


class WeightsFolder(Generic[WeightsT]):
    """One place where weights may lie; read anew only when its files have changed."""

    def __init__(self, folder: Path, layout: Layout[WeightsT]) -> None:
        self.folder = folder
        self._layout = layout
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._found: WeightsT | None = None
        self._fault: str | None = None

    def look(self) -> WeightsT | None:
        """What is there; None when nothing is. Raises ValueError for what cannot be used."""
        with self._lock:
            try:
                stats = {name: p.stat() for name, p in self._layout.files(self.folder).items()}
                seen = tuple((name, s.st_size, s.st_mtime_ns) for name, s in stats.items())
                if seen != self._seen:
                    self._seen, self._found, self._fault = seen, None, None
                    self._found = self._layout.read(self.folder) if seen else None
            except (OSError, ValueError) as error:
                said = error.strerror if isinstance(error, OSError) else str(error)
                self._fault = said or "they cannot be read"
            if self._fault is not None:
                raise ValueError(self._fault)
            return self._found


def named_files(folder: Path, names: tuple[str, ...]) -> Files:
    """Those of ``names`` that are there. Raises OSError."""
    return {name: folder / name for name in names if (folder / name).is_file()}


def require(files: Files, names: tuple[str, ...]) -> None:
    """Raises ValueError, naming what is missing."""
    missing = [name for name in names if name not in files]
    if missing:
        raise ValueError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")


def torch_contents(path: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and checksums of what a file of torch holds, as its own list of contents has them.

    That list is at the end of the file: one that was cut off has none. Raises OSError, ValueError.
    """
    with path.open("rb") as file:
        if file.read(len(TORCH_LEGACY_START)) == TORCH_LEGACY_START:
            stat = path.stat()  # there is no list: when it was written must do
            return [("", stat.st_size, stat.st_mtime_ns)]
        try:
            entries = zipfile.ZipFile(file).infolist()
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path.name} is not a file of torch, or not a whole one") from error
    if not any(entry.filename.endswith("/data.pkl") for entry in entries):
        raise ValueError(f"{path.name} is not a file of torch")
    return [(entry.filename, entry.file_size, entry.CRC) for entry in entries]

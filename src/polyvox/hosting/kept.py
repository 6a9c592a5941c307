"""What an engine has made and may need again: kept in memory, and in files."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Recent(Generic[T]):
    """The ``most`` values that were used last, by name. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> T | None:
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
            return self._known.get(name)

    def put(self, name: str, value: T) -> None:
        with self._lock:
            self._known[name] = value
            self._known.move_to_end(name)
            if len(self._known) > self._most:
                self._known.popitem(last=False)


class KeptInFiles(Generic[T]):
    """Values by names that tell what they were made of; ``most`` of them in memory, all in ``folder``,
    which is for this alone (None: no files). Thread-safe; made by one thread at a time.

    ``load`` gives back what ``dump`` made bytes of, and None for bytes that are damaged.
    """

    def __init__(
        self,
        folder: Path | None,
        most: int,
        *,
        dump: Callable[[T], bytes],
        load: Callable[[bytes], T | None],
    ) -> None:
        self._folder = folder
        self._recent: Recent[T] = Recent(most)
        self._dump = dump
        self._load = load
        self._making = threading.Lock()

    def get(self, name: str, make: Callable[[], T]) -> T:
        """What is kept under ``name``, else what ``make`` gives. Raises what ``make`` raises."""
        known = self._recent.get(name)
        if known is not None:
            return known
        with self._making:
            value = self._recent.get(name)
            if value is None:
                value = self._read(name)
            if value is None:
                value = make()
                self._write(name, value)
            self._recent.put(name, value)
            return value

    def _read(self, name: str) -> T | None:
        if self._folder is None:
            return None
        try:
            return self._load((self._folder / name).read_bytes())
        except OSError:
            return None

    def _write(self, name: str, value: T) -> None:
        """A folder that cannot be written to costs time at the next start, nothing else."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / name, self._dump(value))
        except OSError as error:
            _log.warning("What was made of a sample cannot be kept: %s.", error.strerror)


def write_atomically(path: Path, data: bytes) -> None:
    """Whole or not at all, also where others write the same. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.close()
            os.replace(file.name, path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise

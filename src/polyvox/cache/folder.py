"""The file work behind :class:`polyvox.cache.store.FileStore`: blocking, run in threads.

Keeps nothing in memory: the folder is the index and the files' times are the order of use, so
several threads and processes may share one folder, and a restart forgets nothing.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from polyvox.cache.wav_entry import decode, encode
from polyvox.domain.audio import AudioChunk

STALE_TEMP_NS = 3600 * 1_000_000_000
"""A temporary file older than this (one hour) was left by a crash."""

_KEY = re.compile(r"[0-9a-f]{64}")
_SHARD = re.compile(r"[0-9a-f]{2}")
_ENTRY_SUFFIX, _TEMP_SUFFIX = ".wav", ".tmp"


@dataclass(frozen=True, slots=True)
class Usage:
    """What is in a folder, or by how much that changed."""

    entries: int
    size_bytes: int


@dataclass(frozen=True, slots=True, order=True)
class _File:
    used_ns: int
    path: str
    size: int


class EntryFolder:
    """Entries by key: ``root/ab/ab….wav``. ``clock`` gives ns since the epoch."""

    def __init__(self, root: Path, clock: Callable[[], int] = time.time_ns) -> None:
        self._root = root
        self._clock = clock

    def path_of(self, key: str) -> Path:
        """Where ``key`` is kept. Raises ValueError for what is not a SHA-256 in hex."""
        if not _KEY.fullmatch(key):
            raise ValueError("A key must be 64 lower-case hex digits.")
        return self._root / key[:2] / f"{key}{_ENTRY_SUFFIX}"

    def read(self, key: str) -> AudioChunk | None:
        """The audio, now the last used, or None. Raises DamagedEntry, OSError."""
        path = self.path_of(key)
        try:
            audio = decode(key, path.read_bytes())
        except FileNotFoundError:
            return None
        with suppress(OSError):  # another process removed it since, or the folder is read-only
            self._stamp(path)
        return audio

    def write(self, key: str, audio: AudioChunk) -> Usage:
        """Write the entry whole or not at all; what that added. Raises OSError."""
        path = self.path_of(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(_TEMP_SUFFIX, dir=path.parent)
        temporary = Path(name)
        try:
            with open(handle, "wb") as file:
                file.writelines(encode(key, audio))
            self._stamp(temporary)
            size = temporary.stat().st_size
            before = self._usage_of(path)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Usage(1 - before.entries, size - before.size_bytes)

    def remove(self, key: str) -> Usage:
        """Remove the entry, if it is there; what that took away. Raises OSError."""
        path = self.path_of(key)
        usage = self._usage_of(path)
        path.unlink(missing_ok=True)
        return usage

    def trim(self, limit: int, target: int) -> Usage:
        """With more than ``limit`` bytes, remove the least recently used down to ``target``.

        Also removes what crashed writers left. Returns what is there now.
        """
        files = self._scan()
        entries, total = len(files), sum(file.size for file in files)
        if total <= limit:
            return Usage(entries, total)
        for file in sorted(files):
            if total <= target:
                break
            if _unlinked(file.path):
                entries -= 1
                total -= file.size
        return Usage(entries, total)

    def clear(self) -> int:
        """Remove every entry; how many went."""
        return sum(_unlinked(file.path) for file in self._scan())

    def _stamp(self, path: Path) -> None:
        now = self._clock()
        os.utime(path, ns=(now, now))

    def _usage_of(self, path: Path) -> Usage:
        try:
            return Usage(1, path.stat().st_size)
        except FileNotFoundError:
            return Usage(0, 0)

    def _scan(self) -> list[_File]:
        """Every entry. Files that are not ours are left alone, and not counted."""
        found: list[_File] = []
        for shard in _listing(self._root):
            if _SHARD.fullmatch(shard.name) and shard.is_dir(follow_symlinks=False):
                for item in _listing(shard.path):
                    found.extend(self._entry(item))
        return found

    def _entry(self, item: os.DirEntry[str]) -> Iterator[_File]:
        stem, suffix = os.path.splitext(item.name)
        with suppress(FileNotFoundError):  # another process removed it
            stat = item.stat(follow_symlinks=False)
            if suffix == _ENTRY_SUFFIX and _KEY.fullmatch(stem):
                yield _File(stat.st_mtime_ns, item.path, stat.st_size)
            elif suffix == _TEMP_SUFFIX and stat.st_mtime_ns < self._clock() - STALE_TEMP_NS:
                _unlinked(item.path)


def _listing(path: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as items:
            return list(items)
    except FileNotFoundError:
        return []


def _unlinked(path: str) -> bool:
    """Whether the file is gone now, whoever removed it."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True

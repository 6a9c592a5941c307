"""Where whole segments rest between two askings."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from polyvox.cache.folder import EntryFolder, Usage
from polyvox.cache.wav_entry import DamagedEntry, entry_size
from polyvox.domain.audio import AudioChunk

KEEP_SHARE = 0.9
"""Trimming stops at this share of the cap, so that it is not needed at every write. A larger
entry is not stored."""
LOOK_SHARE = 0.125
"""After writing this share of the cap, look at the folder again: other processes write too."""

logger = logging.getLogger(__name__)


class SegmentStore(Protocol):
    """Whole segments by key (SHA-256 in hex)."""

    @property
    def entries(self) -> int: ...

    @property
    def size_bytes(self) -> int: ...

    async def get(self, key: str) -> AudioChunk | None:
        """The whole segment, or None."""

    async def put(self, key: str, audio: AudioChunk) -> None:
        """Keep it, if possible: a full or broken store is not the listener's trouble."""

    async def usage(self) -> Usage:
        """What is there now, other processes' entries included."""

    async def clear(self) -> int:
        """Forget everything; how many entries went."""


class FileStore:
    """One WAV file per entry in ``folder``, ``max_bytes`` in all, oldest use out first.

    Several processes may share the folder. ``max_bytes=0`` switches it off: no file is read or
    written. A failing disk is logged once; then every look-up is a miss. Keys that are not
    SHA-256 in hex raise ValueError. ``clock`` gives ns since the epoch.
    """

    def __init__(
        self, folder: Path, max_bytes: int, *, clock: Callable[[], int] = time.time_ns
    ) -> None:
        if max_bytes < 0:
            raise ValueError("max_bytes must not be negative")
        self._max_bytes = max_bytes
        self._keep_bytes = int(max_bytes * KEEP_SHARE)
        self._folder = EntryFolder(folder, clock)
        self._usage = Usage(0, 0)
        self._looked = False
        self._written = 0
        self._warned = False
        self._lock = asyncio.Lock()

    @property
    def entries(self) -> int:
        """Entries at the last look into the folder, with this store's changes since."""
        return self._usage.entries

    @property
    def size_bytes(self) -> int:
        """Bytes of the entries, as fresh as ``entries``."""
        return self._usage.size_bytes

    async def start(self) -> None:
        """Look into the folder, and trim it to the cap. The first write does it otherwise."""
        if self._max_bytes:
            async with self._lock:
                try:
                    await self._look()
                except OSError as error:
                    self._warn("read", error)

    async def get(self, key: str) -> AudioChunk | None:
        self._folder.path_of(key)
        if not self._max_bytes:
            return None
        try:
            return await asyncio.to_thread(self._folder.read, key)
        except DamagedEntry:
            await self._remove(key)
        except OSError as error:
            self._warn("read", error)
        return None

    async def put(self, key: str, audio: AudioChunk) -> None:
        self._folder.path_of(key)
        if not audio.pcm or entry_size(audio) > self._keep_bytes:
            return
        async with self._lock:
            try:
                if not self._looked:
                    await self._look()
                self._count(await asyncio.to_thread(self._folder.write, key, audio))
                self._written += entry_size(audio)
                if self._must_look():
                    await self._look()
            except OSError as error:
                self._warn("written", error)

    async def usage(self) -> Usage:
        await self.start()
        return self._usage

    async def clear(self) -> int:
        async with self._lock:
            removed = await asyncio.to_thread(self._folder.clear)
            if self._max_bytes:
                await self._look()
            return removed

    def _must_look(self) -> bool:
        too_much = self.size_bytes > self._max_bytes
        return too_much or self._written > self._max_bytes * LOOK_SHARE

    async def _look(self) -> None:
        self._usage = await asyncio.to_thread(self._folder.trim, self._max_bytes, self._keep_bytes)
        self._looked, self._written = True, 0

    async def _remove(self, key: str) -> None:
        async with self._lock:
            try:
                gone = await asyncio.to_thread(self._folder.remove, key)
                self._count(Usage(-gone.entries, -gone.size_bytes))
            except OSError as error:
                self._warn("cleaned", error)

    def _count(self, change: Usage) -> None:
        if self._looked:
            entries, size = self.entries + change.entries, self.size_bytes + change.size_bytes
            self._usage = Usage(entries, size)

    def _warn(self, what: str, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            reason = error.strerror or type(error).__name__
            logger.warning("The audio cache cannot be %s: %s.", what, reason)

"""A segment store in memory, for tests whose clock is not the wall's."""

from __future__ import annotations

from polyvox.cache.folder import Usage
from polyvox.domain.audio import AudioChunk


class DictStore:
    def __init__(self) -> None:
        self.kept: dict[str, AudioChunk] = {}

    async def get(self, key: str) -> AudioChunk | None:
        return self.kept.get(key)

    async def put(self, key: str, audio: AudioChunk) -> None:
        self.kept[key] = audio

    async def clear(self) -> int:
        count = len(self.kept)
        self.kept.clear()
        return count

    @property
    def size_bytes(self) -> int:
        return sum(len(audio.pcm) for audio in self.kept.values())

    @property
    def entries(self) -> int:
        return len(self.kept)

    async def usage(self) -> Usage:
        return Usage(self.entries, self.size_bytes)

"""Facts about this installation, for people who look after it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from polyvox.cache.store import SegmentStore
from polyvox.config import Settings
from polyvox.hosting.memory import resident_bytes
from polyvox.provider.loading import EngineFacts, EngineKeeper
from polyvox.services.found import Found


@dataclass(frozen=True, slots=True)
class CacheFacts:
    entries: int
    size_bytes: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """``memory_bytes`` is this process's, with the engines in it; None where there is no /proc.
    ``database`` says which one and where, without user and password."""

    version: str
    home: Path
    database: str
    memory_bytes: int | None
    cache: CacheFacts


async def facts(settings: Settings, store: SegmentStore) -> SystemFacts:
    used = await store.usage()
    return SystemFacts(
        version=version("polyvox"),
        home=settings.home,
        database=database_in_words(settings.database),
        memory_bytes=resident_bytes(os.getpid()),
        cache=CacheFacts(used.entries, used.size_bytes, settings.cache_max_mb * 1_048_576),
    )


def database_in_words(url: str) -> str:
    """Of an SQLAlchemy URL; whatever could be a secret is left out."""
    parts = urlsplit(url)
    kind, name = parts.scheme.split("+")[0], parts.path.removeprefix("/")
    if kind == "sqlite":
        return f"SQLite, {name or 'in memory'}"
    port = f":{parts.port}" if parts.port else ""
    return f"{kind}, {name} on {parts.hostname or 'this machine'}{port}"


def engine_of(found: Found) -> EngineFacts | None:
    """Of a provider whose engine can be loaded and unloaded."""
    keeper = _keeper(found)
    return keeper.engine() if keeper and found.in_service else None


async def load(found: Found) -> None:
    """Begin to load its engine. Raises ProviderError."""
    if keeper := _keeper(found):
        await keeper.load_engine()


async def unload(found: Found) -> None:
    """Give its engine's memory back. Raises Conflict while it is busy."""
    if keeper := _keeper(found):
        await keeper.unload_engine()


def _keeper(found: Found) -> EngineKeeper | None:
    provider: object = found.provider
    return provider if isinstance(provider, EngineKeeper) else None

"""Optional part of a provider whose engine takes much memory: loading it ahead, and giving that back.

A provider has it by having the methods; nothing is registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class EngineState(StrEnum):
    UNLOADED = "unloaded"  # the next request loads it
    LOADING = "loading"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """``memory_bytes`` is what its own process takes; None where that is not known, or not one's own."""

    state: EngineState
    memory_bytes: int | None = None


@runtime_checkable
class EngineKeeper(Protocol):
    def engine(self) -> EngineFacts:
        """Never raises, never slow."""
        ...

    async def load_engine(self) -> None:
        """Begin to load it, where it is not; returns soon. Raises ProviderError."""
        ...

    async def unload_engine(self) -> None:
        """Give its memory back; the next request loads it again. Raises Conflict while it is busy."""
        ...

"""The engine behind a local provider: synchronous, in memory, ignorant of HTTP and personalities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from polyvox.domain.audio import AudioChunk
from polyvox.provider.base import AudioStream


@dataclass(frozen=True, slots=True)
class EngineJob:
    """One segment, in plain values that can cross a process border."""

    text: str = field(repr=False)
    language: str
    voice: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    samples: tuple[str, ...] = ()


class Cancelled(Protocol):
    """Asked by an engine between steps; True once nobody waits for the job any more."""

    def __call__(self) -> bool: ...


class Engine(Protocol):
    """May block, may hold the GPU. Errors are polyvox.errors; any other exception is a crash."""

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        """Yield audio as it is made, in chunks short enough to be cancelled within 100 ms."""
        ...


class Host(Protocol):
    """Runs jobs on an engine. ``run`` is entered with the first audio in hand; leaving it cancels."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def run(self, job: EngineJob) -> AbstractAsyncContextManager[AudioStream]: ...

"""Providers with installed weights, whose engines are toys in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob, Host
from polyvox.hosting.inline import InlineHost
from polyvox.hosting.model_provider import ModelProvider
from polyvox.provider.base import ProviderContext


class ToyEngine:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.jobs: list[EngineJob] = []

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        self.jobs.append(job)
        yield AudioChunk(b"\1\2" * 240, 24_000)


class WithToyEngines(ModelProvider[Any, Any, Any]):
    """To be put before a provider's class: an engine for each set of weights, in this process."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        super().__init__(ProviderContext(data_dir, options))
        self.engines: list[ToyEngine] = []

    def _make_host(self, weights: Any) -> Host:
        self.engines.append(ToyEngine())
        return InlineHost(self.engines[-1], workers=1, queue_limit=1, name="toy")

    @property
    def jobs(self) -> list[EngineJob]:
        return [job for engine in self.engines for job in engine.jobs]


ToyT = TypeVar("ToyT", bound=WithToyEngines)


@asynccontextmanager
async def starting(kind: Callable[..., ToyT]) -> AsyncIterator[Callable[..., Awaitable[ToyT]]]:
    """Makes providers of ``kind``, started; they are stopped in the end."""
    toys: list[ToyT] = []

    async def start(data_dir: Path, **options: Any) -> ToyT:
        toys.append(kind(data_dir, **options))
        await toys[-1].start()
        return toys[-1]

    yield start
    for toy in toys:
        await toy.stop()

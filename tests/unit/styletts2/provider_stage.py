from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob, Host
from polyvox.hosting.inline import InlineHost
from polyvox.provider.base import ProviderContext
from polyvox.provider.installing import InstallProgress
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.styletts2.weights import Weights


class ToyEngine:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.jobs: list[EngineJob] = []

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        self.jobs.append(job)
        yield AudioChunk(b"\1\2" * 240, 24_000)


class ToyProvider(StyleTTS2Provider):
    """With an engine for each set of weights, in this process."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        super().__init__(ProviderContext(data_dir, options))
        self.engines: list[ToyEngine] = []

    def _make_host(self, weights: Weights) -> Host:
        self.engines.append(ToyEngine())
        return InlineHost(self.engines[-1], workers=1, queue_limit=1, name="toy")

    @property
    def jobs(self) -> list[EngineJob]:
        return [job for engine in self.engines for job in engine.jobs]


Started = Callable[..., Awaitable[ToyProvider]]


def provider(data_dir: Path, **options: Any) -> StyleTTS2Provider:
    return StyleTTS2Provider(ProviderContext(data_dir, options))


def visible(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("[!.]*"))


def silent(_: InstallProgress) -> None: ...

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob, Host
from polyvox.hosting.inline import InlineHost
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.installing import InstallProgress
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.settings import XttsSettings
from polyvox.providers.xtts_v2.weights import Weights

NAMES = ["config.json", "model.pth", "speakers_xtts.pth", "vocab.json"]
SAID = Utterance("Hello.", "en", None, XttsSettings())


class ToyEngine:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.jobs: list[EngineJob] = []

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        self.jobs.append(job)
        yield AudioChunk(b"\1\2" * 240, 24_000)


class ToyProvider(XttsProvider):
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


def provider(data_dir: Path, **options: Any) -> XttsProvider:
    return XttsProvider(ProviderContext(data_dir, options))


def accept(data_dir: Path) -> None:
    """As an earlier command has left it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00", "by": "a test"}
    (data_dir / "licence.json").write_text(json.dumps(record))


def visible(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("[!.]*"))


def part(data: Path) -> Path:
    return data / ".model.partial" / "model.pth.part"


def silent(_: InstallProgress) -> None: ...

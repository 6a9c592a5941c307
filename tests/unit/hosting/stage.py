"""An engine whose every chunk waits for the test's word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob

RATE = 8_000
PATIENCE_S = 10.0


def tone(ms: int, level: int = 1) -> AudioChunk:
    return AudioChunk(level.to_bytes(2, "little") * (RATE * ms // 1000), RATE)


@dataclass
class Played:
    """One job as the engine saw it."""

    text: str
    chunks: int = 0
    cancelled: bool = False
    closed: threading.Event = field(default_factory=threading.Event)


class ScriptedEngine:
    """Speaks ``chunks`` chunks of ``chunk_ms``; ``script`` by text says what a job does instead."""

    def __init__(self, *, chunks: int = 3, chunk_ms: int = 100) -> None:
        self.chunks, self.chunk_ms = chunks, chunk_ms
        self.loads = 0
        self.load_thread = ""
        self.jobs: list[Played] = []
        self.order: list[str] = []
        self.script: dict[str, Callable[[Cancelled], Iterator[AudioChunk]]] = {}
        self.gate = threading.Event()
        self.gate.set()

    def load(self) -> None:
        self.loads += 1
        self.load_thread = threading.current_thread().name

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        played = Played(job.text)
        self.jobs.append(played)
        try:
            for chunk in self.script.get(job.text, self._speak)(cancelled):
                played.chunks += 1
                self.order.append(job.text)
                yield chunk
        finally:
            played.cancelled = cancelled()
            played.closed.set()

    def _speak(self, cancelled: Cancelled) -> Iterator[AudioChunk]:
        for number in range(self.chunks):
            assert self.gate.wait(PATIENCE_S)
            yield tone(self.chunk_ms, number + 1)

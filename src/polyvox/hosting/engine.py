"""The engine behind a local provider: synchronous, in memory, ignorant of HTTP and personalities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from polyvox.domain.audio import AudioChunk
from polyvox.provider.base import AudioStream

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KindT = TypeVar("KindT", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class EngineJob:
    """One segment, in plain values that can cross a process border.

    ``before`` are the texts of the reply's earlier segments, and ``parts`` the text with its pauses in ms,
    as ``Utterance`` has them; a word of known sounds travels in its text, as ``text.phonemes`` has it.
    """

    text: str = field(repr=False)
    language: str
    voice: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    before: tuple[str, ...] = field(default=(), repr=False)
    parts: tuple[str | int, ...] = field(default=(), repr=False)

    def settings_as(self, kind: type[KindT]) -> KindT:
        """Those of the settings that ``kind`` has fields for; its defaults for the others."""
        names = {each.name for each in fields(kind)} & self.settings.keys()
        return kind(**{name: self.settings[name] for name in names})


class Cancelled(Protocol):
    """Asked by an engine between steps; True once nobody waits for the job any more."""

    def __call__(self) -> bool: ...

    def when(self, stop: Callable[[], None]) -> None:
        """Have ``stop`` called on cancellation, from another thread; at once if it has happened.

        For an engine whose steps are long but can be told to end; ``stop`` must be quick.
        """
        ...


class Engine(Protocol):
    """May block, may hold the GPU. Errors are polyvox.errors; any other exception is a crash.

    Several jobs may run at once, each on the thread of the moment: a host may take every chunk
    of one job on another thread, though never two at a time, and may let it wait between chunks.
    """

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        """Yield audio as it is made; the work on one chunk must end within 100 ms of cancellation."""
        ...


class Host(Protocol):
    """Runs jobs on an engine. ``run`` is entered with the first audio in hand; leaving it cancels."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def run(self, job: EngineJob) -> AbstractAsyncContextManager[AudioStream]: ...

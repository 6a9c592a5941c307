"""What the samples need: where recordings lie, what is known of them, and who works on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from polyvox.domain.samples import Consent, SampleMeta, SampleReport


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A stored file: ``sha256`` in hex, ``size`` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PreparedSample:
    """A sample made ready for one provider. ``done`` are the repairs, in order, as
    ``audio.sample_work.prepare`` tells them; ``recipe`` names the target it was made for."""

    blob: BlobRef
    recipe: str
    denoised: bool
    duration_s: float
    done: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class StoredSample:
    """``source_url`` is where it was fetched from, None for an upload; ``prepared`` by provider."""

    meta: SampleMeta
    report: SampleReport
    source_url: str | None = None
    prepared: Mapping[str, PreparedSample] = field(default_factory=dict)


class BlobStore(Protocol):
    """Files of an owner (a sample's id), each under its SHA-256: written whole or not at all.

    All methods raise PolyvoxError where the store cannot be reached.
    """

    async def put(self, owner: str, source: Path) -> BlobRef:
        """Copy a local file into the store; one that is there already is left as it is."""

    async def local(self, owner: str, sha256: str) -> Path:
        """A local file with the content. Raises BadSample when it is lost or damaged."""

    async def delete(self, owner: str, sha256: str | None = None) -> None:
        """One file, or all of the owner's; those that are not there are no error."""

    async def prune(self, keep: Collection[str]) -> None:
        """Drop this machine's copies of files of all other owners."""


class SampleRepository(Protocol):
    async def add(self, sample: StoredSample) -> None:
        """Raises Conflict when the personality has the same recording already, naming it;
        UnknownPersonality when it is gone."""

    async def get(self, sample_id: str) -> StoredSample:
        """Raises UnknownSample."""

    async def of(self, personality_id: str) -> Sequence[StoredSample]:
        """In the order they came."""

    async def find(
        self, ids: Sequence[str], *, source_urls: Sequence[str] = ()
    ) -> Sequence[StoredSample]:
        """Those of the ids, and those fetched from the addresses; what is unknown is missing."""

    async def edit(
        self, sample_id: str, *, language: str | None, notes: str | None, consent: Consent | None
    ) -> None:
        """Write all three. Raises UnknownSample."""

    async def keep_prepared(
        self, sample_id: str, provider: str, prepared: PreparedSample
    ) -> PreparedSample | None:
        """The one it replaces. Atomic across processes. Raises UnknownSample."""

    async def delete(self, sample_id: str) -> None:
        """Raises UnknownSample."""

    async def ids(self) -> Sequence[str]: ...


class Workbench(Protocol):
    """Runs work on files from strangers where it can do no harm (``hosting.workshop``)."""

    async def run(self, function: str, *args: Any) -> Any:
        """What ``package.module:name`` gives for ``args``, all JSON but for paths."""


class SampleFetcher(Protocol):
    async def fetch(self, url: str, into: Path) -> object:
        """Write what is at ``url`` to ``into``. Raises BadSample for an address that may not be
        asked, and for what breaks a limit."""


@dataclass(frozen=True, slots=True)
class SampleUse:
    """A personality whose document refers to a sample, at these places of it."""

    personality: str
    sample: str
    places: tuple[str, ...]

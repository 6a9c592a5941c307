"""Samples to clone voices from: taken in, measured, prepared, handed out, deleted without a trace."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from polyvox.config import SampleSettings
from polyvox.domain.capabilities import VoiceProvider
from polyvox.domain.sample_reference import new_sample_id
from polyvox.domain.samples import Consent, SampleMeta, SampleReport
from polyvox.errors import (
    BadSample,
    Conflict,
    Misconfigured,
    PolyvoxError,
    ProviderError,
    UnknownPersonality,
    UnknownSample,
)
from polyvox.services.ports import PersonalityReader
from polyvox.services.providers import Providers
from polyvox.services.sample_ports import (
    BlobRef,
    BlobStore,
    PreparedSample,
    SampleFetcher,
    SampleRepository,
    StoredSample,
    Workbench,
)
from polyvox.services.sample_preparing import Preparing, Scratch
from polyvox.services.sample_references import SampleReferences, told

CHECK = "polyvox.audio.sample_work:check"
WAVEFORM = "polyvox.audio.sample_work:waveform"
MAX_POINTS = 4000
"""Of a picture of a recording."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SampleNotes:
    """What people say about a sample."""

    language: str | None = None
    notes: str | None = None
    consent: Consent | None = None


@dataclass(eq=False, repr=False)
class SampleService:
    """A sample belongs to one personality; others may refer to it. ``references`` knows who does."""

    repository: SampleRepository
    blobs: BlobStore
    workbench: Workbench
    providers: Providers
    references: SampleReferences
    personalities: PersonalityReader
    scratch: Scratch
    fetcher: SampleFetcher | None = None
    limits: SampleSettings = field(default_factory=SampleSettings)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._preparing = Preparing(
            self.repository, self.blobs, self.workbench, self.providers, self.scratch
        )

    async def start(self) -> None:
        """Drop what other processes have deleted since."""
        await self.blobs.prune(await self.repository.ids())

    @asynccontextmanager
    async def incoming(self) -> AsyncIterator[Path]:
        """A path to write a recording to that is to be added; gone on leaving."""
        async with self.scratch.file() as path:
            yield path

    async def check(self, source: Path) -> SampleReport:
        """Measure a recording without keeping it. Raises BadSample."""
        size = (await asyncio.to_thread(source.stat)).st_size
        if not 0 < size <= self.limits.max_bytes:
            limit = self.limits.max_bytes >> 20
            raise BadSample(
                f"The recording has {size} bytes; it must have some, and at most {limit} MiB "
                "(samples.max_bytes).",
                param="file",
                remedy="Send a shorter one, or one in a compressed format.",
            )
        return await measured(self.workbench, source, self.providers)

    async def add(
        self,
        personality_id: str,
        source: Path,
        said: SampleNotes | None = None,
        *,
        source_url: str | None = None,
    ) -> StoredSample:
        """Measure and keep a recording, a file of any accepted format; the original stays as it is.

        Raises UnknownPersonality, BadSample, Conflict when the personality has it already.
        """
        said = said or SampleNotes()
        held = len(await self.list(personality_id))
        if held >= self.limits.max_samples:
            raise Conflict(
                f"'{personality_id}' has {held} samples, which is the limit (max_samples).",
                remedy="Delete one that is not needed any more.",
            )
        report = await self.check(source)
        blob = await asyncio.to_thread(_ref, source)
        meta = SampleMeta(
            id=new_sample_id(),
            personality_id=personality_id,
            sha256=blob.sha256,
            size=blob.size,
            uploaded_at=self.now(),
            language=said.language,
            notes=said.notes,
            consent=said.consent,
        )
        sample = StoredSample(meta, report, source_url)
        await self._keep(sample, source)
        log.info("sample_added", sample=meta.id, personality=personality_id, size=blob.size)
        return sample

    async def _keep(self, sample: StoredSample, source: Path) -> None:
        """The row first: no file is ever without one that says whose it is."""
        owner = sample.meta.id
        await self.repository.add(sample)
        try:
            await self.blobs.put(owner, source)
            await self.repository.get(owner)  # its personality may have been deleted meanwhile
        except UnknownSample:
            await self.blobs.delete(owner)
            name = sample.meta.personality_id
            raise UnknownPersonality(f"There is no personality '{name}'.") from None
        except BaseException:
            await self.blobs.delete(owner)
            await self.repository.delete(owner)
            raise

    async def fetch(
        self, personality_id: str, url: str, said: SampleNotes | None = None
    ) -> StoredSample:
        """Add what lies at ``url``, where the operator allows its host; documents that name the
        address mean the sample from then on. Raises as :meth:`add`, and BadSample."""
        if self.fetcher is None:
            raise BadSample(
                "Recordings are not fetched from elsewhere here.",
                param="url",
                remedy="Upload it, or have the operator allow its host (samples.fetch_hosts).",
            )
        async with self.incoming() as path:
            await self.fetcher.fetch(url, path)
            return await self.add(personality_id, path, said, source_url=url)

    async def list(self, personality_id: str) -> Sequence[StoredSample]:
        """In the order they came. Raises UnknownPersonality."""
        await self.personalities.get(personality_id)
        return await self.repository.of(personality_id)

    async def get(self, sample_id: str, *, personality_id: str | None = None) -> StoredSample:
        """Raises UnknownSample, also for one of another personality than ``personality_id``."""
        sample = await self.repository.get(sample_id)
        if personality_id not in (None, sample.meta.personality_id):
            raise UnknownSample(
                f"'{personality_id}' has no sample '{sample_id[:100]}'.", param="sample"
            )
        return sample

    async def edit(self, sample_id: str, said: SampleNotes) -> StoredSample:
        """Write all of ``said``. With the consent goes what was made of the sample's voice."""
        await self.repository.edit(
            sample_id, language=said.language, notes=said.notes, consent=said.consent
        )
        sample = await self.repository.get(sample_id)
        if said.consent is None:
            await self._forget(sample)
        return sample

    async def delete(self, sample_id: str) -> None:
        """With all that was made of it. Raises UnknownSample, Conflict when it is referred to."""
        sample = await self.repository.get(sample_id)
        if uses := await self.references.uses([sample_id]):
            raise Conflict(
                f"The sample is used by {told(uses)}.",
                param="sample",
                remedy="Let these speak with another one first.",
            )
        await self._remove(sample)

    async def check_leaving(self, personality_id: str) -> None:
        """Raises Conflict when other personalities refer to samples of this one."""
        own = [sample.meta.id for sample in await self.repository.of(personality_id)]
        if own and (uses := await self.references.uses(own, besides=personality_id)):
            raise Conflict(
                f"Samples of '{personality_id}' are used by {told(uses)}.",
                remedy="Let these speak with others first.",
            )

    async def leave(self, personality_id: str) -> None:
        """Delete all of the personality's. Raises Conflict as :meth:`check_leaving`."""
        await self.check_leaving(personality_id)
        for sample in await self.repository.of(personality_id):
            await self._remove(sample)

    async def prepare(
        self, sample_id: str, provider: str, *, denoise: bool | None = None
    ) -> PreparedSample:
        """Make it ready for ``provider`` now, so that its first reply need not wait. ``denoise``
        stays as it was last asked for where it is None. Raises as Preparing.prepared."""
        return await self._preparing.prepared(sample_id, provider, denoise=denoise)

    async def audio(self, sample_id: str, provider: str | None = None) -> Path:
        """A local file: the original, or what ``provider`` hears of it (WAV)."""
        if provider is not None:
            prepared = await self._preparing.prepared(sample_id, provider)
            return await self.blobs.local(sample_id, prepared.blob.sha256)
        sample = await self.repository.get(sample_id)
        return await self.blobs.local(sample_id, sample.meta.sha256)

    async def waveform(self, path: Path, points: int) -> Any:
        """Lowest and highest value of each of ``points`` stretches, to draw."""
        return await self.workbench.run(WAVEFORM, path, points)

    async def files(self, samples: Sequence[str], provider: str) -> tuple[Path, ...]:
        """Local files that ``provider`` clones from. Raises ProviderError, so that others speak."""
        try:
            return tuple([await self._consented(name, provider) for name in samples])
        except ProviderError as error:
            error.provider = error.provider or provider
            raise
        except PolyvoxError as error:
            raise Misconfigured(error.message, provider=provider, remedy=error.remedy) from error

    async def _consented(self, sample_id: str, provider: str) -> Path:
        sample = await self.repository.get(sample_id)
        if sample.meta.consent is None:
            raise BadSample(f"The consent for the sample {sample_id} was withdrawn.")
        return await self.audio(sample_id, provider)

    async def _remove(self, sample: StoredSample) -> None:
        await self._forget(sample)
        await self.blobs.delete(sample.meta.id)
        await self.repository.delete(sample.meta.id)
        log.info("sample_deleted", sample=sample.meta.id)

    async def _forget(self, sample: StoredSample) -> None:
        await self.providers.forget([one.blob.sha256 for one in sample.prepared.values()])


async def measured(workbench: Workbench, source: Path, providers: Providers) -> SampleReport:
    """What the recording is worth, and to each of ``providers`` that clones: the specification's
    come first, in its order. Raises BadSample."""
    needs = providers.sample_needs()
    order = dict.fromkeys((*map(str, VoiceProvider), *needs))
    told = {name: asdict(needs[name]) for name in order if name in needs}
    return SampleReport.model_validate(await workbench.run(CHECK, source, told))


def _ref(path: Path) -> BlobRef:
    with path.open("rb") as file:
        return BlobRef(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)

"""Samples made ready for a provider: once, kept in the blob store, and made again when the provider
wants them otherwise."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.samples import Readiness
from polyvox.errors import BadSample, InvalidSetting, UnknownSample
from polyvox.services.providers import Providers
from polyvox.services.sample_ports import (
    BlobStore,
    PreparedSample,
    SampleRepository,
    StoredSample,
    Workbench,
)

PREPARE = "polyvox.audio.sample_work:prepare"
RECIPE = "1"
"""Changes with how samples are prepared, so that those made before are made again."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where files lie while they are worked on."""

    folder: Path

    @asynccontextmanager
    async def file(self) -> AsyncIterator[Path]:
        """A path to write to; what is there is gone on leaving."""
        folder = await asyncio.to_thread(self._make)
        try:
            yield Path(folder.name) / "recording"
        finally:
            await asyncio.to_thread(folder.cleanup)

    def _make(self) -> tempfile.TemporaryDirectory[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True)


@dataclass(eq=False, repr=False)
class Preparing:
    """One version per sample and provider. The same one is made once, however many ask for it."""

    repository: SampleRepository
    blobs: BlobStore
    workbench: Workbench
    providers: Providers
    scratch: Scratch
    _turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(
        default_factory=WeakValueDictionary, init=False
    )

    async def prepared(
        self, sample_id: str, provider: str, *, denoise: bool | None = None
    ) -> PreparedSample:
        """The sample as ``provider`` wants it; ``denoise`` None leaves that as it was.

        Raises UnknownSample, UnknownProvider, InvalidSetting for a provider that does not clone,
        BadSample where the recording cannot be used.
        """
        needs = self._needs(provider)
        turn = self._turns.setdefault((sample_id, provider), asyncio.Lock())
        async with turn:
            sample = await self.repository.get(sample_id)
            before = sample.prepared.get(provider)
            wanted = denoise if denoise is not None else bool(before and before.denoised)
            if before is not None and before.recipe == _recipe(needs, wanted):
                return before
            _check(sample, provider)
            return await self._make(sample, provider, needs, denoise=wanted)

    async def _make(
        self, sample: StoredSample, provider: str, needs: SampleNeeds, *, denoise: bool
    ) -> PreparedSample:
        owner = sample.meta.id
        source = await self.blobs.local(owner, sample.meta.sha256)
        async with self.scratch.file() as target:
            made = await self.workbench.run(
                PREPARE, source, target, _target(needs), {"denoise": denoise}
            )
            blob = await self.blobs.put(owner, target)
        prepared = PreparedSample(
            blob,
            recipe=_recipe(needs, denoise),
            denoised=denoise,
            duration_s=float(made["duration_s"]),
            done=tuple(made["done"]),
        )
        try:
            before = await self.repository.keep_prepared(owner, provider, prepared)
        except UnknownSample:  # deleted meanwhile
            await self.blobs.delete(owner)
            raise
        if before is not None and before.blob != blob:
            await self._drop(owner, provider, before)
        return prepared

    async def _drop(self, owner: str, provider: str, before: PreparedSample) -> None:
        """The version that was replaced, unless it is the same sound as another one."""
        sample = await self.repository.get(owner)
        kept = {sample.meta.sha256, *(one.blob.sha256 for one in sample.prepared.values())}
        if before.blob.sha256 not in kept:
            await self.blobs.delete(owner, before.blob.sha256)
            await self.providers.forget([before.blob.sha256])

    def _needs(self, provider: str) -> SampleNeeds:
        needs = self.providers.get(provider).capabilities().cloning
        if needs is None:
            raise InvalidSetting(f"{provider} clones no voices.", param="provider")
        return needs


def _check(sample: StoredSample, provider: str) -> None:
    verdict = sample.report.verdicts.get(provider)
    if verdict is not None and verdict.state is Readiness.UNUSABLE:
        raise BadSample(
            f"{provider} cannot clone from this recording. {' '.join(verdict.because)}".rstrip(),
            param="provider",
        )


def _target(needs: SampleNeeds) -> dict[str, float]:
    return {
        "rate": needs.sample_rate,
        "min_s": needs.min_s,
        "max_s": needs.max_s,
        "best_s": (needs.best_min_s + needs.best_max_s) / 2,
    }


def _recipe(needs: SampleNeeds, denoise: bool) -> str:
    figures = ",".join(f"{name}={value:g}" for name, value in _target(needs).items())
    return f"{RECIPE},{figures},denoise={int(denoise)}"

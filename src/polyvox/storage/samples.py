"""Samples (``services.sample_ports.SampleRepository``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, Select, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from polyvox.domain.samples import Consent, SampleMeta, SampleReport
from polyvox.errors import Conflict, UnknownPersonality, UnknownSample
from polyvox.services.sample_ports import BlobRef, PreparedSample, StoredSample
from polyvox.storage.database import Database
from polyvox.storage.tables import ai_personalities, voice_samples

_table = voice_samples.c
_ALL = select(voice_samples).order_by(_table.uploaded_at, _table.id)


class SqlSamples:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, sample: StoredSample) -> None:
        try:
            await self._database.change(insert(voice_samples).values(_values(sample)))
        except IntegrityError as error:
            raise await self._reason(sample) from error

    async def _reason(self, sample: StoredSample) -> UnknownPersonality | Conflict:
        owner = sample.meta.personality_id
        present = select(ai_personalities.c.id).where(ai_personalities.c.id == owner)
        if not await self._database.rows(present):
            return UnknownPersonality(f"There is no personality '{owner}'.", param="personality")
        same = select(_table.id).where(
            _table.personality_id == owner, _table.sha256 == sample.meta.sha256
        )
        twin = next((row["id"] for row in await self._database.rows(same)), None)
        return Conflict(f"'{owner}' has this recording already: {twin}.", param="file")

    async def get(self, sample_id: str) -> StoredSample:
        found = await self._fetch(_ALL.where(_table.id == sample_id))
        if not found:
            raise unknown(sample_id)
        return found[0]

    async def of(self, personality_id: str) -> Sequence[StoredSample]:
        return await self._fetch(_ALL.where(_table.personality_id == personality_id))

    async def find(
        self, ids: Sequence[str], *, source_urls: Sequence[str] = ()
    ) -> Sequence[StoredSample]:
        if not ids and not source_urls:
            return []
        wanted = or_(_table.id.in_(ids), _table.source_url.in_(source_urls))
        return await self._fetch(_ALL.where(wanted))

    async def ids(self) -> Sequence[str]:
        return [row["id"] for row in await self._database.rows(select(_table.id))]

    async def edit(
        self, sample_id: str, *, language: str | None, notes: str | None, consent: Consent | None
    ) -> None:
        values = {"language": language, "notes": notes, **_consent_values(consent)}
        change = update(voice_samples).where(_table.id == sample_id).values(values)
        if not await self._database.change(change):
            raise unknown(sample_id)

    async def keep_prepared(
        self, sample_id: str, provider: str, prepared: PreparedSample
    ) -> PreparedSample | None:
        # The lock is PostgreSQL's; SQLite's writers take turns.
        query = select(_table.prepared).where(_table.id == sample_id).with_for_update()
        async with self._database.writing() as connection:
            row = (await connection.execute(query)).first()
            if row is None:
                raise unknown(sample_id)
            before = row[0].get(provider)
            kept = {**row[0], provider: _prepared_values(prepared)}
            change = update(voice_samples).where(_table.id == sample_id).values(prepared=kept)
            await connection.execute(change)
        return _prepared(before) if before else None

    async def delete(self, sample_id: str) -> None:
        gone = delete(voice_samples).where(_table.id == sample_id)
        if not await self._database.change(gone):
            raise unknown(sample_id)

    async def _fetch(self, query: Select[Any]) -> list[StoredSample]:
        return [_sample(row) for row in await self._database.rows(query)]


def unknown(sample_id: str) -> UnknownSample:
    return UnknownSample(f"There is no sample '{sample_id[:100]}'.", param="sample")


def _values(sample: StoredSample) -> dict[str, Any]:
    meta = sample.meta
    return {
        **meta.model_dump(exclude={"consent"}),
        **_consent_values(meta.consent),
        "source_url": sample.source_url,
        "report": sample.report.model_dump(mode="json"),
        "prepared": {name: _prepared_values(one) for name, one in sample.prepared.items()},
    }


def _consent_values(consent: Consent | None) -> dict[str, Any]:
    return {f"consent_{name}": getattr(consent, name, None) for name in Consent.model_fields}


def _sample(row: RowMapping) -> StoredSample:
    consent = None
    if row["consent_who"] is not None:
        consent = Consent(**{name: row[f"consent_{name}"] for name in Consent.model_fields})
    plain = {name: row[name] for name in SampleMeta.model_fields if name != "consent"}
    return StoredSample(
        SampleMeta(**plain, consent=consent),
        SampleReport.model_validate(row["report"]),
        source_url=row["source_url"],
        prepared={name: _prepared(one) for name, one in row["prepared"].items()},
    )


def _prepared_values(prepared: PreparedSample) -> dict[str, Any]:
    values = asdict(prepared)
    return {**values.pop("blob"), **values}


def _prepared(values: dict[str, Any]) -> PreparedSample:
    return PreparedSample(
        BlobRef(values["sha256"], values["size"]),
        recipe=values["recipe"],
        denoised=values["denoised"],
        duration_s=values["duration_s"],
        done=tuple(values["done"]),
    )

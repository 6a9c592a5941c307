"""What became of each request (``services.ports.ReportRepository``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from polyvox.domain.speech import SpeechReport
from polyvox.errors import UnknownReport
from polyvox.storage.database import Database
from polyvox.storage.tables import speech_reports

_INSERTS = {
    # A batch sent again after a lost connection must not fail on what did arrive.
    "sqlite": sqlite.insert(speech_reports).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(speech_reports).on_conflict_do_nothing(),
}


class SqlReports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, reports: Sequence[SpeechReport]) -> None:
        if not reports:
            return
        async with self._database.writing() as connection:
            await connection.execute(
                _INSERTS[connection.dialect.name], [_values(report) for report in reports]
            )

    async def get(self, speech_id: str) -> SpeechReport:
        query = select(speech_reports.c.document).where(speech_reports.c.id == speech_id)
        found = await self._database.rows(query)
        if not found:
            raise UnknownReport(f"There is no report of speech '{speech_id}'.")
        return SpeechReport.model_validate(found[0]["document"])

    async def troubled(
        self, *, personality: str | None = None, since: datetime | None = None, limit: int
    ) -> Sequence[SpeechReport]:
        table = speech_reports.c
        query = select(table.document).where(table.troubled)
        if personality is not None:
            query = query.where(table.personality == personality)
        if since is not None:
            query = query.where(table.created_at >= since)
        query = query.order_by(table.created_at.desc(), table.id.desc()).limit(limit)
        found = await self._database.rows(query)
        return [SpeechReport.model_validate(row["document"]) for row in found]

    async def prune(self, *, keep: int) -> int:
        table = speech_reports.c
        old = select(table.id).order_by(table.created_at.desc(), table.id.desc()).offset(keep)
        return await self._database.change(delete(speech_reports).where(table.id.in_(old)))


def _values(report: SpeechReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "created_at": datetime.fromisoformat(report.created_at),
        "personality": report.personality,
        "troubled": report.troubled,
        "document": report.model_dump(mode="json"),
    }

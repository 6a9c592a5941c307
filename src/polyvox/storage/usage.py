"""Usage per hour, personality and provider (``services.ports.UsageRepository``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, cast, func, select
from sqlalchemy import case as sql_case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from polyvox.domain.counts import Counts
from polyvox.services.ports import UsageIncrement, UsageTotals
from polyvox.storage.counts import as_columns, from_columns
from polyvox.storage.database import Database
from polyvox.storage.tables import usage_hourly

_NUMBERS = tuple(as_columns(Counts()))
_KEY = (usage_hourly.c.hour, usage_hourly.c.personality_id, usage_hourly.c.provider)


class SqlUsage:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, increments: Sequence[UsageIncrement]) -> None:
        if not increments:
            return
        rows = _rows(increments)
        async with self._database.writing() as connection:
            await connection.execute(_UPSERTS[connection.dialect.name], rows)

    async def totals(
        self,
        *,
        personality: str | None = None,
        provider: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        by_personality: bool = False,
        by_hour: bool = False,
    ) -> Sequence[UsageTotals]:
        """Whole hours: the one that ``since`` falls into, up to but without ``until``'s."""
        keep = [
            usage_hourly.c.personality_id == personality if personality is not None else None,
            usage_hourly.c.provider == provider if provider is not None else None,
            usage_hourly.c.hour >= _hour(since) if since is not None else None,
            usage_hourly.c.hour < until if until is not None else None,
        ]
        query = _sums(by_personality=by_personality, by_hour=by_hour)
        query = query.where(*(condition for condition in keep if condition is not None))
        async with self._database.reading() as connection:
            return [_totals(row) for row in (await connection.execute(query)).mappings()]


def _hour(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("Usage is counted by hours of UTC: a moment needs its time zone")
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _rows(increments: Iterable[UsageIncrement]) -> list[dict[str, Any]]:
    """One row per key (a statement may touch a row once), sorted so that no two writers deadlock."""
    grouped: defaultdict[tuple[datetime, str, str], list[UsageIncrement]] = defaultdict(list)
    for each in increments:
        grouped[_hour(each.at), each.personality, each.provider].append(each)
    return [
        {
            "hour": hour,
            "personality_id": personality,
            "provider": provider,
            "last_used": max(each.at for each in parts),
            **as_columns(Counts.total(each.counts for each in parts)),
        }
        for (hour, personality, provider), parts in sorted(grouped.items(), key=itemgetter(0))
    ]


def _upsert(dialect: str) -> Insert:
    """Add to the row, or make it: one statement, atomic in both databases."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(usage_hourly)
    now, new = usage_hourly.c, statement.excluded
    added: dict[str, ColumnElement[Any]] = {name: now[name] + new[name] for name in _NUMBERS}
    later = sql_case((new.last_used > now.last_used, new.last_used), else_=now.last_used)
    return statement.on_conflict_do_update(index_elements=_KEY, set_={**added, "last_used": later})


_UPSERTS = {dialect: _upsert(dialect) for dialect in ("sqlite", "postgresql")}


def _sums(*, by_personality: bool, by_hour: bool) -> Select[Any]:
    table = usage_hourly.c
    groups: list[ColumnElement[Any]] = [
        table.provider,
        *([table.personality_id] if by_personality else []),
        *([table.hour] if by_hour else []),
    ]
    return (
        select(
            *groups,
            # PostgreSQL's sum of BigInteger is Numeric.
            *(cast(func.sum(table[name]), table[name].type).label(name) for name in _NUMBERS),
            func.max(table.last_used).label("last_used"),
        )
        .group_by(*groups)
        .order_by(*reversed(groups))
    )


def _totals(row: RowMapping) -> UsageTotals:
    return UsageTotals(
        personality=row.get("personality_id", ""),
        provider=row["provider"],
        hour=row.get("hour"),
        counts=from_columns(row),
        last_used=row["last_used"],
    )

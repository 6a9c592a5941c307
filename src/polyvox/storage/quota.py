"""The ledger of characters (``services.ports.QuotaRepository``)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from polyvox.domain.quota import Charge
from polyvox.services.ports import Balance, TierUse
from polyvox.storage.database import Database
from polyvox.storage.tables import quota_used

_TABLE = quota_used.c
_KEY = (_TABLE.month, _TABLE.provider, _TABLE.tier)


class SqlQuota:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, month: str, provider: str, charge: Charge, *, limit: int | None
    ) -> Balance:
        key = {"month": month, "provider": provider, "tier": charge.tier}
        reserved = False
        async with self._database.writing() as connection:
            # The statement's condition sees a row that is there; this one, that there is none.
            if limit is None or charge.characters <= limit:
                taking = _TAKE[connection.dialect.name, limit is not None]
                row = {**key, "characters": charge.characters, "requests": 1}
                bound = {} if limit is None else {"most": limit}
                reserved = (await connection.execute(taking, {**row, **bound})).rowcount == 1
            used = (await connection.execute(_USED, _prefixed(key))).scalar_one_or_none()
        return Balance(reserved, used or 0)

    async def release(self, month: str, provider: str, charge: Charge) -> None:
        key = _prefixed({"month": month, "provider": provider, "tier": charge.tier})
        async with self._database.writing() as connection:
            await connection.execute(_GIVE_BACK, {**key, "given_back": charge.characters})

    async def used(self, month: str) -> Mapping[tuple[str, str], TierUse]:
        query = select(quota_used).where(_TABLE.month == month)
        return {
            (row["provider"], row["tier"]): TierUse(row["characters"], row["requests"])
            for row in await self._database.rows(query)
        }


def _prefixed(key: dict[str, str]) -> dict[str, str]:
    """An UPDATE's own names for its conditions: the columns' are taken for what it sets."""
    return {f"of_{name}": value for name, value in key.items()}


def _take(dialect: str, *, limited: bool) -> Insert:
    """Add to the row if it stays within the limit, or make it. One statement: whoever comes second
    waits for the first, then sees what it left."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(quota_used)
    new = statement.excluded
    most = bindparam("most", type_=_TABLE.characters.type)
    return statement.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            "characters": _TABLE.characters + new.characters,
            "requests": _TABLE.requests + new.requests,
        },
        where=_TABLE.characters + new.characters <= most if limited else None,
    )


_TAKE = {
    (dialect, limited): _take(dialect, limited=limited)
    for dialect in ("sqlite", "postgresql")
    for limited in (False, True)
}
_THIS = [column == bindparam(f"of_{column.name}") for column in _KEY]
_USED = select(_TABLE.characters).where(*_THIS)
_given_back = bindparam("given_back", type_=_TABLE.characters.type)
_GIVE_BACK = (
    update(quota_used)
    .where(*_THIS)
    .values(
        # Never below nothing, even where somebody has set the row by hand.
        characters=case(
            (_TABLE.characters > _given_back, _TABLE.characters - _given_back), else_=0
        ),
        requests=case((_TABLE.requests > 0, _TABLE.requests - 1), else_=0),
    )
)

"""API keys, hashed (``services.ports.KeyRepository``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from polyvox.errors import Conflict, UnknownKey
from polyvox.services.ports import ApiKey
from polyvox.storage.database import Database
from polyvox.storage.tables import api_keys


class SqlKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        """Raises Conflict when id or digest is taken."""
        try:
            await self._database.change(insert(api_keys).values(asdict(key)))
        except IntegrityError as error:
            raise Conflict(f"A key '{key.id}' exists already.", param="id") from error

    async def list(self) -> Sequence[ApiKey]:
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
        return [ApiKey(**row) for row in await self._database.rows(query)]

    async def find(self, digest: str) -> ApiKey | None:
        query = select(api_keys).where(api_keys.c.digest == digest, api_keys.c.revoked_at.is_(None))
        found = await self._database.rows(query)
        return ApiKey(**found[0]) if found else None

    async def touch(self, key_id: str, at: datetime) -> None:
        """Note the use; an earlier moment than the one kept changes nothing."""
        last = api_keys.c.last_used_at
        change = (
            update(api_keys)
            .where(api_keys.c.id == key_id, or_(last.is_(None), last < at))
            .values(last_used_at=at)
        )
        await self._database.change(change)

    async def revoke(self, key_id: str, at: datetime) -> None:
        """The first revocation stands. Raises UnknownKey."""
        change = (
            update(api_keys)
            .where(api_keys.c.id == key_id)
            .values(revoked_at=func.coalesce(api_keys.c.revoked_at, at))
        )
        if not await self._database.change(change):
            raise UnknownKey(f"There is no key '{key_id}'.")

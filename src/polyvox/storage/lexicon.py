"""The server's lexicon, in one row (``services.ports.LexiconRepository``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from polyvox.domain.lexicon import documents, parse_lexicon
from polyvox.errors import ConfigError, Conflict, InvalidSetting
from polyvox.services.ports import StoredLexicon
from polyvox.storage.database import Database
from polyvox.storage.tables import lexicons

SERVER = "server"
"""Id of the one row; a personality's lexicon is in its voice_config."""


class SqlLexicon:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int:
        found = await self._database.rows(select(lexicons.c.version).where(lexicons.c.id == SERVER))
        return int(found[0]["version"]) if found else 0

    async def get(self) -> StoredLexicon:
        """Raises ConfigError for entries that this version does not read."""
        columns = (lexicons.c.entries, lexicons.c.version)
        found = await self._database.rows(select(*columns).where(lexicons.c.id == SERVER))
        if not found:
            return StoredLexicon()
        try:
            return StoredLexicon(parse_lexicon(found[0]["entries"]), found[0]["version"])
        except InvalidSetting as error:
            raise ConfigError(
                f"The stored lexicon is not valid: {error.message}",
                remedy="Replace it: polyvox lexicon import FILE",
            ) from None

    async def replace(self, lexicon: StoredLexicon, *, expected_version: int, at: datetime) -> None:
        values = {
            "entries": documents(lexicon.entries),
            "version": lexicon.version,
            "updated_at": at,
        }
        change = (
            update(lexicons)
            .where(lexicons.c.id == SERVER, lexicons.c.version == expected_version)
            .values(values)
        )
        try:
            async with self._database.writing() as connection:
                if expected_version:
                    changed = (await connection.execute(change)).rowcount
                else:
                    changed = (
                        await connection.execute(insert(lexicons).values(id=SERVER, **values))
                    ).rowcount
        except IntegrityError:
            changed = 0
        if not changed:
            raise Conflict(
                "The lexicon was changed by somebody else meanwhile.",
                remedy="Read it again and repeat the change.",
            )

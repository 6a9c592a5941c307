"""The open database: started, shared by the repositories, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from polyvox.errors import PolyvoxError
from polyvox.storage.engine import is_sqlite, parse_url, pooled_engine, working
from polyvox.storage.migrate import upgrade


class Database:
    """SQLite (``sqlite:///path``) or PostgreSQL (``postgresql://…``). Raises ConfigError."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None
        # SQLite has one writer. Our own queue up here, in order, instead of polling its lock.
        self._turn = asyncio.Lock() if is_sqlite(self._url) else None

    async def start(self) -> None:
        """Create what is missing, bring the tables up to date, open the pool. Raises ConfigError."""
        if self._engine is not None:
            return
        engine = pooled_engine(self._url)
        await asyncio.to_thread(upgrade, self._url)
        self._engine = engine
        # Every read is one statement: PostgreSQL need not be told BEGIN and ROLLBACK around it.
        self._reader = (
            engine if self._turn else engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    async def stop(self) -> None:
        """Close all connections; may be called twice."""
        engine, self._engine, self._reader = self._engine, None, None
        if engine is not None:
            await engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a single SELECT. Raises PolyvoxError when the database is gone."""
        with working():
            async with _open(self._reader).connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back on any error.

        Raises RequestError when a text cannot be stored, PolyvoxError when the database is gone.
        """
        turn: AbstractAsyncContextManager[None] = self._turn or nullcontext()
        with working():
            async with turn, _open(self._engine).begin() as connection:
                if self._turn:
                    await connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection


def _open(engine: AsyncEngine | None) -> AsyncEngine:
    if engine is None:
        raise PolyvoxError("The database is not open.")
    return engine

"""The open database: started, shared by the repositories, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from typing import Any

from sqlalchemy import RowMapping, Select, UpdateBase
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from polyvox.errors import PolyvoxError
from polyvox.storage.engine import is_sqlite, parse_url, pooled_engine, working
from polyvox.storage.migrate import upgrade

STOP_TIMEOUT_S = 10.0
"""How long ``stop`` waits for work under way."""


class Database:
    """SQLite (``sqlite:///path``) or PostgreSQL (``postgresql://…``). Raises ConfigError."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine: AsyncEngine | None = None
        # SQLite has one writer. Our own queue up here, in order, instead of polling its lock.
        self._turn = asyncio.Lock() if is_sqlite(self._url) else None
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Create what is missing, bring the tables up to date, open the pool. Raises ConfigError."""
        if self._engine is not None:
            return
        engine = pooled_engine(self._url)
        await asyncio.to_thread(upgrade, self._url)
        self._engine = engine

    async def stop(self) -> None:
        """Refuse new work, let the old end, close all connections; may be called twice."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._idle.wait()
        await engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a single SELECT. Raises PolyvoxError when the database is gone."""
        with working(), self._using() as engine:
            async with engine.connect() as connection:
                if not self._turn:  # one statement needs no BEGIN and ROLLBACK around it
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back on any error.

        Raises RequestError when a value cannot be stored, PolyvoxError when the database is gone.
        """
        turn: AbstractAsyncContextManager[None] = self._turn or nullcontext()
        with working():
            async with turn:
                with self._using() as engine:
                    async with engine.begin() as connection:
                        if self._turn:
                            await connection.exec_driver_sql("BEGIN IMMEDIATE")
                        yield connection

    async def rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        """What a SELECT finds. Raises as :meth:`reading` does."""
        async with self.reading() as connection:
            found: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
            return found

    async def change(self, statement: UpdateBase) -> int:
        """The rows that one statement has changed, in a transaction. Raises as :meth:`writing` does."""
        async with self.writing() as connection:
            return (await connection.execute(statement)).rowcount

    @contextmanager
    def _using(self) -> Iterator[AsyncEngine]:
        if self._engine is None:
            raise PolyvoxError("The database is not open.")
        self._users += 1
        self._idle.clear()
        try:
            yield self._engine
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

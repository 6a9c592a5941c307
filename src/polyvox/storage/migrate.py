"""Alembic, run by the program itself: its migrations are in the package, ``alembic.ini`` is not needed.

Everything here blocks, and runs in a thread of its own with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from polyvox.errors import ConfigError
from polyvox.storage.engine import SQLITE_BUSY_TIMEOUT_S, is_sqlite, make_engine, opening

MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x706F6C79766F78  # "polyvox": one migrating process at a time
_RETRY_S = 0.05
_alembic = threading.Lock()
"""Alembic's ``context`` is global to the process."""


def upgrade(url: URL, revision: str = "head") -> None:
    """Make the database if need be and bring its tables to ``revision``. Raises ConfigError."""
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: URL, revision: str) -> None:
    """Take the tables back to ``revision`` (``base``: none). Raises ConfigError."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def _migrate(url: URL, step: Callable[[Config], None]) -> None:
    with _alembic, opening(url):
        if is_sqlite(url):
            Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        asyncio.run(_run(url, step))


async def _run(url: URL, step: Callable[[Config], None]) -> None:
    # Without foreign keys: SQLite can alter a table only by making it anew, which would cascade.
    engine = make_engine(url, poolclass=NullPool)
    try:
        if is_sqlite(url):
            await _write_ahead(engine)
        async with engine.begin() as connection:
            await _lock(connection)
            await connection.run_sync(_steps, step)
    finally:
        await engine.dispose()


async def _write_ahead(engine: AsyncEngine) -> None:
    """Switch to WAL, for good. SQLite does not wait for others here, so we do."""
    deadline = asyncio.get_running_loop().time() + SQLITE_BUSY_TIMEOUT_S
    while True:
        try:
            async with engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            return
        except OperationalError as error:
            late = asyncio.get_running_loop().time() > deadline
            if late or "locked" not in str(error.orig):
                raise
            await asyncio.sleep(_RETRY_S)


async def _lock(connection: AsyncConnection) -> None:
    """Held until the transaction ends: processes that start together migrate one after the other."""
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}
        )


def _steps(connection: Connection, step: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    _refuse_newer(connection, ScriptDirectory.from_config(config))
    step(config)


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    if unknown:
        raise ConfigError(
            f"The database was made by a newer Polyvox (its revision is {', '.join(sorted(unknown))}).",
            remedy="Upgrade Polyvox, or point it to another database.",
        )

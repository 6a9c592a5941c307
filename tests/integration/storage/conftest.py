from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from polyvox.storage.database import Database
from polyvox.storage.engine import parse_url
from polyvox.storage.migrate import upgrade
from polyvox.storage.tables import metadata
from tests.support.postgres import PostgresServer, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/polyvox.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where nothing is yet, in each kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres: PostgresServer) -> str:
    """One database for all tests that only need the tables: making one takes a while."""
    url = postgres.url(postgres.create_database())
    upgrade(parse_url(url))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest) -> str:
    name = "sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    return str(request.getfixturevalue(name))


@pytest_asyncio.fixture
async def database(shared_url: str) -> AsyncIterator[Database]:
    """Started, its tables empty."""
    database = Database(shared_url)
    await database.start()
    async with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    yield database
    await database.stop()


@pytest_asyncio.fixture
async def other_process(shared_url: str, database: Database) -> AsyncIterator[Database]:
    """The same database, opened a second time: no lock or pool is shared with the first."""
    other = Database(shared_url)
    await other.start()
    yield other
    await other.stop()

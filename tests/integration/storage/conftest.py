from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from polyvox.storage.database import Database
from tests.support.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/polyvox.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where nothing is yet, in each kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.start()
    yield database
    await database.stop()


@pytest_asyncio.fixture
async def other_process(url: str, database: Database) -> AsyncIterator[Database]:
    """The same database, opened a second time: no lock or pool is shared with the first."""
    other = Database(url)
    await other.start()
    yield other
    await other.stop()

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from polyvox.bootstrap import Loaders
from polyvox.services.providers import discover
from tests.integration.samples.stage import Cloner, Studio, new_name
from tests.support.postgres import PostgresServer, postgres
from tests.support.server import RunningServer, serving, settings_for

__all__ = ["postgres"]

MAX_BYTES = 2 << 20


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def studio_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    database = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.url(server.create_database())
    settings = settings_for(
        tmp_path_factory.mktemp("studio"),
        database_url=database,
        cache_max_mb=0,
        samples={"max_bytes": MAX_BYTES, "max_samples": 5},
    )
    loaders: Loaders = {"cloner": lambda: Cloner, "fault_a": discover()["fault_a"]}
    with serving(settings, loaders=loaders) as running:
        yield running


@pytest.fixture
async def studio(studio_server: RunningServer) -> AsyncIterator[Studio]:
    async with aiohttp.ClientSession(studio_server.url) as session:
        yield Studio(session, studio_server)
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later


@pytest.fixture
async def at(studio: Studio) -> str:
    """The samples of a personality of the test's own."""
    return await studio.personality(new_name())

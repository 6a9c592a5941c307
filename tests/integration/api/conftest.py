from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import pytest_asyncio

from polyvox.services.providers import discover
from tests.integration.api.client import Client, Stage
from tests.integration.api.gated import Gated
from tests.support.logs import Logged, logged
from tests.support.server import RunningServer, piper_server, serving, settings_for

__all__ = ["Logged", "logged", "piper_server"]

CHAIN = {"active_provider": "fault_a", "fallback_chain": ["fault_b"]}
TEXT_MAX, BODY_MAX = 1000, 8192


@pytest.fixture(scope="session")
def stage_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = settings_for(
        tmp_path_factory.mktemp("stage"),
        default_personality="ada",
        cache_max_mb=0,
        text_max_characters=TEXT_MAX,
        body_max_bytes=BODY_MAX,
    )
    faulty = {name: load for name, load in discover().items() if name in ("fault_a", "fault_b")}
    with serving(settings, loaders={**faulty, "gated": lambda: Gated}) as running:
        create = running.application.services.personalities.create
        running.call(create("ada", name="Ada", voice_config=CHAIN))
        yield running


@pytest_asyncio.fixture
async def stage(stage_server: RunningServer) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession(stage_server.url) as session:
        stage = Stage(session, stage_server)
        stage.reset()
        yield stage
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later


@pytest_asyncio.fixture
async def piper(piper_server: RunningServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(piper_server.url) as session:
        yield Client(session)
    await asyncio.sleep(0)

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from polyvox.providers.piper.provider import PARTS_FOLDER

from .install_stage import Site
from .stage import speaker_voice


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provider's folder; the parts of voices are kept in it from test to test."""
    return tmp_path_factory.mktemp("piper")


@pytest.fixture(scope="session")
def parts(data_dir: Path) -> Path:
    return data_dir / PARTS_FOLDER


@pytest.fixture(scope="session")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of a voice with several speakers, alone in its folder."""
    return speaker_voice(tmp_path_factory.mktemp("trio"))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/piper/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/piper/voices.json"
    yield site
    site.stalled.set()
    await runner.cleanup()

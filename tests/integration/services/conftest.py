from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from polyvox.bootstrap import Application
from polyvox.config import Settings
from polyvox.services.container import Services
from polyvox.services.providers import discover
from tests.support.logs import logged

__all__ = ["logged"]


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    """All of Polyvox on a fresh SQLite database, with the providers that spell their text."""
    names = ("fault_a", "fault_b", "fault_c")
    loaders = {name: load for name, load in discover().items() if name in names}
    app = Application(Settings.load(home=tmp_path), loaders=loaders)
    await app.start()
    yield app
    await app.stop()


@pytest.fixture
def services(application: Application) -> Services:
    return application.services

"""What takes long to load is begun with where speech will be served, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from polyvox_faulty.written import FaultA, FaultB

from polyvox import VoiceModelRouter
from polyvox.api.app import create_app
from polyvox.bootstrap import Application, Loaders
from polyvox.errors import Misconfigured
from tests.support.server import settings_for


class Slow(FaultA):
    warmed: ClassVar[list[str]] = []

    async def warm_up(self) -> None:
        assert self.script == [], "it was started before"
        self.warmed.append(self.id)


class Broken(FaultB):
    async def warm_up(self) -> None:
        raise Misconfigured("There is no such GPU.")


LOADERS: Loaders = {"fault_a": lambda: Slow, "fault_b": lambda: Broken}


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    Slow.warmed.clear()
    yield
    Slow.warmed.clear()


async def test_a_command_s_look_warms_nothing(tmp_path: Path) -> None:
    application = Application(settings_for(tmp_path), loaders=LOADERS)
    await application.start()
    assert (await application.services.providers.voices("fault_a"))[0].provider == "fault_a"
    await application.stop()
    assert Slow.warmed == []


async def test_a_server_warms_up_and_one_that_cannot_does_not_stop_it(tmp_path: Path) -> None:
    application = Application(settings_for(tmp_path), loaders=LOADERS)
    app = create_app(application)
    async with app.router.lifespan_context(app):
        assert Slow.warmed == ["fault_a"]
        assert application.services.providers.find("fault_b").availability().state == "ready"


async def test_the_library_s_router_warms_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyvox.bootstrap.discover", lambda: LOADERS)
    async with VoiceModelRouter(settings_for(tmp_path)) as router:
        await router.initialize()
        assert Slow.warmed == ["fault_a"], "once"

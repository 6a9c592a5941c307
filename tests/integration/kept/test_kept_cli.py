"""What the command prints with --json is what tests/data/api/command.json says."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from polyvox.bootstrap import Application
from tests.integration.cli.conftest import Polyvox, home, polyvox
from tests.integration.kept.cast import CAST
from tests.integration.kept.figures import reports
from tests.integration.kept.keeping import compare
from tests.integration.kept.plain import Plain
from tests.support.server import settings_for

__all__ = ["home", "polyvox"]
COMMANDS = (
    *("providers", "languages", "voices", "usage", "personalities list"),
    *("personalities show ada", "personalities chain ada", "personalities chain ada --language ja"),
    *(
        "stats",
        "stats --by-hour",
        "stats --personality bob",
        "stats --since 2025-11-15T14:30+00:00",
    ),
    *("personalities chain nobody", "voices --provider nobody"),
)
CONFIG: dict[str, Any] = {
    "active_provider": "needy",
    "fallback_chain": ["fault_b", "gone", "faulty", "away", "mute", "german", "cloner"],
    "providers": {"fault_b": {"enabled": False}},
}


async def furnish(home: Path) -> None:
    """The database as a server would have left it."""
    application = Application(settings_for(home), loaders=CAST)
    await application.start(providers=False)
    create = application.services.personalities.create
    await create("ada", name="Ada", description="A guide.", voice_config=CONFIG)
    for written in reports():
        application.services.usage.record(written)
    await application.stop()


def test_listings_are_the_kept_ones(
    polyvox: Polyvox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(furnish(home))
    monkeypatch.setattr("polyvox.bootstrap.discover", lambda: CAST)
    plain = Plain({str(home): "<home>", version("polyvox"): "<version>"}, exact=True)
    found = {}
    for command in COMMANDS:
        ran = polyvox(*command.split(), "--json")
        told = ran.error if ran.code else ran.json
        found[command] = {"exit code": ran.code, "printed": plain.value(told)}
    compare("command", found)

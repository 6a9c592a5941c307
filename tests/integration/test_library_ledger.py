"""The library keeps no database, and overspends no free tier either."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from polyvox_faulty.charged import FaultCharged
from polyvox_faulty.written import FaultB

from polyvox import VoiceModelRouter
from polyvox.config import Settings
from tests.support.server import settings_for

TEXT = "Sixteen letters."
DOCUMENT = {
    "active_provider": "fault_charged",
    "fallback_chain": ["fault_b"],
    "providers": {"fault_charged": {"voice_id": "basic"}},
}
PIPER_ALONE = """
import asyncio, sys
from polyvox import VoiceModelRouter

async def main():
    async with VoiceModelRouter() as router:
        document = {"active_provider": "azure_tts", "fallback_chain": ["piper", "google_tts"]}
        made = await router.generate_speech("Hello.", document)
        print(made["provider"], "sqlalchemy" in sys.modules, "alembic" in sys.modules)

asyncio.run(main())
"""


def settings(home: Path) -> Settings:
    return settings_for(
        home, cache_max_mb=0, quotas={"fault_charged": {"limits": {"basic": 2 * len(TEXT)}}}
    )


@pytest.fixture(autouse=True)
def charging(monkeypatch: pytest.MonkeyPatch) -> None:
    loaders = {"fault_charged": lambda: FaultCharged, "fault_b": lambda: FaultB}
    monkeypatch.setattr("polyvox.bootstrap.discover", lambda: loaders)


async def spoken_by(router: VoiceModelRouter) -> str | None:
    return (await router.generate_speech(TEXT, DOCUMENT))["provider"]


@pytest.mark.alone
async def test_the_ledger_outlives_the_router_and_is_shared_with_others(tmp_path: Path) -> None:
    before = threading.active_count()
    async with VoiceModelRouter(settings(tmp_path)) as first:
        assert await spoken_by(first) == "fault_charged"
        async with VoiceModelRouter(settings(tmp_path)) as second:
            assert await spoken_by(second) == "fault_charged"
            assert await spoken_by(second) == "fault_b"
        assert await spoken_by(first) == "fault_b"
    gc.collect()  # an unclosed connection would warn now, and warnings are errors
    await asyncio.get_running_loop().shutdown_default_executor()
    assert threading.active_count() <= before


async def test_a_database_that_cannot_be_opened_stops_only_who_charges(tmp_path: Path) -> None:
    (tmp_path / "polyvox.db").write_bytes(b"not a database" * 100)
    async with VoiceModelRouter(settings(tmp_path)) as router:
        made = await router.generate_speech(TEXT, DOCUMENT)
    assert made["provider"] == "fault_b"
    [failed, _] = made["report"].segments[0].attempts
    assert "cannot be counted" in str(failed.message)


async def test_no_database_is_made_while_nobody_charges(tmp_path: Path) -> None:
    async with VoiceModelRouter(settings(tmp_path)) as router:
        made = await router.generate_speech(TEXT, {"active_provider": "fault_b"})
        assert made["provider"] == "fault_b"
    assert not (tmp_path / "polyvox.db").exists()


def test_who_speaks_with_piper_loads_no_database(tmp_path: Path) -> None:
    cloud = ("GOOGLE_", "AZURE_", "IBM_", "OPENAI_", "POLYVOX_", "PYTHONPATH")
    environment = {name: v for name, v in os.environ.items() if not name.startswith(cloud)}
    done = subprocess.run(
        [sys.executable, "-c", PIPER_ALONE],
        env={**environment, "POLYVOX_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stdout.split() == ["piper", "False", "False"], done.stderr

"""Two processes race for the last characters of a quota, with real requests."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from polyvox.domain.quota import Charge
from polyvox.services.quota_rows import month_of
from polyvox.storage.database import Database
from polyvox.storage.quota import SqlQuota

pytestmark = pytest.mark.cluster
LIMIT, LEFT, REQUESTS = 5_000, 1_000, 100
WORKER = """
import asyncio, json, sys
from polyvox_faulty.charged import FaultCharged
from polyvox_faulty.written import heard
from polyvox.bootstrap import Application
from polyvox.config import Settings
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import NoVoiceLeft

number, count = int(sys.argv[1]), int(sys.argv[2])
voice = {"voice_id": "basic"}
config = VoiceConfig(active_provider="fault_charged", providers={"fault_charged": voice})
# Every length from 3 to 62, each in both processes, in another order.
texts = ["a" * (3 + (each * 37 + number * 11) % 60) for each in range(count)]

async def say(service, text):
    request = SpeechRequest(text=text, voice_config=config, cache=False)
    try:
        async with await service.speak(request) as speech:
            assert heard(await speech.read()) == ([text], [])
        return len(text), True
    except NoVoiceLeft:
        return len(text), False

async def main():
    application = Application(Settings.load(), loaders={"fault_charged": lambda: FaultCharged})
    await application.start()
    print("ready", flush=True)
    sys.stdin.readline()
    service = application.services.speak
    taken = await asyncio.gather(*(say(service, text) for text in texts))
    await application.stop()
    print(json.dumps(taken), flush=True)

asyncio.run(main())
"""


def race(url: str, home: Path) -> list[tuple[int, bool]]:
    """(characters, whether they were spoken) of every request of both processes."""
    limits = json.dumps({"basic": LIMIT})
    environment = {
        **os.environ,
        "POLYVOX_HOME": str(home),
        "POLYVOX_DATABASE_URL": url,
        "POLYVOX_QUOTAS__FAULT_CHARGED__LIMITS": limits,
        "POLYVOX_LOG_LEVEL": "CRITICAL",
    }
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(number), str(REQUESTS)],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=environment,
        )
        for number in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=100) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    return [(size, spoken) for out, _ in ends for size, spoken in json.loads(out.splitlines()[-1])]


async def test_two_hundred_requests_of_two_processes_never_use_one_character_too_many(
    shared_url: str, database: Database, tmp_path: Path
) -> None:
    ledger, month = SqlQuota(database), month_of(datetime.now(UTC))
    await ledger.reserve(month, "fault_charged", Charge("basic", LIMIT - LEFT), limit=None)
    taken = await asyncio.to_thread(race, shared_url, tmp_path)
    assert len(taken) == 2 * REQUESTS
    spoken = sum(size for size, done in taken if done)
    use = (await ledger.used(month))["fault_charged", "basic"]
    assert use.characters == LIMIT - LEFT + spoken
    assert spoken <= LEFT
    assert LEFT - spoken < min(size for size, done in taken if not done), "no budget is wasted"

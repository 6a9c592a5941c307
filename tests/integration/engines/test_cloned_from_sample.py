"""A recording goes up over HTTP, and the true engines (with tiny weights) speak with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from polyvox.bootstrap import Loaders
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.integration.samples.stage import CONSENT, Studio, spoke_with, take
from tests.support.server import RunningServer, serving, settings_for

LOADERS: Loaders = {"xtts_v2": lambda: XttsProvider, "styletts2": lambda: StyleTTS2Provider}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    from tests.support import styletts2_checkpoint, xtts_checkpoint

    home = tmp_path_factory.mktemp("engines")
    licence = home / "providers" / "xtts_v2" / "licence.json"
    licence.parent.mkdir(parents=True)
    licence.write_text(
        json.dumps({"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"})
    )
    xtts, styletts2 = xtts_checkpoint.made_once(), styletts2_checkpoint.made_once()
    settings = settings_for(
        home,
        cache_max_mb=0,
        providers={
            "xtts_v2": {"model_dir": str(xtts), "precision": "fp32", "threads": 1},
            "styletts2": {"model_dir": str(styletts2), "threads": 1},
        },
        deadline_local={"first_audio_s": 90.0, "stall_s": 30.0},
    )
    with serving(settings, loaders=LOADERS) as running:
        yield running


@pytest.fixture
async def studio(server: RunningServer) -> AsyncIterator[Studio]:
    async with aiohttp.ClientSession(server.url) as session:
        yield Studio(session, server)
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later


def kept_of_samples(studio: Studio, provider: str) -> list[Path]:
    """What the engine keeps of recordings: its latents, its styles."""
    return list((studio.home / "providers" / provider / "cache").glob("*-" + "[0-9a-f]" * 16))


@pytest.mark.parametrize("provider", ["xtts_v2", "styletts2"])
async def test_it_speaks_with_the_uploaded_voice_and_forgets_it(
    studio: Studio, provider: str
) -> None:
    recording = take(seconds=12.0)  # before: the server closes connections that wait for 5 s
    at = await studio.personality(provider, active_provider=provider, fallback_chain=[])
    answer = await studio.upload(at, recording, language="en", **CONSENT)
    assert answer.status == 201
    sample = f"{at}/{answer.json['id']}"

    assert spoke_with(await studio.speak(provider, language="en")) == provider

    [prepared] = (await studio.get(sample)).json["prepared"]
    assert prepared["provider"] == provider
    assert len(kept_of_samples(studio, provider)) == 1

    assert (await studio.request("DELETE", sample)).status == 204
    assert kept_of_samples(studio, provider) == []

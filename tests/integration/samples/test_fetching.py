"""Samples from other people's servers, over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from polyvox import bootstrap
from polyvox.config import SampleSettings
from polyvox.services.sample_ports import SampleFetcher
from tests.integration.samples.stage import Cloner, Studio, new_name, take
from tests.support.server import serving, settings_for
from tests.unit.fetching.stage import NAME, Stage, staged


@asynccontextmanager
async def studio_beside(stage: Stage, home: Path, host: str) -> AsyncIterator[Studio]:
    """Polyvox whose operator allows ``host``."""
    settings = settings_for(home, samples={"fetch_hosts": [host]}, cache_max_mb=0)
    with serving(settings, loaders={"cloner": lambda: Cloner}) as running:
        async with aiohttp.ClientSession(running.url) as session:
            yield Studio(session, running)


@asynccontextmanager
async def recordings() -> AsyncIterator[tuple[Stage, bytes]]:
    """A server on loopback with a recording at /audio, and a way from there to elsewhere."""
    recording = take()

    async def audio(_: web.Request) -> web.Response:
        return web.Response(body=recording)

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"})

    async with staged([web.get("/audio", audio), web.get("/away", away)]) as stage:
        yield stage, recording


async def test_a_recording_is_fetched_from_a_host_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with recordings() as (stage, recording):

        def fetcher(chosen: SampleSettings) -> SampleFetcher:
            """The operator's, for which the stage is the internet."""
            return stage.fetcher(*chosen.fetch_hosts, limits=None)

        monkeypatch.setattr(bootstrap, "_fetcher", fetcher)
        host = f"{NAME}:{stage.port}"
        async with studio_beside(stage, tmp_path, host) as studio:
            at = await studio.personality(new_name())
            made = await studio.post(f"{at}/fetch", json={"url": stage.url(), "language": "en"})
            assert made.status == 201, made.body
            heard = await studio.get(f"{at}/{made.json['id']}/audio")
            assert heard.body == recording
            assert made.json["sha256"] == hashlib.sha256(recording).hexdigest()
            away = await studio.post(f"{at}/fetch", json={"url": stage.url("/away")})
            assert (away.status, away.error["param"]) == (422, "url")
            assert len((await studio.get(at)).json["data"]) == 1


async def test_this_machine_is_not_fetched_from_even_where_its_name_is_allowed(
    tmp_path: Path,
) -> None:
    async with recordings() as (stage, _):
        host = f"localhost:{stage.port}"
        async with studio_beside(stage, tmp_path, host) as studio:
            at = await studio.personality(new_name())
            url = f"https://{host}/audio"
            answer = await studio.post(f"{at}/fetch", json={"url": url})
            assert (answer.status, answer.error["code"]) == (422, "bad_sample")
            assert "public internet" in answer.error["message"]
            assert (stage.seen, studio.stored()) == ([], [])

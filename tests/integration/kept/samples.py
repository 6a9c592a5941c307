"""Scene: recordings to clone from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from polyvox import bootstrap
from polyvox.config import SampleSettings
from polyvox.services.sample_ports import SampleFetcher
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.integration.kept.sound import form, hum, recording
from tests.integration.samples.stage import CONSENT
from tests.support.server import RunningServer
from tests.unit.fetching.stage import NAME, staged

AT = "/v1/personalities/ada/samples"
ADA = {"id": "ada", "name": "Ada", "voice_config": {"active_provider": "cloner"}}


@scene("samples", samples={"max_samples": 2, "fetch_hosts": ["localhost:1"]})
async def samples(record: Recorder, _: RunningServer) -> None:
    await record.post("create", "/v1/personalities", json=ADA)
    said = {"language": "en", "notes": "Calm.", **CONSENT}
    sent = form(recording(), **said)
    made = (await record.post("upload", AT, data=sent, shown=said)).json
    one = f"{AT}/{made['id']}"
    await record.get("list", AT)
    await record.get("get", one)
    await record.patch("patch", one, json={"notes": None, "language": "de"})
    await record.post("prepare", f"{one}/prepare", json={"provider": "cloner"})
    await record.get("prepared", one)
    await record.get("audio", f"{one}/audio")
    await record.get("audio, prepared", f"{one}/audio?version=prepared&provider=cloner")
    await record.get("waveform", f"{one}/waveform?points=3")
    body = {"input": "Hello.", "voice": "ada", "response_format": "pcm"}
    await record.post("speech", "/v1/audio/speech", json=body)
    await record.get("personality", "/v1/personalities/ada")
    await _refused(record, one)
    used = {"voice_config": {"providers": {"cloner": {"voice_sample_url": made["url"]}}}}
    other = {"id": "bob", "name": "Bob", **used}
    await record.post("used by another one", "/v1/personalities", json=other)
    await record.delete("delete: in use", one)
    await record.delete("bob deleted", "/v1/personalities/bob")
    await record.delete("delete", one)


async def _refused(record: Recorder, one: str) -> None:
    await record.post("upload: the same", AT, data=form(recording()), shown="<form>")
    await record.post("upload: no audio", AT, data=form(b"no audio"), shown="<form>")
    await record.post("upload: too short", AT, data=form(hum(0.8)), shown="<form>")
    half = form(recording(), consent_who="Joe")
    await record.post("upload: half a consent", AT, data=half, shown="<form>")
    await record.post("upload: no file", AT, data={"notes": "x"}, shown="<form>")
    away = "/v1/personalities/nobody/samples"
    await record.post("upload: nobody", away, data=form(recording()), shown="<form>")
    for name, url in {
        "not allowed": "https://files.example/a.wav",
        "this machine": "https://localhost:1/a.wav",
        "no address": "ftp",
    }.items():
        await record.post(f"fetch: {name}", f"{AT}/fetch", json={"url": url})
    await record.get("list: nobody", away)
    await record.get("get: unknown", f"{AT}/smp_nobody")
    await record.post("prepare: nobody", f"{one}/prepare", json={"provider": "nobody"})
    await record.post("prepare: no cloner", f"{one}/prepare", json={"provider": "fault_a"})
    await record.get("audio: whose?", f"{one}/audio?version=prepared")
    await record.get("waveform: too many points", f"{one}/waveform?points=0")
    await record.post("upload: another", AT, data=form(hum(6, 180)), shown="<form>")
    await record.post("upload: too many", AT, data=form(hum(6, 200)), shown="<form>")


@asynccontextmanager
async def elsewhere() -> AsyncIterator[dict[str, Any]]:
    """A server that stands for the internet, with a recording at /audio."""

    async def audio(_: web.Request) -> web.Response:
        return web.Response(body=recording())

    async with staged([web.get("/audio", audio)]) as stage:

        def fetcher(chosen: SampleSettings) -> SampleFetcher:
            return stage.fetcher(*chosen.fetch_hosts, limits=None)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "_fetcher", fetcher)
            yield {"samples": {"fetch_hosts": [f"{NAME}:{stage.port}"]}}


@scene("fetching", beside=elsewhere)
async def fetching(record: Recorder, server: RunningServer) -> None:
    await record.post("create", "/v1/personalities", json=ADA)
    [host] = server.application.settings.samples.fetch_hosts
    for name, path in {"fetch": "audio", "fetch: not there": "nothing"}.items():
        await record.post(name, f"{AT}/fetch", json={"url": f"https://{host}/{path}"})

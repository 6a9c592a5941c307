"""Scenes: what there is to choose from and to look after."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from polyvox.bootstrap import Loaders
from polyvox.services.providers import discover
from tests.integration.api.catalogue import Site, site
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.support.server import RunningServer
from tests.support.xtts_files import weights_folder

OWN = ("piper", "xtts_v2", "styletts2", "google_tts", "azure_tts", "ibm_watson", "openai_speech")


def own() -> Loaders:
    """Polyvox's own providers, as they come: Piper speaks, the others say what they lack."""
    found = discover()
    return {name: found[name] for name in OWN}


@scene("as_installed", own())
async def as_installed(record: Recorder, server: RunningServer) -> None:
    await record.get("health", "/healthz")
    await record.get("ready", "/readyz")
    await record.get("metrics", "/metrics")
    await record.get("providers", "/v1/providers")
    await record.get("one", "/v1/providers/piper")
    await record.get("models", "/v1/models")
    await record.get("models of Open WebUI", "/v1/audio/models")
    await record.get("voices", "/v1/audio/voices")
    await record.get("languages", "/v1/languages")
    await record.get("weights", "/v1/weights")
    await record.get("system", "/v1/system")
    await record.get("script", "/v1/recording-script?language=de&store=Hafenladen")
    await record.get("script: another language", "/v1/recording-script?language=fi")
    hello = {"input": "Hello.", "response_format": "mp3"}
    await record.post("speech", "/v1/audio/speech", json=hello)
    await record.delete("no model to remove", "/v1/weights/piper")
    await record.delete("a model that is not there", "/v1/weights/styletts2")
    await _installing(record, server)


@scene("cast")
async def providers(record: Recorder, _: RunningServer) -> None:
    """Those that broke, and taking them in and out of service."""
    await record.get("providers", "/v1/providers")
    await record.get("voices", "/v1/audio/voices")
    await record.get("voices of a provider", "/v1/audio/voices?provider=german&language=de")
    await record.get("voices: nobody", "/v1/audio/voices?provider=nobody")
    await record.get("voices: a bad language", "/v1/audio/voices?language=klingon!")
    await record.get("languages", "/v1/languages")
    await record.get("languages: nobody", "/v1/languages?personality=nobody")
    for act in ("stop", "start", "load", "unload"):
        await record.post(act, f"/v1/providers/fault_a/{act}")
        await record.post(f"{act}: nobody", f"/v1/providers/nobody/{act}")
    await record.post("start: one that does not", "/v1/providers/faulty/start")
    await record.get("get: nobody", "/v1/providers/nobody")
    await record.get("ready", "/readyz")


@scene("not_ready", {name: load for name, load in discover().items() if name == "xtts_v2"})
async def not_ready(record: Recorder, _: RunningServer) -> None:
    await record.get("ready", "/readyz")


@scene("keys", require_key=True)
async def keys(record: Recorder, server: RunningServer) -> None:
    _, secret = server.call(server.application.services.keys.create("first"))
    sent: dict[str, Any] = {"headers": {"authorization": f"Bearer {secret}"}}
    await record.get("without a key", "/v1/models")
    wrong = {"authorization": "Bearer pvx_wrong"}
    await record.get("with a wrong key", "/v1/models", headers=wrong)
    made = (await record.post("create", "/v1/keys", json={"name": "till"}, **sent)).json
    await record.post("create: without a name", "/v1/keys", json={"name": " "}, **sent)
    await record.delete("revoke", f"/v1/keys/{made['id']}", **sent)
    await record.delete("revoke: unknown", "/v1/keys/key_nobody", **sent)
    listed = await record.get("list", "/v1/keys", **sent)
    assert secret not in listed.body.decode()
    await record.get("health needs none", "/healthz")


@scene("cache", default_personality="ada")
async def cache(record: Recorder, _: RunningServer) -> None:
    body = {"id": "ada", "name": "Ada", "voice_config": {"active_provider": "fault_a"}}
    await record.post("create", "/v1/personalities", json=body)
    for name in ("made", "from the cache"):
        said = {"input": "Hello.", "response_format": "pcm"}
        await record.post(name, "/v1/audio/speech", json=said)
    await record.get("system", "/v1/system")
    await record.delete("clear", "/v1/cache")


async def _installing(record: Recorder, server: RunningServer) -> None:
    providers, home = server.application.services.providers, server.application.settings.home
    data = home / "providers/xtts_v2"
    weights_folder(data / "model")
    said = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00", "by": "a test"}
    (data / "licence.json").write_text(json.dumps(said))
    await record.get("weights that are there", "/v1/weights")
    await record.delete("weights removed", "/v1/weights/xtts_v2")
    async with site() as there:
        options: Any = providers.get("piper").context.options
        options["catalogue_url"] = there.url
        await _voice(record, there)
    await _refused(record)


async def _voice(record: Recorder, there: Site) -> None:
    [voice, _] = (await record.get("catalogue", "/v1/providers/piper/catalogue")).json["voices"]
    at, body = "/v1/providers/piper/installations", {"voice": voice}
    one = f"/v1/installations/{(await record.post('install', at, json=body)).json['id']}"
    async with asyncio.timeout(10):
        while (await record.client.get(one)).json["done_bytes"] != there.sent_bytes:
            pass
    await record.post("install: joined", at, json=body)
    await record.delete("cancel", one)
    await record.get("installation", one)
    await record.get("installations", "/v1/installations")


async def _refused(record: Recorder) -> None:
    at = "/v1/providers/{}/installations"
    both = {"voice": "x", "accept_license": True}
    await record.post("install: a voice and a model", at.format("piper"), json=both)
    await record.post("install: no model", at.format("piper"), json={})
    await record.post("install: no voice", at.format("xtts_v2"), json={"voice": "x"})
    await record.post("install: nobody", at.format("nobody"), json={})
    await record.get("catalogue: none", "/v1/providers/xtts_v2/catalogue")
    await record.get("installation: unknown", "/v1/installations/inst_nobody")
    await record.delete("cancel: unknown", "/v1/installations/inst_nobody")

"""Looking after an installation by HTTP: providers, the cache, keys, what is to be installed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from polyvox_faulty.written import FaultA

from polyvox.bootstrap import Loaders
from polyvox.config import Settings
from polyvox.errors import ConfigError, Misconfigured
from polyvox.hosting.process.host import ProcessHost
from polyvox.hosting.process.spec import EngineSpec
from polyvox.provider.base import ProviderContext
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.weights import Weights
from polyvox.services.system import database_in_words
from tests.integration.api.catalogue import VOICES, Site
from tests.integration.api.catalogue import site as catalogue_site
from tests.integration.api.client import Client
from tests.support.server import RunningServer, serving, settings_for
from tests.support.xtts_files import weights_folder
from tests.unit.hosting.process_stage import FACTORY


class Staged(XttsProvider):
    """XTTS v2's weights, with an engine that is quick to load, in a true process."""

    def _make_host(self, weights: Weights) -> ProcessHost:
        options = {"journal": str(self.context.data_dir / "journal")}
        return ProcessHost(EngineSpec(FACTORY, options), name="toy", workers=1, queue_limit=1)


class Moody(FaultA):
    """Starts while ``well``."""

    well = True

    async def start(self) -> None:
        if not self.well:
            raise Misconfigured("The driver is missing.", remedy="Install it.")
        await super().start()


LOADERS: Loaders = {
    "piper": lambda: PiperProvider,
    "xtts_v2": lambda: Staged,
    "fault_a": lambda: Moody,
}


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with catalogue_site() as site:
        yield site


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    data = home / "providers/xtts_v2"
    weights_folder(data / "model")
    said = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00", "by": "a test"}
    (data / "licence.json").write_text(json.dumps(said))
    return home


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[RunningServer]:
    with serving(settings_for(home), loaders=LOADERS) as running:
        yield running
    assert running.leaked == []


@pytest_asyncio.fixture
async def client(running: RunningServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(running.url) as session:
        yield Client(session)
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later


async def speaks(client: Client) -> bool:
    body = {"input": "Hello.", "voice": "joe", "response_format": "pcm"}
    return (await client.post("/v1/audio/speech", json=body)).status == 200


async def test_a_provider_is_stopped_and_started(client: Client) -> None:
    assert await speaks(client)
    stopped = (await client.post("/v1/providers/piper/stop")).json
    assert not stopped["in_service"]
    assert stopped["availability"]["reason"] == "The operator has stopped it."
    assert "/v1/providers/ID/start" in stopped["availability"]["remedy"]
    assert (await client.post("/v1/providers/piper/stop")).json == stopped
    assert not await speaks(client)

    for _ in range(2):
        started = (await client.post("/v1/providers/piper/start")).json
        assert (started["in_service"], started["availability"]["state"]) == (True, "ready")
    assert await speaks(client)


async def test_one_that_does_not_start_says_why_and_may_be_tried_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post("/v1/providers/fault_a/stop")
    with monkeypatch.context() as patch:
        patch.setattr(Moody, "well", False)
        failed = (await client.post("/v1/providers/fault_a/start")).json
        assert (failed["in_service"], failed["availability"]["remedy"]) == (False, "Install it.")
        assert "The driver is missing." in failed["availability"]["reason"]
    assert (await client.post("/v1/providers/fault_a/start")).json["in_service"]


async def test_an_engine_is_loaded_and_unloaded(client: Client) -> None:
    before = (await client.get("/v1/providers/xtts_v2")).json["engine"]
    assert before == {"state": "unloaded", "memory_bytes": None}
    assert (await client.post("/v1/providers/xtts_v2/load")).status == 202
    async with asyncio.timeout(30):
        engine = before
        while engine["state"] != "loaded":
            engine = (await client.get("/v1/providers/xtts_v2")).json["engine"]
    assert engine["memory_bytes"] > 10 << 20
    unloaded = (await client.post("/v1/providers/xtts_v2/unload")).json
    assert unloaded["engine"] == {"state": "unloaded", "memory_bytes": None}
    assert unloaded["availability"]["state"] == "ready"
    assert (await client.post("/v1/providers/xtts_v2/unload")).status == 200


async def test_one_without_an_engine_of_its_own_takes_no_notice(client: Client) -> None:
    loaded = await client.post("/v1/providers/piper/load")
    assert (loaded.status, loaded.json["engine"]) == (202, None)
    assert (await client.post("/v1/providers/piper/unload")).status == 200


@pytest.mark.parametrize("act", ["start", "stop", "load", "unload"])
async def test_nobody_cannot_be_acted_upon(client: Client, act: str) -> None:
    answer = await client.post(f"/v1/providers/nobody/{act}")
    assert (answer.status, answer.error["code"]) == (404, "unknown_provider")


async def test_the_system_tells_its_cache_and_clears_it(client: Client, home: Path) -> None:
    assert await speaks(client)
    system = (await client.get("/v1/system")).json
    assert system["database"] == f"SQLite, {home}/polyvox.db"
    assert system["memory_bytes"] > 10 << 20
    assert system["cache"]["entries"] >= 1
    assert 0 < system["cache"]["size_bytes"] < system["cache"]["max_bytes"]
    removed = (await client.request("DELETE", "/v1/cache")).json["removed"]
    assert removed == system["cache"]["entries"]
    assert (await client.get("/v1/system")).json["cache"]["entries"] == 0


async def test_keys_are_made_listed_and_revoked(client: Client) -> None:
    made = await client.post("/v1/keys", json={"name": "till"})
    assert made.status == 201
    secret, key = made.json["key"], made.json["id"]
    listed = await client.get("/v1/keys")
    assert secret not in listed.body.decode()
    assert [(k["id"], k["revoked_at"]) for k in listed.json["data"]] == [(key, None)]
    assert (await client.request("DELETE", f"/v1/keys/{key}")).status == 204
    assert (await client.get("/v1/keys")).json["data"][0]["revoked_at"] is not None
    assert (await client.request("DELETE", "/v1/keys/key_no")).error["code"] == "unknown_key"
    assert (await client.post("/v1/keys", json={"name": " "})).error["param"] == "name"


async def test_a_voice_s_installation_is_watched_joined_and_broken_off(
    running: RunningServer, client: Client, site: Site
) -> None:
    options: Any = running.application.services.providers.get("piper").context.options
    options["catalogue_url"] = site.url
    voices = (await client.get("/v1/providers/piper/catalogue")).json["voices"]
    assert voices == sorted(VOICES)
    path, body = "/v1/providers/piper/installations", {"voice": voices[0]}
    begun = await client.post(path, json=body)
    assert (begun.status, begun.json["state"]) == (202, "running")
    one = f"/v1/installations/{begun.json['id']}"
    assert (await client.post(path, json=body)).json["id"] == begun.json["id"]
    await asyncio.wait_for(site.asked.wait(), 10)
    async with asyncio.timeout(10):
        while (now := (await client.get(one)).json)["done_bytes"] != 400:
            assert now["state"] == "running"
    assert (now["file"], now["total_bytes"]) == (f"{voices[0]}.onnx.json", 1000)
    assert (await client.request("DELETE", one)).json["state"] == "cancelled"
    assert (await client.request("DELETE", one)).json["state"] == "cancelled"
    assert [i["id"] for i in (await client.get("/v1/installations")).json["data"]] == [now["id"]]


async def test_what_cannot_be_installed_says_why(client: Client) -> None:
    path = "/v1/providers/{}/installations"
    assert (await client.post(path.format("fault_a"), json={"voice": "x"})).status == 400
    assert (await client.post(path.format("piper"), json={})).status == 400
    assert (await client.post(path.format("nobody"), json={})).status == 404
    both = {"voice": "x", "accept_license": True}
    assert (await client.post(path.format("piper"), json=both)).status == 400
    assert (await client.get("/v1/installations/inst_no")).error["code"] == "unknown_installation"
    assert (await client.get("/v1/providers/xtts_v2/catalogue")).status == 400


async def test_models_are_listed_and_removed(client: Client, home: Path) -> None:
    (listed,) = (await client.get("/v1/weights")).json["data"]
    assert (listed["provider"], listed["state"], listed["accepted"]) == (
        "xtts_v2",
        "installed",
        True,
    )
    assert listed["terms_url"].startswith("https://")
    assert (await client.request("DELETE", "/v1/weights/xtts_v2")).json["state"] == "absent"
    assert not (home / "providers/xtts_v2/model").exists()
    assert (await client.request("DELETE", "/v1/weights/xtts_v2")).status == 400


def test_a_database_is_told_without_its_secrets() -> None:
    told = database_in_words("postgresql+asyncpg://me:secret@db.example:5433/voices?password=x")
    assert told == "postgresql, voices on db.example:5433"
    assert database_in_words("sqlite://") == "SQLite, in memory"


@pytest.mark.parametrize("wrong", ["shop.example", "https://a.example/x", "*", "https://a; b"])
def test_an_origin_is_nothing_else(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match="embed_origins"):
        settings_for(tmp_path, embed_origins=[wrong])
    assert isinstance(settings_for(tmp_path, embed_origins=["https://a.example:8443"]), Settings)


def test_the_stage_is_what_the_provider_would_be(tmp_path: Path) -> None:
    assert Staged(ProviderContext(tmp_path)).engine().state == "unloaded"

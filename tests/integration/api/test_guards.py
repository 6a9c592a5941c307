"""Who may call: Host and Origin on loopback, the API key beyond it, pages of other origins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import pytest_asyncio

from tests.integration.api.client import Client, Stage
from tests.integration.api.gated import Gated
from tests.support.server import RunningServer, serving, settings_for

PAGE = "https://page.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "[::1]:8765", "LocalHost"])
async def test_names_of_this_machine_are_accepted(stage: Stage, host: str) -> None:
    assert (await stage.get("/v1/models", headers={"host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8765", "[::2]", "", "["])
async def test_another_name_is_refused(stage: Stage, host: str) -> None:
    answer = await stage.get("/healthz", headers={"host": host})
    assert (answer.status, answer.error["code"]) == (421, "wrong_host")
    assert "POLYVOX_ALLOWED_HOSTS" in answer.error["message"]


@pytest.mark.parametrize("origin", [PAGE, "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_is_refused(stage: Stage, origin: str) -> None:
    """A form or a fetch without permission reaches a server on loopback all the same."""
    answer = await stage.post(
        "/v1/personalities/ada/switch", json={"provider": "fault_b"}, headers={"origin": origin}
    )
    assert (answer.status, answer.error["code"]) == (403, "foreign_page")
    kept = await stage.get("/v1/personalities/ada")
    assert kept.json["voice_config"]["active_provider"] == "fault_a"


async def test_a_page_of_this_server_is_welcome(stage: Stage) -> None:
    headers = {"origin": stage.server.url}
    assert (await stage.get("/v1/models", headers=headers)).status == 200


@pytest.fixture(scope="module")
def guarded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = settings_for(
        tmp_path_factory.mktemp("guarded"),
        require_key=True,
        anonymous_listing=True,
        allowed_hosts=["voices.home"],
        cors_origins=[PAGE],
    )
    with serving(settings, loaders={"gated": lambda: Gated}) as running:
        yield running


@pytest.fixture(scope="module")
def key(guarded_server: RunningServer) -> tuple[str, str]:
    """Its id, and the key itself."""
    keys = guarded_server.application.services.keys
    record, secret = guarded_server.call(keys.create("test"))
    return record.id, secret


@pytest_asyncio.fixture
async def guarded(guarded_server: RunningServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(guarded_server.url) as session:
        yield Client(session)


PROTECTED = ["/v1/personalities", "/v1/stats", "/v1/providers", "/metrics", "/openapi.json"]


@pytest.mark.parametrize("path", PROTECTED)
async def test_without_a_key_nothing_is_told(guarded: Client, path: str) -> None:
    answer = await guarded.get(path)
    assert answer.status == 401
    assert answer.error["type"] == "authentication_error"
    assert answer.error["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "sent", ["Bearer", "Bearer ", "Bearer pvx_wrong", "Basic cHZ4Og==", "pvx_", "bearer \u00ff"]
)
async def test_a_wrong_key_is_no_key(guarded: Client, sent: str) -> None:
    answer = await guarded.get("/v1/stats", headers={"authorization": sent})
    assert answer.status == 401
    assert "pvx_wrong" not in answer.body.decode()


async def test_a_key_opens_until_it_is_revoked(
    guarded: Client, guarded_server: RunningServer
) -> None:
    keys = guarded_server.application.services.keys
    record, secret = guarded_server.call(keys.create("short-lived"))
    headers = {"authorization": f"Bearer {secret}"}
    assert (await guarded.get("/v1/stats", headers=headers)).status == 200
    guarded_server.call(keys.revoke(record.id))
    assert (await guarded.get("/v1/stats", headers=headers)).status == 401


async def test_the_key_is_asked_before_the_body_is_read(guarded: Client) -> None:
    answer = await guarded.post("/v1/audio/speech", data=b"x" * 500_000)
    assert answer.status == 401


@pytest.mark.parametrize("path", ["/healthz", "/v1/models", "/v1/audio/models", "/v1/audio/voices"])
async def test_health_and_listings_are_open(guarded: Client, path: str) -> None:
    """Open WebUI lists voices and models without its key."""
    assert (await guarded.get(path)).status == 200


async def test_a_further_host_can_be_allowed(guarded: Client) -> None:
    assert (await guarded.get("/healthz", headers={"host": "voices.home"})).status == 200


async def test_a_listed_page_may_call_and_read(guarded: Client, key: tuple[str, str]) -> None:
    asking = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    asked = await guarded.request("OPTIONS", "/v1/audio/speech", headers=asking)
    assert asked.status == 200
    assert asked.headers["access-control-allow-origin"] == PAGE
    headers = {"origin": PAGE, "authorization": f"Bearer {key[1]}"}
    answer = await guarded.get("/v1/personalities", headers=headers)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "x-polyvox-speech-id" in answer.headers["access-control-expose-headers"]
    refused = await guarded.get("/v1/personalities", headers={"origin": PAGE})
    assert refused.status == 401
    assert refused.headers["access-control-allow-origin"] == PAGE  # so that the page can read why


async def test_beyond_loopback_a_key_is_needed_without_being_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = settings_for(tmp_path_factory.mktemp("open"), host="0.0.0.0")
    with serving(settings, loaders={"gated": lambda: Gated}) as running:
        async with aiohttp.ClientSession(running.url) as session:
            client = Client(session)
            assert (await client.get("/v1/models")).status == 401
            assert (await client.get("/v1/audio/voices")).status == 401
            assert (await client.get("/healthz", headers={"host": "any.example"})).status == 200

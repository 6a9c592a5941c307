"""``GET /v1/usage``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import aiohttp
import pytest
from polyvox_faulty.charged import FaultCharged

from tests.integration.api.client import Client
from tests.support.server import RunningServer, serving, settings_for

TEXT = "Sixteen letters."
QUOTAS = {"fault_charged": {"policy": "warn", "limits": {"basic": 64}}}
MONTH = f"{datetime.now(UTC):%Y-%m}"


@pytest.fixture(scope="module")
def charging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = settings_for(tmp_path_factory.mktemp("charging"), quotas=QUOTAS)
    with serving(settings, loaders={"fault_charged": lambda: FaultCharged}) as running:
        yield running


async def test_usage_shows_what_is_left_of_every_tier(charging: RunningServer) -> None:
    async with aiohttp.ClientSession(charging.url) as session:
        client = Client(session)
        before = (await client.get("/v1/usage")).json
        assert before["object"] == "list"
        assert [(row["tier"], row["used"]) for row in before["data"]] == [("best", 0), ("basic", 0)]
        body = {"model": "fault_charged", "voice": "basic", "input": TEXT}
        assert (await client.post("/v1/audio/speech", json=body)).status == 200
        _, basic = (await client.get("/v1/usage")).json["data"]
        forecast = basic.pop("forecast")
        assert forecast >= len(TEXT)
        assert basic == {
            "provider": "fault_charged",
            "tier": "basic",
            "name": "Basic",
            "month": MONTH,
            "policy": "warn",
            "used": 16,
            "requests": 1,
            "limit": 64,
            "percent": 25.0,
            "remaining": 48,
            "over": 0,
            "usd_per_million": 20.0,
            "cost_usd": 0.0,
            "free_characters": 1000,
            "specified_characters": None,
            "checked": "2026-11-01",
            "source": "https://example.com/prices",
            "note": "Of the tests.",
        }
        earlier = (await client.get("/v1/usage", params={"month": "2020-02"})).json["data"]
        assert [(row["month"], row["used"]) for row in earlier] == [("2020-02", 0)] * 2


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", "2026-11-01", "0000-01", ""])
async def test_a_month_that_is_none_is_refused(charging: RunningServer, month: str) -> None:
    async with aiohttp.ClientSession(charging.url) as session:
        answer = await Client(session).get("/v1/usage", params={"month": month})
    assert (answer.status, answer.error["param"]) == (400, "month")


async def test_it_is_documented(charging: RunningServer) -> None:
    async with aiohttp.ClientSession(charging.url) as session:
        document = (await Client(session).get("/openapi.json")).json
    assert document["paths"]["/v1/usage"]["get"]["summary"]
    fields = document["components"]["schemas"]["UsageRow"]["properties"]
    assert "month's end" in fields["forecast"]["description"]

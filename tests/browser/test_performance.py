"""The dashboard: figures that come by themselves, narrowed down, exported."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server, served


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Joe speaks with Piper; Ada has a provider that is down, and Piper after it."""
    script = {"fault_a": {"script": ["unavailable"] * 20}}
    with served(tmp_path_factory.mktemp("shop"), providers=json.dumps(script)) as running:
        yield running


async def speak(page: Page, server: Server, text: str, voice: str = "joe", **more: str) -> None:
    reply = await page.request.post(
        f"{server.url}/v1/audio/speech", data={"input": text, "voice": voice, **more}
    )
    assert reply.ok
    await reply.body()


async def test_figures_come_by_themselves_and_can_be_narrowed_and_exported(
    page: Page, shop: Server
) -> None:
    chain = {"active_provider": "fault_a", "fallback_chain": ["piper"]}
    ada = {"id": "ada", "name": "Ada", "voice_config": chain}
    assert (await page.request.post(f"{shop.url}/v1/personalities", data=ada)).ok
    await page.goto(f"{shop.url}/performance")
    await expect(page.get_by_text("0 replies by 0 providers")).to_be_visible()
    await accessible(page)

    await speak(page, shop, "A first line for the table.")
    await speak(page, shop, "A first line for the table.")
    await expect(page.get_by_text("2 replies by 1 provider")).to_be_visible()
    piper = page.get_by_role("row").filter(has_text="Piper").first
    await expect(piper).to_contain_text("50 %")  # of its segments came from the cache
    await speak(page, shop, "Somebody else says this.", "ada")
    failure = page.get_by_role("listitem").filter(has_text="could not be reached")
    await expect(failure).to_contain_text("Written fault_a could not be reached.")
    await expect(failure).to_contain_text("Piper spoke instead.")
    await expect(page.get_by_role("img", name="Replies over time").locator("svg")).to_be_visible()
    await page.get_by_role("button", name="The charts as tables").click()
    await expect(page.get_by_role("region", name="Average time to first audio")).to_be_visible()
    await accessible(page)

    await page.get_by_label("Personality").click()
    await page.get_by_role("option", name="Joe").click()
    await expect(page.get_by_text("2 replies by 1 provider")).to_be_visible()
    await expect(failure).to_have_count(0)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download as CSV").click()
    sheet = (await (await downloading.value).path()).read_text()
    rows = list(csv.DictReader(StringIO(sheet)))
    assert [(row["personality"], row["provider"]) for row in rows] == [("joe", "piper")]
    assert [row["requests"] for row in rows] == ["2"]


async def test_a_free_tier_has_a_bar_that_says_where_it_leads(page: Page, shop: Server) -> None:
    await page.goto(f"{shop.url}/performance")
    await expect(page.get_by_text("Written fault_charged, Basic: 1,000 characters")).to_be_visible()
    await speak(page, shop, "x" * 120, "basic", model="fault_charged")
    bar = page.get_by_role("meter", name="Written fault_charged, Basic")
    await expect(bar).to_have_attribute("aria-valuenow", "12.0")
    await expect(page.get_by_text("120 of 1,000 characters (12 %); about")).to_be_visible()
    await accessible(page)

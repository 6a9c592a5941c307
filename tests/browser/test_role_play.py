"""What becomes of actions between stars, chosen on a personality's settings."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server


async def test_actions_are_left_out_or_given_to_a_narrator_by_name(
    page: Page, server: Server
) -> None:
    for name in ("henry", "storyteller"):
        body = {"id": name, "name": name.capitalize()}
        assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    address = f"{server.url}/v1/personalities/henry"
    await page.goto(f"{server.url}/personalities/henry")
    await page.get_by_role("tab", name="Settings").click()
    choice = page.get_by_role("combobox", name="Actions between stars")
    await expect(page.get_by_text("Read like a sentence")).to_be_visible()
    await accessible(page)

    await choice.click()
    await expect(page.get_by_role("option", name="Spoken by Henry")).to_have_count(0)
    await page.get_by_role("option", name="Spoken by Storyteller").click()
    await _stored(page, address, ["narrator", "storyteller"])
    await choice.click()
    await page.get_by_role("option", name="Left out").click()
    await _stored(page, address, ["skip", None])


async def _stored(page: Page, address: str, expected: list[str | None]) -> None:
    """Wait until the API tells these ``actions`` and ``narrator``."""
    await page.wait_for_function(
        "([address, expected]) => fetch(address).then(r => r.json()).then(one => JSON.stringify("
        "[one.voice_config.actions, one.voice_config.narrator ?? null]) === expected)",
        arg=[address, json.dumps(expected, separators=(",", ":"))],
    )

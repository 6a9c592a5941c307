"""The languages of a personality, and who of its models speaks them."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server


async def _open(page: Page, server: Server, name: str) -> str:
    """A personality of its own for a test, on its languages; its address in the API."""
    body = {"id": name, "name": name.capitalize()}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    await page.goto(f"{server.url}/personalities/{name}")
    await page.get_by_role("tab", name="Languages").click()
    return f"{server.url}/v1/personalities/{name}"


async def _stored(page: Page, address: str, expected: object) -> None:
    """Wait until the API tells these ``voice_config.languages``."""
    await page.wait_for_function(
        "([address, expected]) => fetch(address).then(r => r.json()).then("
        "one => JSON.stringify(one.voice_config.languages) === expected)",
        arg=[address, json.dumps(expected, separators=(",", ":"))],
    )


async def test_languages_are_named_twice_and_show_who_speaks_them(
    page: Page, server: Server
) -> None:
    await _open(page, server, "gina")
    await expect(page.get_by_text("26 of 26 languages")).to_be_visible()
    english, german, japanese = (
        page.locator(".languages").get_by_role("listitem").filter(has_text=name)
        for name in ("English", "German", "Japanese")
    )
    await expect(english).to_contain_text("Primary language; Piper")
    await expect(english.get_by_role("checkbox", name="English")).to_be_disabled()
    await expect(german).to_contain_text("none of its models; Written fault_a")
    await expect(japanese).to_contain_text("no model yet")
    french = page.locator(".languages").get_by_role("listitem").filter(has_text="French")
    await expect(french).to_contain_text("none yet; XTTS v2 could, once ready")
    await expect(german.get_by_text("Deutsch")).to_have_attribute("lang", "de")
    await accessible(page)

    await page.get_by_label("Search languages").fill("日本")
    await expect(page.get_by_text("1 of 26 languages")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Japanese")).to_be_visible()
    await expect(german).to_be_hidden()


async def test_languages_are_added_and_taken_away(page: Page, server: Server) -> None:
    address = await _open(page, server, "hans")
    german = page.get_by_role("checkbox", name="German")
    await german.focus()
    await german.press("Space")
    await _stored(page, address, {"primary": "en", "supported": ["de"]})
    await expect(german).to_be_focused()
    await german.press("Space")
    await _stored(page, address, {"primary": "en", "supported": []})


async def test_the_primary_language_is_chosen_by_either_name(page: Page, server: Server) -> None:
    address = await _open(page, server, "ida")
    primary = page.get_by_role("combobox", name="Primary language")
    await primary.fill("deutsch")
    await page.get_by_role("option", name="German – Deutsch").click()
    await _stored(page, address, {"primary": "de", "supported": ["en"]})
    await expect(page.get_by_role("checkbox", name="German")).to_be_disabled()
    await expect(page.get_by_role("checkbox", name="English")).to_be_checked()

    await page.get_by_role("combobox", name="Add a regional variant").fill("english")
    await page.get_by_role("option", name="English (United States)").click()
    variant = page.get_by_role("checkbox", name="English (United States)")
    await expect(variant).to_be_checked()
    await expect(page.get_by_text("27 of 27 languages")).to_be_visible()


async def test_the_api_tells_the_same(page: Page, server: Server) -> None:
    await _open(page, server, "jo")
    answer = await page.request.get(f"{server.url}/v1/languages", params={"personality": "jo"})
    rows = {row["language"]: row for row in (await answer.json())["data"]}
    assert rows["en"]["providers"] == ["piper"]
    assert rows["de"]["providers"] == []
    assert rows["de"]["sentence"].startswith("Hallo!")

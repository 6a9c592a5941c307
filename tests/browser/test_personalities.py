"""The list of personalities, and the login before it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server, served


async def test_personalities_are_created_found_duplicated_and_deleted(
    page: Page, server: Server
) -> None:
    await page.goto(server.url)
    await expect(page.get_by_role("link", name="Joe", exact=True)).to_be_visible()
    await accessible(page)
    await page.get_by_role("button", name="New personality").click()
    await page.get_by_label("Name").fill("Märchen Onkel")
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Märchen Onkel")

    await page.get_by_role("link", name="Personalities").click()
    await page.get_by_label("Search").fill("onkel")
    await expect(page.get_by_role("status").first).to_have_text(re.compile(r"1 of \d+"))
    await page.get_by_role("button", name="Duplicate Märchen Onkel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Märchen Onkel (copy)")

    await page.goto(server.url)
    for name in ("Märchen Onkel (copy)", "Märchen Onkel"):
        await page.get_by_role("button", name=f"Delete {name}", exact=True).click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)


async def test_a_name_is_text_and_nothing_else(page: Page, server: Server) -> None:
    name = 'Ada "the first" href="javascript:alert(1)" <b>'
    body = {"id": "quoted", "name": name}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    await page.goto(server.url)
    for button in (f"Duplicate {name}", f"Delete {name}"):
        await expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()
    assert await page.locator("[href^=javascript]").count() == 0
    await page.get_by_role("link", name=name, exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    for tab in ("Settings", "Languages", "Samples", "Try it"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("heading", name=tab, level=2)).to_be_visible()
    await page.request.delete(f"{server.url}/v1/personalities/quoted")


async def test_where_a_key_is_needed_people_log_in(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "home", require_key="true") as guarded:
        await page.goto(f"{guarded.url}/system")
        await expect(page).to_have_url(f"{guarded.url}/login")
        await accessible(page)
        await page.get_by_label("API key").fill("pvx_wrong")
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_contain_text("wrong")
        key = await asyncio.to_thread(_new_key, guarded.home)
        await page.get_by_label("API key").fill(key)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("link", name="Joe", exact=True)).to_be_visible()
        models = await page.request.get(f"{guarded.url}/v1/models")
        assert models.ok  # the session opens the API, too
        cookie = next(c for c in await page.context.cookies() if c["name"] == "polyvox_session")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"

        await page.get_by_role("button", name="Log out").click()
        await expect(page).to_have_url(f"{guarded.url}/login")
        assert (await page.request.get(f"{guarded.url}/v1/models")).status == 401


def _new_key(home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "polyvox", "keys", "create", "console"],
        env={**os.environ, "POLYVOX_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()

"""A browser that stands still for some seconds, on a busy machine, loses nothing of an open page."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from tests.browser.serving import Server

STALL_S = 12
"""Longer than NiceGUI waits unasked: the server has given up the connection by then."""

BACK_S = 3
"""By then the page has its connection again, or is loaded anew."""


async def test_a_page_outlives_a_browser_that_stood_still(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/personalities/joe?tab=try")
    await page.get_by_role("tab", name="Try it").click()
    text = page.get_by_label("Text", exact=True)
    await text.fill("Half a senten")
    debugger = await page.context.new_cdp_session(page)
    await debugger.send("Debugger.enable")
    await debugger.send("Debugger.pause")
    await asyncio.sleep(STALL_S)
    await debugger.send("Debugger.resume")
    await debugger.send("Debugger.disable")
    await asyncio.sleep(BACK_S)
    await text.press_sequentially("ce.")
    await expect(text).to_be_focused()
    await expect(text).to_have_value("Half a sentence.")

"""The console with the keyboard alone: it works, and the keyboard never loses its place."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import CLOUD
from tests.browser.serving import Server

CHAIN = ["openai_speech", "xtts_v2", "google_tts"]
UNHEARD = "fault_c"
"""Nobody has spoken with it yet."""
NEARBY = 40
"""Presses of Tab within which everything is reached that these tests want."""


async def opened(page: Page, server: Server, name: str, **config: Any) -> None:
    """The form of a new personality, with the keyboard at its beginning."""
    config.setdefault("active_provider", "piper")
    body = {"id": name, "name": name.capitalize(), "voice_config": config}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    await page.goto(f"{server.url}/personalities/{name}")
    await page.wait_for_load_state("networkidle")  # what makes things draggable is loaded last


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    for _ in range(NEARBY):
        await page.keyboard.press(key)
        if await wanted.evaluate("wanted => wanted === document.activeElement"):
            return
    pytest.fail(f"{key} does not lead to {wanted}")


async def stored(page: Page, server: Server, name: str) -> Any:
    answer = await page.request.get(f"{server.url}/v1/personalities/{name}")
    return (await answer.json())["voice_config"]


async def test_a_personality_is_created_and_deleted(page: Page, server: Server) -> None:
    await page.goto(server.url)
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    new = page.get_by_role("button", name="New personality")
    await tab_to(page, new)

    await page.keyboard.press("Enter")
    name = page.get_by_role("dialog").get_by_label("Name")
    await expect(name).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("not be empty")
    await expect(name).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(name).to_have_count(0)
    await expect(new).to_be_focused()

    await page.keyboard.press("Enter")
    await expect(name).to_be_focused()
    await page.keyboard.type("Zoe")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Zoe – Polyvox")
    await page.goto(server.url)
    await page.wait_for_load_state("networkidle")
    delete = page.get_by_role("button", name="Delete Zoe", exact=True)
    await tab_to(page, delete)
    await page.keyboard.press("Enter")
    keep = page.get_by_role("alertdialog").get_by_role("button", name="Keep")
    await expect(keep).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(keep).to_have_count(0)
    await expect(delete).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(keep).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Zoe")).to_have_count(0)
    await expect(page.locator("#content li a:focus")).to_have_count(1)  # its neighbour in the list


async def test_a_model_is_switched_while_figures_change(page: Page, server: Server) -> None:
    await opened(page, server, "switched")
    use = page.get_by_role("button", name=f"Use {CLOUD}")
    await tab_to(page, use)
    measured = page.get_by_role("article", name=f"Written {UNHEARD}", exact=True)
    await expect(measured).to_contain_text("not measured yet")
    speech = {"model": "switched", "provider": UNHEARD, "input": "Measure the speed."}
    assert (await page.request.post(f"{server.url}/v1/audio/speech", data=speech)).ok
    await expect(measured).to_contain_text("measured here")
    await expect(use).to_be_focused()

    await page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo: back to Piper")
    await expect(undo).to_be_focused()
    assert (await stored(page, server, "switched"))["active_provider"] == "openai_speech"
    await page.keyboard.press("Enter")
    await expect(use).to_be_focused()
    assert (await stored(page, server, "switched"))["active_provider"] == "piper"


async def test_links_are_moved_removed_and_added(page: Page, server: Server) -> None:
    await opened(page, server, "chained", fallback_chain=CHAIN)
    up = page.get_by_role("button", name="Move Google Cloud Text-to-Speech up")
    await tab_to(page, up, "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("is number 3 of 4.")).to_be_attached()
    await expect(up).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("is number 2 of 4.")).to_be_attached()
    await expect(
        page.get_by_role("button", name="Move Google Cloud Text-to-Speech down")
    ).to_be_focused()
    assert (await stored(page, server, "chained"))["fallback_chain"] == [CHAIN[2], *CHAIN[:2]]

    await tab_to(page, page.get_by_role("button", name="Remove XTTS v2 from the chain"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=f"Remove {CLOUD} from the chain")).to_be_focused()
    choice = page.get_by_role("combobox", name="Add a model to the chain")
    await tab_to(page, choice)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("is added to the chain.")).to_be_attached()
    await expect(choice).to_be_focused()
    assert len((await stored(page, server, "chained"))["fallback_chain"]) == 3


async def test_a_drag_outlives_a_look(page: Page, server: Server) -> None:
    """While a link is held, the cards and the chain are looked at anew, and something has changed."""
    await opened(page, server, "dragged", fallback_chain=CHAIN)
    rows = page.locator("ol.chain").last.get_by_role("listitem")
    await rows.nth(2).locator(".grip").hover()
    top = await rows.nth(0).bounding_box()
    assert top
    await page.mouse.down()
    async with asyncio.timeout(15):
        while "Google" not in await rows.nth(0).inner_text():
            for y in (top["y"] + 40, top["y"] + 4):
                await page.mouse.move(top["x"] + 20, y, steps=5)
    off = {"voice_config": {"providers": {"xtts_v2": {"enabled": False}}}}
    assert (await page.request.patch(f"{server.url}/v1/personalities/dragged", data=off)).ok
    await expect(rows.filter(has_text="switched off for this personality")).to_have_count(1)
    await expect(rows.nth(0)).to_contain_text("Google")
    await page.mouse.up()


async def test_settings_and_trying_keep_the_keyboard(page: Page, server: Server) -> None:
    await opened(page, server, "tried")
    await tab_to(page, page.get_by_role("tab", name="Voice"))
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="Speed")
    await tab_to(page, slider)
    await page.keyboard.press("ArrowRight")
    reset = page.get_by_role("button", name="Reset speed to its default")
    await expect(reset).to_be_enabled()
    await tab_to(page, reset)
    await page.keyboard.press("Enter")
    await expect(reset).to_be_disabled()
    await expect(slider).to_be_focused()

    await tab_to(page, page.get_by_role("tab", name="Settings"), "Shift+Tab")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    speak, stop = (page.get_by_role("button", name=name, exact=True) for name in ("Speak", "Stop"))
    await tab_to(page, speak)
    await page.keyboard.press("Enter")
    await tab_to(page, stop)
    await expect(stop).to_be_disabled()  # it has spoken
    await expect(speak).to_be_focused()


async def test_keys_are_made_and_revoked(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/system")
    await page.wait_for_load_state("networkidle")
    new = page.get_by_role("button", name="New key")
    await tab_to(page, new, "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("What is it for?")).to_be_focused()
    await page.keyboard.type("keyboard")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Key", exact=True)).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="I have kept it"))
    await page.keyboard.press("Enter")
    await expect(new).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="Revoke keyboard"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Keep")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There are no keys.")).to_be_visible()
    await expect(new).to_be_focused()


async def test_who_closes_a_notice_is_where_they_were(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/personalities/nobody")
    link = page.get_by_role("link", name="All personalities")
    close = page.get_by_role("alert").get_by_role("button", name="Close")
    await expect(close).to_be_visible()
    await tab_to(page, link)
    await tab_to(page, close)
    await page.keyboard.press("Enter")
    await expect(link).to_be_focused()


async def test_what_has_the_keyboard_is_seen_and_headings_skip_no_level(
    page: Page, server: Server
) -> None:
    for path in ("/", "/performance", "/system", "/personalities/joe"):
        await page.goto(server.url + path)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(UNSEEN) == []
        levels = await page.locator("h1, h2, h3, h4").evaluate_all(
            "all => all.filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"
        )
        assert levels[0] == 1
        assert all(next_ <= level + 1 for level, next_ in pairwise(levels))
        await expect(page).to_have_title(re.compile(r".+ – Polyvox"))


UNSEEN = """() => [...document.querySelectorAll("a, button, [tabindex='0']")]
  .filter((each) => each.checkVisibility() && !each.disabled && !each.closest(".q-field"))
  .filter((each) => {
    each.focus({ focusVisible: true });
    return getComputedStyle(each).outlineStyle !== "solid" || each.getBoundingClientRect().height < 24;
  })
  .map((each) => each.outerHTML.slice(0, 120))"""
"""What takes the keyboard but does not show it, or is too low to be hit (WCAG 2.5.8)."""

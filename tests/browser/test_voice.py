"""Choosing the voice model and ordering the fallback chain, and what is heard of it."""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from uuid import uuid4

import numpy as np
import pytest
import soxr
from playwright.async_api import Locator, Page, expect

from polyvox.audio.measure.embedding import embedding
from polyvox.audio.measure.voice import VOICE_RATE
from tests.browser.conftest import CLOUD, accessible
from tests.browser.serving import Server
from tests.support.transcribe import likeness

SAID = "The harbour lies quiet in the morning, and seven boats are waiting for the tide."
ALSO_SAID = "My grandmother keeps a small garden behind the old station by the river."
RATE = 24_000
SAME, OTHER = 0.85, 0.75
DRAG_S = 15
CHAIN = ["openai_speech", "xtts_v2", "google_tts"]


async def made(page: Page, url: str, **config: object) -> str:
    """The address of a new personality's form."""
    name = f"voice-{uuid4().hex}"
    body = {"id": name, "name": "Tester", "voice_config": config}
    answer = await page.request.post(f"{url}/v1/personalities", data=body)
    assert answer.ok, await answer.text()
    return f"{url}/personalities/{name}"


async def document(page: Page, form: str) -> dict[str, Any]:
    stored = await page.request.get(form.replace("/personalities", "/v1/personalities"))
    config: dict[str, Any] = (await stored.json())["voice_config"]
    return config


async def heard(page: Page, form: str, text: str) -> tuple[bytes, str]:
    """What the personality says (s16le mono, RATE Hz), and who of the providers said it."""
    url, _, name = form.partition("/personalities/")
    body = {"model": "polyvox", "voice": name, "input": text, "response_format": "pcm"}
    answer = await page.request.post(f"{url}/v1/audio/speech", data=body)
    assert answer.ok, await answer.text()
    return await answer.body(), answer.headers["x-polyvox-provider"]


def alikeness(one: bytes, other: bytes) -> float:
    """The cosine of two voices."""
    a, b = (
        embedding(
            soxr.resample(np.frombuffer(pcm, "<i2").astype(np.float32) / 32_768, RATE, VOICE_RATE)
        )
        for pcm in (one, other)
    )
    if a is None or b is None:
        pytest.skip("who speaks is told by Resemblyzer, which is not installed")
    return float(a @ b)


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def mark(page: Page, name: str) -> Locator:
    """That it is the active one, where that is shown."""
    return card(page, name).get_by_text("Active").filter(visible=True)


def links(page: Page) -> Locator:
    """Those after the active one."""
    return page.locator("ol.chain").last.get_by_role("listitem")


async def order(page: Page, form: str) -> object:
    return (await document(page, form))["fallback_chain"]


async def test_a_model_is_switched_and_the_change_is_heard_and_undone(
    page: Page, server: Server
) -> None:
    form = await made(page, server.url, active_provider="piper")
    joe, speaker = await heard(page, form, ALSO_SAID)
    assert speaker == "piper"

    await page.goto(form)
    await expect(mark(page, "Piper")).to_be_visible()
    await page.get_by_role("button", name=f"Use {CLOUD}").click()
    await expect(mark(page, CLOUD)).to_be_visible()
    await expect(mark(page, "Piper")).to_have_count(0)
    undo = page.get_by_role("button", name="Undo: back to Piper")
    await expect(undo).to_be_focused()

    switched, speaker = await heard(page, form, SAID)
    assert speaker == "openai_speech"
    await page.keyboard.press("Enter")
    await expect(mark(page, "Piper")).to_be_visible()
    await expect(undo).to_have_count(0)
    back, speaker = await heard(page, form, SAID)
    assert speaker == "piper"

    for spoken in (switched, back):
        assert await asyncio.to_thread(likeness, spoken, RATE, SAID) > 0.8
    assert alikeness(joe, back) > SAME
    assert alikeness(joe, switched) < OTHER


async def test_a_model_that_was_switched_off_is_switched_on_and_off_again(
    page: Page, server: Server
) -> None:
    off = {"openai_speech": {"enabled": False, "voice_id": "am_adam"}}
    form = await made(page, server.url, active_provider="piper", providers=off)
    await page.goto(form)
    await expect(card(page, CLOUD)).to_contain_text("It is disabled for this personality.")
    await page.get_by_role("button", name=f"Use {CLOUD}").click()
    await expect(mark(page, CLOUD)).to_be_visible()
    assert (await heard(page, form, "Hello."))[1] == "openai_speech"
    await page.get_by_role("button", name="Undo: back to Piper").click()
    await expect(card(page, CLOUD)).to_contain_text("It is disabled for this personality.")
    config = await document(page, form)
    assert config["active_provider"] == "piper"
    assert config["providers"]["openai_speech"]["enabled"] is False
    assert config["providers"]["openai_speech"]["voice_id"] == "am_adam"


async def test_cards_tell_published_figures_from_measured_ones(page: Page, server: Server) -> None:
    form = await made(page, server.url, active_provider="openai_speech")
    await page.goto(form)
    await expect(page.get_by_role("heading", name="Local", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name="Cloud", exact=True)).to_be_visible()
    xtts = card(page, "XTTS v2")
    for told in ("2 to 5 s on a GPU", "published", "6 to 30 s", "no commercial use"):
        await expect(xtts).to_contain_text(told)
    await expect(xtts).to_contain_text("polyvox models install xtts_v2")
    await expect(xtts.get_by_role("img", name="5 of 5")).to_be_visible()
    watson = card(page, "IBM Watson")
    await expect(watson).to_contain_text("10,000 of 10,000 characters")
    await expect(watson).to_contain_text("not measured yet")

    before = card(page, CLOUD).get_by_text("measured here")
    if not await before.count():  # another test may have spoken with it already
        await heard(page, form, "Something that nobody has said here yet.")
    await expect(before).to_be_visible()
    await expect(card(page, CLOUD)).to_contain_text("first audio after")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_used_by_everybody_on_any_screen(
    page: Page, server: Server, scheme: Literal["light", "dark"]
) -> None:
    form = await made(page, server.url, active_provider="xtts_v2", fallback_chain=CHAIN)
    await page.emulate_media(color_scheme=scheme)
    await page.goto(form)
    await page.get_by_role("button", name="Use IBM Watson").click()
    await expect(page.get_by_role("button", name="Undo: back to XTTS v2")).to_be_focused()
    await expect(page.locator("body.body--dark")).to_have_count(int(scheme == "dark"))
    await expect(page.locator(".q-notification")).to_have_count(0)  # gone before colours are judged
    await accessible(page)


async def drag_to_the_top(page: Page, name: str) -> None:
    """With the mouse held down, as a hand does: until the row that is dragged lies on top."""
    top = await links(page).nth(0).bounding_box()
    assert top
    async with asyncio.timeout(DRAG_S):
        while name not in await links(page).nth(0).inner_text():
            for y in (top["y"] + 40, top["y"] + 4):
                await page.mouse.move(top["x"] + 20, y, steps=5)


async def test_the_chain_is_sorted_by_dragging(page: Page, server: Server) -> None:
    form = await made(page, server.url, active_provider="piper", fallback_chain=CHAIN)
    await page.goto(form)
    await expect(links(page)).to_have_count(3)
    await page.wait_for_load_state("networkidle")  # what makes it draggable is loaded last
    grip = links(page).nth(2).locator(".grip")
    await grip.hover()
    await page.mouse.down()
    await drag_to_the_top(page, "Google")
    await page.mouse.up()
    await expect(links(page).nth(0)).to_contain_text("2. Google Cloud Text-to-Speech")
    await expect(page.get_by_text("is number 2 of 4.")).to_be_attached()
    assert await order(page, form) == ["google_tts", "openai_speech", "xtts_v2"]


async def test_the_chain_is_sorted_by_keyboard_and_changed(page: Page, server: Server) -> None:
    form = await made(page, server.url, active_provider="piper", fallback_chain=CHAIN)
    await page.goto(form)
    up = page.get_by_role("button", name="Move Google Cloud Text-to-Speech up")
    await up.focus()
    await page.keyboard.press("Enter")
    await expect(links(page).nth(1)).to_contain_text("3. Google Cloud Text-to-Speech")
    await expect(up).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(links(page).nth(0)).to_contain_text("2. Google Cloud Text-to-Speech")
    down = page.get_by_role("button", name="Move Google Cloud Text-to-Speech down")
    await expect(down).to_be_focused()
    assert await order(page, form) == ["google_tts", "openai_speech", "xtts_v2"]

    await page.get_by_role("button", name="Remove XTTS v2 from the chain").click()
    await expect(links(page)).to_have_count(2)
    await page.get_by_label("Add a model to the chain").click()
    await page.get_by_role("option", name="StyleTTS 2").click()
    await expect(links(page)).to_have_count(3)
    assert await order(page, form) == ["google_tts", "openai_speech", "styletts2"]


async def test_each_link_says_what_would_happen_now(page: Page, server: Server) -> None:
    form = await made(
        page,
        server.url,
        active_provider="piper",
        providers={"fault_a": {"enabled": False}},
        fallback_chain=["xtts_v2", "openai_speech", "fault_a", "gone"],
    )
    await page.goto(form)
    await expect(page.locator("ol.chain").first).to_contain_text("Speaks first")
    told = ("Out: not available", "Ready if those before it fail", "Out: switched off", "Out: not ")
    for place, words in enumerate(told):
        await expect(links(page).nth(place)).to_contain_text(words)
    # The German of nobody's voice: Piper has none installed, the service speaks English.
    changed = {"voice_config": {"languages": {"primary": "de"}}}
    api = form.replace("/personalities", "/v1/personalities")
    assert (await page.request.patch(api, data=changed)).ok
    await expect(page.locator("ol.chain").first).to_contain_text("Out: no German")
    await expect(links(page).nth(1)).to_contain_text("Out: no German")

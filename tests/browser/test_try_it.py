"""Trying a personality: heard while it is made, told as it is made, and when a provider is broken."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import DOWN, MAX_CHARACTERS, accessible
from tests.browser.serving import Server

LONG = " ".join(f"This is sentence number {number} of a rather long story." for number in range(60))
CHAIN = {"active_provider": DOWN, "fallback_chain": ["piper"]}


async def opened(page: Page, server: Server, personality: str = "joe") -> None:
    await page.goto(f"{server.url}/personalities/{personality}")
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.get_by_role("button", name="Speak")).to_be_visible()


async def player(page: Page, expression: str) -> Any:
    return await page.locator("audio").evaluate(f"player => {expression}")


async def report(page: Page, server: Server) -> dict[str, Any]:
    path = await player(page, "player.getAttribute('src')")
    found = await page.request.get(server.url + path.removesuffix("/audio"))
    assert found.ok
    told: dict[str, Any] = await found.json()
    return told


async def playing(page: Page) -> None:
    await page.wait_for_function("document.querySelector('audio').currentTime > 0")


async def test_a_text_is_heard_and_its_timeline_says_who_spoke(page: Page, server: Server) -> None:
    await opened(page, server)
    await page.get_by_label("Text", exact=True).fill("Good morning. It is a fine day for a walk.")
    await page.get_by_role("button", name="Speak").click()
    await playing(page)
    status = page.get_by_role("status").filter(has_text="audio")
    await expect(status).to_contain_text("First audio after")
    await expect(status).to_contain_text("0 of 2 segments came from the cache.")
    await expect(page.get_by_text("Piper spoke: first audio after").first).to_be_visible()
    await accessible(page)

    await page.wait_for_function("document.querySelector('audio').ended")
    await expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    await player(page, "player.play()")  # what the browser holds can be heard again
    await playing(page)
    assert not await player(page, "player.ended")

    await page.get_by_role("button", name="Speak").click()
    await expect(status).to_contain_text("2 of 2 segments came from the cache.")
    await expect(page.get_by_text("Piper, from the cache").first).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    download = await downloading.value
    assert download.suggested_filename == "joe.mp3"
    assert (await download.path()).stat().st_size > 10_000


async def test_audio_begins_while_it_is_being_made_and_stops_when_told(
    page: Page, server: Server
) -> None:
    await opened(page, server)
    await page.get_by_label("Text", exact=True).fill(LONG)
    await page.get_by_role("button", name="Speak").click()
    await playing(page)
    assert (await report(page, server))["outcome"] == "running"
    path = await player(page, "player.getAttribute('src')")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("status").filter(has_text="Stopped.")).to_be_visible()
    ended = await page.request.get(server.url + path.removesuffix("/audio"))
    assert (await ended.json())["outcome"] == "cancelled"


async def test_a_broken_provider_is_told_on_the_timeline_and_on_the_dashboard(
    page: Page, server: Server
) -> None:
    rescued = {"id": "rescued", "name": "Rescued", "voice_config": CHAIN}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=rescued)).ok
    await opened(page, server, "rescued")
    text = page.get_by_label("Text", exact=True)
    await text.fill("What nobody has heard here before, the cache does not have.")
    await page.get_by_role("button", name="Speak").click()
    await playing(page)
    failed = page.get_by_text("Written fault_a could not be reached, after").first
    await expect(failed).to_be_visible()
    await expect(page.get_by_text("Connection refused.").first).to_be_visible()
    await expect(page.get_by_text("Piper spoke: first audio after").first).to_be_visible()
    await accessible(page)

    await page.goto(f"{server.url}/performance")
    line = page.get_by_role("row").filter(has_text="Written fault_a").first
    await expect(line).to_contain_text("0 %")
    told = page.get_by_role("listitem").filter(has_text="Written fault_a could not be reached")
    await expect(told.first).to_contain_text("Piper spoke instead.")


async def test_where_nobody_can_speak_the_page_says_so(page: Page, server: Server) -> None:
    alone = {"id": "alone", "name": "Alone", "voice_config": {"active_provider": DOWN}}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=alone)).ok
    await opened(page, server, "alone")
    await page.get_by_role("button", name="Speak").click()
    status = page.get_by_role("status").filter(has_text="Nobody could speak.")
    await expect(status).to_be_visible()
    await expect(page.get_by_text("Written fault_a could not be reached, after")).to_have_count(2)


async def test_a_refused_text_is_told_at_once(page: Page, server: Server) -> None:
    await opened(page, server)
    await page.get_by_label("Text", exact=True).fill("x" * (MAX_CHARACTERS + 1))
    await page.get_by_role("button", name="Speak").click()
    await expect(page.get_by_text(f"the limit is {MAX_CHARACTERS}")).to_be_visible()
    await expect(page.locator("audio")).to_be_hidden()


async def test_a_word_is_heard_as_it_is_and_as_entered_and_added(
    page: Page, server: Server
) -> None:
    sayer = {"id": "sayer", "name": "Sayer", "voice_config": {"active_provider": "piper"}}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=sayer)).ok
    await opened(page, server, "sayer")
    await page.get_by_text("How a word is spoken").first.click()
    await page.get_by_label("Written").fill("Xiaomi")
    await page.get_by_role("button", name="Hear it as entered").click()
    await expect(page.get_by_text("It needs 'spoken', 'ipa' or both")).to_be_visible()
    await page.get_by_role("button", name="Close").click()
    await page.get_by_label("Spoken", exact=True).fill("shao mee, and so on, and so on")
    as_it_is = await heard_s(page, "Hear it as it is")
    assert await heard_s(page, "Hear it as entered") > as_it_is + 0.5
    await accessible(page)
    await page.get_by_role("button", name="Add the word").click()
    await expect(page.get_by_text("Xiaomi is in the lexicon.")).to_be_visible()
    await expect(page.get_by_label("Written")).to_have_value("")
    stored = await page.request.get(f"{server.url}/v1/personalities/sayer/lexicon")
    assert (await stored.json())["data"] == [
        {"written": "Xiaomi", "spoken": "shao mee, and so on, and so on"}
    ]


async def heard_s(page: Page, button: str) -> float:
    """The length of what a button plays, once it has been heard to its end."""
    before = await player(page, "player.getAttribute('src')")
    await page.get_by_role("button", name=button).click()
    ended = "before => (p => p.ended && p.getAttribute('src') !== before)"
    await page.wait_for_function(f"{ended}(document.querySelector('audio'))", arg=before)
    return float(await player(page, "player.currentTime"))

"""What the operator looks after: providers, voices, the cache, keys."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server
from tests.browser.workplace import TWIN, Workplace

PIPER = "Piper"
"""There is a faulty one among the tests' plugins."""


@pytest.fixture
def own(workplace: Workplace) -> Server:
    return workplace.server


async def speak(page: Page, server: Server) -> int:
    answer = await page.request.post(
        f"{server.url}/v1/audio/speech", data={"input": "Hello.", "voice": "joe"}
    )
    return answer.status


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_is_for_everybody(page: Page, own: Server, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{own.url}/system")
    await expect(page.get_by_role("button", name=f"Stop {PIPER}")).to_be_visible()
    await accessible(page)


async def test_a_provider_is_stopped_and_started_again(page: Page, own: Server) -> None:
    await page.goto(f"{own.url}/system")
    stop = page.get_by_role("button", name=f"Stop {PIPER}")
    await stop.focus()
    await page.keyboard.press("Enter")
    start = page.get_by_role("button", name=f"Start {PIPER}")
    await expect(start).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text="Stopped")).to_be_visible()
    assert await speak(page, own) == 503

    await page.keyboard.press("Enter")
    await expect(stop).to_be_focused()
    assert await speak(page, own) == 200


async def test_what_another_does_is_seen(page: Page, own: Server) -> None:
    await page.goto(f"{own.url}/system")
    await expect(page.get_by_role("button", name="Stop StyleTTS 2")).to_be_visible()
    for act, other in (("stop", "Start"), ("start", "Stop")):
        assert (await page.request.post(f"{own.url}/v1/providers/styletts2/{act}")).ok
        await expect(page.get_by_role("button", name=f"{other} StyleTTS 2")).to_be_visible()


async def test_a_voice_is_found_and_installed_and_its_progress_is_shown(
    page: Page, own: Server, workplace: Workplace
) -> None:
    await page.goto(f"{own.url}/system")
    await page.get_by_role("button", name=f"Show voices to install for {PIPER}").click()
    search = page.get_by_label("Search by language or name")
    await search.fill("french")
    await expect(page.get_by_text("0 of 1 voices")).to_be_visible()
    await search.fill("german")
    await page.get_by_role("button", name=f"Install {TWIN}").click()
    bar = page.get_by_role("progressbar", name=f"Installing {TWIN}")
    await expect(bar).to_have_attribute("aria-valuenow", "0.5")
    await expect(page.get_by_text(f"Installing {TWIN}: 50% of 6", exact=False)).to_be_visible()
    await accessible(page)

    workplace.catalogue.rest.set()
    await expect(page.get_by_text(f"{TWIN} is installed.")).to_be_visible()
    await expect(bar).to_be_hidden()
    voices = await (await page.request.get(f"{own.url}/v1/audio/voices")).json()
    assert TWIN in {voice["id"] for voice in voices["voices"]}


async def test_a_model_needs_its_licence_accepted(page: Page, own: Server) -> None:
    await page.goto(f"{own.url}/system")
    install = page.get_by_role("button", name="Install the model of XTTS v2")
    await install.click()
    await expect(page.get_by_text("Read the licence, and accept it, first.")).to_be_visible()
    weights = await (await page.request.get(f"{own.url}/v1/weights")).json()
    assert {row["provider"]: row["accepted"] for row in weights["data"]}["xtts_v2"] is False
    begun = await (await page.request.get(f"{own.url}/v1/installations")).json()
    assert "xtts_v2" not in {row["provider"] for row in begun["data"]}


async def test_the_cache_is_shown_and_cleared(page: Page, own: Server) -> None:
    assert (await page.request.delete(f"{own.url}/v1/cache")).ok  # of what other tests have spoken
    assert await speak(page, own) == 200
    await page.goto(f"{own.url}/system")
    kept = page.get_by_text("pieces,", exact=False)
    await expect(kept).to_contain_text("1 pieces, 0.")
    await page.get_by_role("button", name="Clear the cache").click()
    await expect(kept).to_contain_text("0 pieces, 0.0 of 512 MB")
    assert not list((own.home / "cache").rglob("*.wav"))


async def test_a_key_is_made_shown_once_and_revoked(page: Page, own: Server) -> None:
    await page.goto(f"{own.url}/system")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("What is it for?").fill("Till & Co")
    await page.get_by_role("button", name="Create").click()
    secret = await page.get_by_label("Key", exact=True).input_value()
    assert secret.startswith("pvx_")
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_text(secret[:8], exact=False)).to_be_visible()
    await expect(page.get_by_label("Key", exact=True)).to_have_count(0)
    assert secret not in await page.content()

    await page.get_by_role("button", name="Revoke Till & Co").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("There are no keys.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("There are no keys.")).to_be_visible()


async def test_the_installation_is_told_without_secrets(page: Page, own: Server) -> None:
    await page.goto(f"{own.url}/system")
    await expect(page.get_by_text(f"SQLite, {own.home}/polyvox.db")).to_be_visible()

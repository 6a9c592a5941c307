"""The settings of each model, and the choice of its voice, against a server with many voices."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from polyvox.services.previews import SENTENCES
from tests.browser.conftest import accessible
from tests.browser.serving import Server
from tests.browser.workplace import Workplace
from tests.emulators.faults import Fault
from tests.emulators.openai import OpenAIEmulator


@pytest.fixture
def settings_server(workplace: Workplace) -> Server:
    return workplace.server


@pytest.fixture
def speech_server(workplace: Workplace) -> OpenAIEmulator:
    return workplace.service


async def _personality(page: Page, server: Server, name: str) -> str:
    """A personality of its own for a test, which speaks English and German, on its settings."""
    config = {"languages": {"primary": "en", "supported": ["en", "de"]}}
    body = {"id": name, "name": name.capitalize(), "voice_config": config}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    await page.goto(f"{server.url}/personalities/{name}")
    await page.get_by_role("tab", name="Settings").click()
    return f"{server.url}/v1/personalities/{name}"


async def _turn_to(page: Page, model: str) -> None:
    await _choose(page, "Settings of", model)


async def _choose(page: Page, field: str, option: str) -> None:
    await page.get_by_role("combobox", name=field).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def _stored(page: Page, address: str, provider: str) -> dict[str, Any]:
    document = (await (await page.request.get(address)).json())["voice_config"]
    configured: dict[str, Any] = document["providers"].get(provider, {})
    return configured


async def test_a_setting_is_changed_in_its_range_and_reset(
    page: Page, settings_server: Server
) -> None:
    address = await _personality(page, settings_server, "ada")
    await expect(page.get_by_text("Range: 0.25 to 4. Default: 1.")).to_be_visible()
    await accessible(page)
    speed = page.get_by_role("spinbutton", name="Speed")
    reset = page.get_by_role("button", name="Reset speed to its default")
    await expect(speed).to_have_value("1")
    await expect(reset).to_be_disabled()
    await speed.fill("1.5")
    await speed.press("Enter")
    await expect(page.get_by_role("slider", name="Speed")).to_have_value("1.5")
    assert (await _stored(page, address, "piper"))["settings"] == {"speed": 1.5}

    await speed.fill("9")
    await speed.press("Enter")
    await expect(page.get_by_text("less than or equal to 4")).to_be_visible()
    await expect(speed).to_have_value("1.5")

    await reset.click()
    await expect(speed).to_have_value("1")
    assert (await _stored(page, address, "piper"))["settings"] == {}


async def test_a_slider_obeys_the_keyboard(page: Page, settings_server: Server) -> None:
    address = await _personality(page, settings_server, "bea")
    slider = page.get_by_role("slider", name="Speed")
    await slider.focus()
    await slider.press("ArrowRight")
    await expect(page.get_by_role("spinbutton", name="Speed")).to_have_value("1.01")
    assert (await _stored(page, address, "piper"))["settings"] == {"speed": 1.01}
    await expect(slider).to_be_focused()


async def test_every_model_shows_its_own_settings(page: Page, settings_server: Server) -> None:
    address = await _personality(page, settings_server, "cleo")
    await _turn_to(page, "StyleTTS 2")
    await expect(page.get_by_role("slider", name="Steps to find a style")).to_be_visible()
    await expect(page.get_by_text("API name: diffusion_steps")).to_be_visible()
    await _turn_to(page, "XTTS v2")
    await expect(page.get_by_role("slider", name="Choices considered")).to_be_visible()
    await expect(page.get_by_text("Length preference: always 1")).to_be_visible()
    await expect(page.get_by_role("slider", name="Length preference")).to_have_count(0)
    await _turn_to(page, "Google Cloud Text-to-Speech")
    await expect(page.get_by_text("There are no credentials for Google.")).to_be_visible()
    await _choose(page, "Tuned for", "Headphone class device")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Reset tuned for")).to_be_enabled()
    settings = (await _stored(page, address, "google_tts"))["settings"]
    assert settings == {"effects_profile_id": ["headphone-class-device"]}
    await accessible(page)

    await page.get_by_role("switch", name="Google Cloud Text-to-Speech may speak for Cleo").click()
    await page.wait_for_function(
        "address => fetch(address).then(r => r.json()).then("
        "one => !one.voice_config.providers.google_tts.enabled)",
        arg=address,
    )


async def test_what_lacks_is_mended_where_a_link_leads(page: Page, settings_server: Server) -> None:
    address = await _personality(page, settings_server, "gil")
    await _turn_to(page, "XTTS v2")
    await expect(page.get_by_text("polyvox models install xtts_v2", exact=False)).to_be_visible()
    await page.get_by_role("link", name="Install it on the System page").click()
    card = page.locator("#model-xtts_v2")
    await expect(
        card.get_by_role("button", name="Install the model of XTTS v2")
    ).to_be_in_viewport()
    assert await card.evaluate("card => card.matches(':target')")
    await accessible(page)

    off = {"providers": {"openai_speech": {"enabled": False}}}
    assert (await page.request.patch(address, data={"voice_config": off})).ok
    await page.goto(f"{settings_server.url}/personalities/gil")
    article = page.get_by_role("article", name="Speaker")
    await article.get_by_role("button", name="Switch it on under Settings").press("Enter")
    await expect(page.get_by_role("tab", name="Settings")).to_be_focused()
    await expect(page.get_by_role("switch", name="Speaker may speak for Gil")).to_be_visible()


async def test_in_a_frame_nobody_is_sent_to_the_operators_page(
    page: Page, settings_server: Server
) -> None:
    await _personality(page, settings_server, "hal")
    await page.goto(f"{settings_server.url}/embed/personalities/hal")
    await expect(page.get_by_text("polyvox models install", exact=False).first).to_be_visible()
    await expect(page.get_by_role("link", name="System page")).to_have_count(0)


async def test_voices_are_searched_heard_and_chosen(
    page: Page, settings_server: Server, speech_server: OpenAIEmulator
) -> None:
    address = await _personality(page, settings_server, "dora")
    await _turn_to(page, "Speaker")
    await expect(page.get_by_text("12 of 16 voices")).to_be_visible()
    await accessible(page)
    await page.get_by_role("button", name="Show more voices").click()
    await expect(page.get_by_text("16 of 16 voices")).to_be_visible()
    await page.get_by_label("Search voices").fill("german")
    await expect(page.get_by_text("2 of 2 voices")).to_be_visible()
    await _choose(page, "Gender", "Female")
    await expect(page.get_by_text("1 of 1 voices")).to_be_visible()

    await page.get_by_role("button", name="Listen to Katja").click()
    player = page.get_by_label("The voice")
    await expect(player).to_have_js_property("ended", True)  # it was heard to its end
    assert await player.evaluate("player => player.duration") > 1
    heard = [body["input"] for body in speech_server.bodies if body["voice"] == "katja"]
    assert " ".join(heard) == SENTENCES["de"]

    use = page.get_by_role("button", name="Use Katja")
    await use.click()
    await expect(use).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_text("All languages: Katja")).to_be_visible()
    assert (await _stored(page, address, "openai_speech"))["voice_id"] == "katja"
    await _choose(page, "Gender", "Any")
    await expect(page.get_by_text("2 of 2 voices")).to_be_visible()
    await page.get_by_label("Search voices").fill("katja")
    await expect(page.get_by_text("1 of 1 voices")).to_be_visible()
    await expect(use).to_have_attribute("aria-pressed", "true")
    await use.click()
    await expect(use).to_have_attribute("aria-pressed", "false")
    assert not (await _stored(page, address, "openai_speech")).get("voice_id")


async def test_each_language_can_have_a_voice_of_its_own(
    page: Page, settings_server: Server, speech_server: OpenAIEmulator
) -> None:
    address = await _personality(page, settings_server, "edda")
    await _turn_to(page, "Speaker")
    await _choose(page, "Voice for", "German")
    await expect(page.get_by_text("2 of 2 voices")).to_be_visible()
    await page.get_by_role("button", name="Use Conrad").click()
    await expect(page.get_by_text("German: Conrad")).to_be_visible()
    await _choose(page, "Voice for", "English")
    await page.get_by_role("button", name="Use Noah").click()
    await expect(page.get_by_text("English: Noah")).to_be_visible()
    voices = (await _stored(page, address, "openai_speech"))["voices"]
    assert voices == {"de": "conrad", "en": "noah"}

    body = {"model": "edda", "provider": "openai_speech", "input": "Guten Tag.", "language": "de"}
    spoken = await page.request.post(f"{settings_server.url}/v1/audio/speech", data=body)
    assert spoken.ok
    assert speech_server.bodies[-1]["voice"] == "conrad"


async def test_a_preview_that_fails_says_why(
    page: Page, settings_server: Server, speech_server: OpenAIEmulator
) -> None:
    await _personality(page, settings_server, "fay")
    await _turn_to(page, "Speaker")
    await page.get_by_label("Search voices").fill("noah")
    await expect(page.get_by_text("1 of 1 voices")).to_be_visible()
    speech_server.behaviour.script.append(Fault.REFUSED)
    await page.get_by_role("button", name="Listen to Noah").click()
    await expect(page.get_by_text("The speech server refused the request.")).to_be_visible()

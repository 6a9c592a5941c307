"""Samples: sent and recorded, measured, seen and heard, assigned, agreed to, deleted."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Locator, Page, async_playwright, expect

from tests.browser.conftest import PATIENCE_MS, accessible, chromium
from tests.browser.serving import Server
from tests.integration.samples.stage import wav
from tests.support import corpus

SPEECH_S = 9.0
SILENCE_S = 1.5
MAX_BYTES = 50 << 20


def take() -> corpus.Samples:
    """Speech, and a silence after it."""
    silence = np.zeros(round(SILENCE_S * corpus.RATE))
    return np.concatenate([corpus.speech(SPEECH_S), silence])


@pytest.fixture(scope="module")
def good() -> bytes:
    return wav(corpus.with_noise(take(), 40.0))


@pytest.fixture(scope="module")
def bad() -> bytes:
    return wav(corpus.clipped(corpus.with_noise(take(), 5.0), 0.05))


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "audio/wav", "buffer": content}


async def opened(page: Page, server: Server, name: str) -> str:
    """The samples of a new personality; where the API has it."""
    body = {"id": name, "name": name.capitalize(), "voice_config": {"active_provider": "piper"}}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=body)).ok
    await page.goto(f"{server.url}/personalities/{name}")
    await page.get_by_role("tab", name="Samples").click()
    await expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    return f"{server.url}/v1/personalities/{name}"


async def got(page: Page, address: str) -> Any:
    answer = await page.request.get(address)
    assert answer.ok
    return await answer.json()


async def only_sample(page: Page, address: str) -> dict[str, Any]:
    [sample] = (await got(page, f"{address}/samples"))["data"]
    found: dict[str, Any] = await got(page, f"{address}/samples/{sample['id']}")
    return found


async def plays(player: Locator) -> None:
    await player.evaluate("player => player.play()")
    assert await player.evaluate("player => player.duration") > 1


async def test_a_good_recording_is_agreed_to_measured_heard_and_assigned(
    page: Page, server: Server, good: bytes
) -> None:
    at = await opened(page, server, "sampled")
    await accessible(page)
    await page.get_by_label("Who is heard and agrees to be cloned").fill("Joe Doe")
    await page.get_by_label("Choose files").set_input_files(file("kitchen.wav", good))

    await expect(page.get_by_text("1 sample", exact=True)).to_be_visible()
    await expect(page.get_by_text("Joe Doe agreed on")).to_be_visible()
    sample = await only_sample(page, at)
    assert sample["notes"] == "kitchen"
    assert sample["language"] == "en"
    assert sample["consent"]["statement"] == "I agree that my voice is cloned for Sampled."
    quality = f"quality {sample['quality_score'] * 100:.0f} of 100"
    await expect(page.get_by_text(quality).first).to_be_visible()
    snr = page.get_by_role("meter", name="Voice above noise")
    assert str(await snr.get_attribute("aria-valuetext")).startswith("Good")
    await expect(page.get_by_role("img", name="Waveform of 10.5 seconds")).to_be_visible()
    await plays(page.get_by_label("As it was recorded").and_(page.locator("audio")))

    await page.get_by_role("button", name="Prepare it for XTTS v2").click()
    await expect(page.get_by_text("Its sample rate was changed")).to_have_count(0)  # it is XTTS's
    await expect(page.get_by_text("Its level was")).to_be_visible()
    await plays(page.locator("audio[aria-label^='As XTTS v2 hears it']"))
    await page.get_by_role("checkbox", name="Reduce noise for XTTS v2").click()
    await expect(page.get_by_text("Steady noise was lowered")).to_be_visible()

    await page.get_by_role("switch", name="Let XTTS v2 clone").click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    chosen = (await got(page, at))["voice_config"]["providers"]["xtts_v2"]
    assert chosen["voice_samples"] == [sample["id"]]
    await accessible(page)


async def test_a_bad_recording_says_what_is_wrong_where_and_what_to_do(
    page: Page, server: Server, bad: bytes
) -> None:
    at = await opened(page, server, "noisy")
    await page.get_by_label("Choose files").set_input_files(file("bar.wav", bad))

    await expect(page.get_by_text("Nobody's consent is recorded")).to_be_visible()
    report = (await only_sample(page, at))["report"]
    wrong = [each for each in report["measures"] if each["verdict"] == "bad"]
    assert {"snr", "clipping"} <= {each["name"] for each in wrong}
    gauges = page.locator(".gauges > li")
    for place, measure in enumerate(wrong):
        await expect(gauges.nth(place)).to_contain_text("Poor")
        await expect(gauges.nth(place)).to_contain_text(measure["advice"])
    await expect(page.get_by_text("Clipped:")).to_be_visible()
    silent = [mark for mark in report["marks"] if mark["kind"] == "silent"][-1]
    told = page.locator(".marks li").filter(has_text="Silent")
    await expect(told).to_contain_text(f"{silent['start_s']:.1f}–{silent['end_s']:.1f} s")
    await expect(page.get_by_role("heading", name="XTTS v2: not usable")).to_be_visible()
    await expect(page.get_by_role("switch", name="Let XTTS v2 clone")).to_have_count(0)
    await accessible(page)


async def test_consent_is_recorded_later_and_what_is_in_use_is_not_deleted(
    page: Page, server: Server, good: bytes
) -> None:
    at = await opened(page, server, "later")
    await page.get_by_label("Choose files").set_input_files(file("garden.wav", good))
    await page.get_by_role("button", name="Edit 1. garden").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Who is heard").fill("Ada")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Ada agreed on")).to_be_visible()
    sample = await only_sample(page, at)
    assert sample["consent"]["who"] == "Ada"

    await page.get_by_role("switch", name="Let StyleTTS 2 clone").click()
    await expect(page.get_by_text("Saved.").last).to_be_visible()
    await _delete(page, "1. garden")
    await expect(page.get_by_text("The sample is used by 'later'")).to_be_visible()
    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("switch", name="Let StyleTTS 2 clone").click()
    await expect(page.get_by_role("switch", name="Let StyleTTS 2 clone")).not_to_be_checked()
    await _delete(page, "1. garden")
    await expect(page.get_by_text("There is none yet.")).to_be_visible()
    assert (await got(page, f"{at}/samples"))["data"] == []


async def _delete(page: Page, title: str) -> None:
    await page.get_by_role("button", name=f"Delete {title}").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()


async def test_what_is_dropped_is_taken_and_what_is_no_recording_refused(
    page: Page, server: Server, good: bytes
) -> None:
    await opened(page, server, "dropped")
    await _drop(page, "text.wav", b"This is no recording.")
    await expect(page.get_by_text("text.wav: ")).to_be_visible()
    await _drop(page, "huge.wav", b"", size=MAX_BYTES + 1)
    await expect(page.get_by_text("huge.wav: It has more than 50 MiB.")).to_be_visible()
    await expect(page.get_by_text("There is none yet.")).to_be_visible()
    await _drop(page, "dropped.wav", good)
    await expect(page.get_by_text("1. dropped – ")).to_be_visible()


async def _drop(page: Page, name: str, content: bytes, size: int = 0) -> None:
    """``size`` bytes more than the content."""
    await page.locator(".uploads").evaluate(
        """(target, [name, content, size]) => {
          const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes, new ArrayBuffer(size)], name));
          const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
          target.dispatchEvent(event);
        }""",
        [name, b64encode(content).decode(), size],
    )


@pytest_asyncio.fixture(loop_scope="session")
async def speaker(tmp_path: Path, good: bytes) -> AsyncIterator[Page]:
    """A page whose microphone hears ``good``, over and over."""
    heard = tmp_path / "microphone.wav"
    await asyncio.to_thread(heard.write_bytes, good)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(),
            args=[
                "--no-sandbox",
                "--autoplay-policy=no-user-gesture-required",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={heard}",
            ],
        )
        context = await browser.new_context(permissions=["microphone"])
        context.set_default_timeout(PATIENCE_MS)
        yield await context.new_page()
        await browser.close()


async def test_a_take_is_recorded_from_the_microphone(speaker: Page, server: Server) -> None:
    page = speaker
    at = await opened(page, server, "recorded")
    await page.get_by_label("Name of the shop").fill("Green Leaf")
    lines = page.locator(".recorder li")
    await expect(lines.filter(has_text="Welcome to Green Leaf.")).to_be_visible()
    await page.get_by_role("combobox", name="Long enough for").click()
    await page.get_by_role("option", name="StyleTTS 2").click()

    await page.get_by_role("button", name="Record", exact=True).click()
    await expect(page.get_by_text("Recording. Too short for StyleTTS 2 yet.")).to_be_visible()
    await expect(page.get_by_text("The level is good.")).to_be_visible()
    await expect(page.get_by_role("timer")).to_contain_text("to the best length")
    await expect(lines.first).to_have_attribute("aria-current", "step")
    await page.keyboard.press("Enter")  # the next sentence is where the keyboard is
    await expect(lines.nth(1)).to_have_attribute("aria-current", "step")
    await accessible(page)
    await expect(page.get_by_text("This is the best length for StyleTTS 2")).to_be_visible()
    await page.get_by_role("button", name="Stop").click()

    await expect(page.get_by_text("s are recorded.")).to_be_visible()
    await expect(page.get_by_role("button", name="Use this recording")).to_be_focused()
    await accessible(page)
    await page.get_by_role("button", name="Use this recording").click()
    await expect(page.get_by_text("1. Recording")).to_be_visible()
    report = (await only_sample(page, at))["report"]
    assert (report["format"], report["codec"]) == ("webm", "opus")
    assert report["speech_s"] > 3
    await expect(page.get_by_role("button", name="Record", exact=True)).to_be_enabled()


async def test_without_a_microphone_it_says_so(page: Page, server: Server) -> None:
    await opened(page, server, "deaf")
    await page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException("", "NotAllowedError");
          };
        }"""
    )
    await page.get_by_role("button", name="Record", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("The microphone is not allowed.")

"""A voice of this machine is heard to say the sentence it is to be known by."""

from __future__ import annotations

import asyncio

import numpy as np
from playwright.async_api import Page, Route, expect

from polyvox.audio.recording import read_audio
from polyvox.services.previews import SENTENCES
from tests.browser.serving import Server
from tests.support.transcribe import likeness

RATE, LONGEST_S = 16_000, 30.0


async def test_a_voice_says_its_sentence(page: Page, server: Server) -> None:
    played: list[bytes] = []

    async def copy(route: Route) -> None:
        """What the player asks for goes to it as the server gave it."""
        answer = await route.fetch()
        assert answer.headers["x-polyvox-provider"] == "piper"
        played.append(await answer.body())
        await route.fulfill(response=answer)

    await page.route("**/v1/speech/*/audio", copy)
    await page.goto(f"{server.url}/personalities/joe")
    await page.get_by_role("tab", name="Settings").click()
    await page.get_by_role("button", name="Listen to Joe").click()
    await expect(page.get_by_label("The voice")).to_have_js_property("ended", True)

    samples = read_audio(max(played, key=len), rate=RATE, longest_s=LONGEST_S)
    pcm = (samples * 32_767).astype(np.int16).tobytes()
    assert await asyncio.to_thread(likeness, pcm, RATE, SENTENCES["en"]) > 0.8

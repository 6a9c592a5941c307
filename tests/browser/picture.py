"""The README's picture of the console: ``make picture``.

A new server speaks some lines in earnest, so that the figures shown are this machine's own.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import ROOT, chromium
from tests.browser.serving import Server, served

TARGET = ROOT / "docs/console.png"
WIDTH, HEIGHT = 1280, 900
WRITTEN_S = 30.0
"""Until figures of what was spoken are in the database; they are written once a second."""
LINES = (
    "Welcome to the shop. Have a look around.",
    "The blue one is on the left, behind the door. Shall I open it for you?",
    "That will be twelve fifty. Thank you, and see you soon.",
)
CONFIG = {
    "active_provider": "piper",
    "providers": {"piper": {"enabled": True, "voice_id": "en_US-joe-medium"}},
    "fallback_chain": ["piper", "google_tts", "azure_tts"],
    "languages": {"primary": "en", "supported": ["en"]},
}


async def furnish(page: Page, server: Server) -> None:
    """A personality, lines that it has spoken, and their figures in the database."""
    clerk = {"id": "clerk", "name": "Clerk", "voice_config": CONFIG}
    assert (await page.request.post(f"{server.url}/v1/personalities", data=clerk)).ok
    for line in LINES:
        body = {"input": line, "voice": "clerk"}
        assert (await page.request.post(f"{server.url}/v1/audio/speech", data=body)).ok
    async with asyncio.timeout(WRITTEN_S):
        while await counted(page, server) < len(LINES):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.1)


async def counted(page: Page, server: Server) -> int:
    stats = await (await page.request.get(f"{server.url}/v1/stats")).json()
    requests: int = stats["totals"]["requests"]
    return requests


async def photograph(server: Server, target: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        await furnish(page, server)
        await page.goto(f"{server.url}/personalities/clerk")
        await expect(page.get_by_text("measured here").first).to_be_visible()
        await page.screenshot(path=target)
        await browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server:
        asyncio.run(photograph(server, TARGET))


if __name__ == "__main__":
    main()

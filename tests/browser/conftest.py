"""A real Chromium before a real server: the console as people have it.

Chromium is the system's (``chromium`` of Debian, or what POLYVOX_TEST_CHROMIUM names). Where there is
none the tests are skipped, saying so; ``.ci/run`` installs it. axe-core comes from npm (``make
build/npm``).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.serving import Server, served
from tests.browser.workplace import Workplace, working
from tests.emulators import openai

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "build/npm/node_modules/axe-core/axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 15_000
"""How long an expectation may take to come true, on a busy machine."""
NARROW = 360
"""CSS pixels of a small phone."""

SETTLED = """Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime < Infinity).map((each) => each.finished))
  .then(() => null)"""
"""When what fades in or out has done so: halfway its colours are no colours of ours."""

CLOUD, DOWN = "Cloud friend", "fault_a"
SMALL = 0.8
"""Stature of CLOUD's voice: Resemblyzer's cosine to Joe is 0.61, Joe's own to himself 0.93."""
MAX_CHARACTERS = 20_000
"""Longest text of a request."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one event loop; so do its tests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def chromium() -> str:
    found = os.environ.get("POLYVOX_TEST_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if found is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--autoplay-policy=no-user-gesture-required",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
            ],
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The personality ``joe``; two models that speak, Piper with its own voice and CLOUD; and one
    that is down."""
    with openai.running_openai(stature=SMALL) as service:
        cloud = {"name": CLOUD, "api_key": openai.KEY, "base_url": service.base_url}
        providers = {
            "openai_speech": {**cloud, "languages": ["en"]},
            DOWN: {"script": ["unavailable"] * 50},
        }
        with served(
            tmp_path_factory.mktemp("console"),
            providers=json.dumps(providers),
            text_max_characters=str(MAX_CHARACTERS),
        ) as running:
            yield running


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with working(tmp_path_factory.mktemp("workplace")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(permissions=["microphone"])
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page whose scripts must not fail."""
    faults: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert not faults


async def accessible(page: Page) -> None:
    """No serious violation, by axe-core; nothing wider than a small phone."""
    if not AXE.exists():
        pytest.skip("axe-core is not there: make build/npm")
    await page.evaluate(AXE.read_text())  # no policy of the page stands in its way
    await page.evaluate(SETTLED)
    found = await page.evaluate("axe.run()")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    told = [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in serious]
    assert not told
    size = page.viewport_size
    await page.set_viewport_size({"width": NARROW, "height": 740})
    # A chart takes the new width once the browser has told it, which is after the resizing.
    await page.wait_for_function(
        f"document.documentElement.scrollWidth <= {NARROW}", timeout=PATIENCE_MS
    )
    if size is not None:
        await page.set_viewport_size(size)

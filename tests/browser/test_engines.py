"""Engines in processes of their own, loaded and unloaded by hand on the system page."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import APIResponse, Locator, Page, expect

from polyvox.hosting.memory import resident_bytes
from tests.browser.conftest import PATIENCE_MS, accessible
from tests.browser.serving import Server, served
from tests.support.engines import children, tiny_engines

NAMES = {"xtts_v2": "XTTS v2", "styletts2": "StyleTTS 2"}
LOAD_MS = 90_000
UNLOADED = "Its engine is not in memory; the next request loads it."
LOADED = re.compile(r"Its engine is in memory: (\d+) MB\.")
TEXT = "Whoever says this has its engine in memory."


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("engines")
    patience = {"first_audio_s": LOAD_MS / 1000, "stall_s": LOAD_MS / 1000}
    with served(
        home,
        providers=json.dumps(tiny_engines(home)),
        deadline_local=json.dumps(patience),
        cache_max_mb="0",
    ) as running:
        yield running
    assert children() == []


@dataclass(frozen=True)
class Engine:
    """One that is not in memory, and its card on the page."""

    provider: str
    page: Page
    server: Server

    @property
    def card(self) -> Locator:
        heading = self.page.get_by_role("heading", name=NAMES[self.provider], exact=True)
        return self.page.locator(".q-card").filter(has=heading)

    def button(self, act: str) -> Locator:
        return self.card.get_by_role("button", name=f"{act} {NAMES[self.provider]}", exact=True)

    async def load(self) -> int:
        """The process that has it then."""
        await self.button("Load").press("Enter")
        await expect(self.card.get_by_text(LOADED)).to_be_visible(timeout=LOAD_MS)
        [child] = children(self.server.pid)
        return child

    async def ticket(self) -> dict[str, str]:
        """Addresses of the audio and of the report of TEXT."""
        config = {"active_provider": self.provider, "fallback_chain": []}
        body = {"id": self.provider, "name": "Tester", "voice_config": config}
        await self.page.request.post(f"{self.server.url}/v1/personalities", data=body)
        said = {"input": TEXT, "voice": self.provider, "response_format": "pcm"}
        answer = await self.page.request.post(f"{self.server.url}/v1/speech/tickets", data=said)
        assert answer.status == 201
        ticket = await answer.json()
        return {name: f"{self.server.url}{ticket[name]}" for name in ("audio", "report")}

    async def get(self, address: str) -> APIResponse:
        return await self.page.request.get(address, timeout=LOAD_MS)


@pytest_asyncio.fixture(loop_scope="session", params=NAMES)
async def engine(request: Any, page: Page, furnished: Server) -> AsyncIterator[Engine]:
    await page.goto(f"{furnished.url}/system")
    engine = Engine(request.param, page, furnished)
    await expect(engine.card.get_by_text(UNLOADED)).to_be_visible()
    assert children(furnished.pid) == []
    yield engine
    await page.request.post(f"{furnished.url}/v1/providers/{engine.provider}/unload")


async def gone(server: Server) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while children(server.pid):  # noqa: ASYNC110 - another process has no event for it
            await asyncio.sleep(0.01)


async def test_it_is_loaded_and_unloaded_and_loaded_again_by_who_needs_it(engine: Engine) -> None:
    first = await engine.load()
    said = LOADED.search(await engine.card.inner_text())
    taken = resident_bytes(first)
    assert said is not None
    assert taken is not None
    assert int(said[1]) == pytest.approx(taken / 1e6, rel=0.1)
    await expect(engine.button("Unload")).to_be_focused()
    await accessible(engine.page)

    await engine.page.keyboard.press("Enter")
    await expect(engine.card.get_by_text(UNLOADED)).to_be_visible()
    await expect(engine.button("Load")).to_be_focused()
    await gone(engine.server)

    ticket = await engine.ticket()
    spoken = await engine.get(ticket["audio"])
    assert spoken.status == 200
    assert len(await spoken.body()) > 10_000
    report = await (await engine.get(ticket["report"])).json()
    assert (report["provider"], report["outcome"]) == (engine.provider, "ok")
    await expect(engine.card.get_by_text(LOADED)).to_be_visible()
    assert children(engine.server.pid) != [first]


async def test_one_that_is_busy_is_not_unloaded(engine: Engine) -> None:
    child = await engine.load()
    ticket = await engine.ticket()
    async with held(child):
        speaking = asyncio.create_task(engine.get(ticket["audio"]))
        await begun(engine, ticket["report"])
        await engine.button("Unload").click()
        refused = engine.page.get_by_text("is busy. Try again when it has done its work.")
        await expect(refused).to_be_visible()
        await expect(engine.card.get_by_text(LOADED)).to_be_visible()
        assert children(engine.server.pid) == [child]
    assert (await speaking).status == 200
    await engine.button("Unload").click()
    await expect(engine.card.get_by_text(UNLOADED)).to_be_visible()
    await gone(engine.server)


@asynccontextmanager
async def held(process: int) -> AsyncIterator[None]:
    """It stands still, whatever it is asked for."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def begun(engine: Engine, report: str) -> None:
    """Until somebody waits for the engine's audio."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        attempts: list[Any] = []
        while not attempts:
            growing = await engine.get(report)
            segments = (await growing.json())["segments"] if growing.ok else []
            attempts = [each for segment in segments for each in segment["attempts"]]

"""The form of one personality in a frame of the user's own product."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Server, accessible, served


@contextmanager
def site() -> Iterator[str]:
    """A product on an origin of its own: it shows in a frame whatever its query names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.path.partition("?")[2]
            body = f"<!doctype html><title>Shop</title><iframe title=voice src='{shown}'></iframe>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with site() as shop:
        yield shop


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, shop: str) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("embed"), embed_origins=f'["{shop}"]') as running:
        yield running


async def test_a_named_product_shows_the_form_and_it_works(
    page: Page, shop: str, embedded: Server
) -> None:
    await page.goto(f"{shop}/?{embedded.url}/embed/personalities/joe")
    form = page.frame_locator("iframe")
    await expect(form.get_by_role("heading", name="Joe", level=1)).to_be_visible()
    await expect(form.get_by_role("navigation")).to_have_count(0)
    await form.get_by_text("Name and description").first.click()
    await form.get_by_role("textbox", name="Description").fill("Speaks in the shop.")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    stored = await (await page.request.get(f"{embedded.url}/v1/personalities/joe")).json()
    assert stored["description"] == "Speaks in the shop."


async def test_nobody_else_may_frame_it_nor_anything_else_be_framed(
    page: Page, shop: str, embedded: Server
) -> None:
    with site() as stranger:
        for origin, path in ((stranger, "/embed/personalities/joe"), (shop, "/system")):
            async with page.expect_event("requestfailed") as failed:
                await page.goto(f"{origin}/?{embedded.url}{path}")
            assert (await failed.value).url == f"{embedded.url}{path}"
            await expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)


async def test_every_answer_says_who_may_frame_it(page: Page, shop: str, embedded: Server) -> None:
    form = await page.request.get(f"{embedded.url}/embed/personalities/joe")
    assert form.headers["content-security-policy"] == f"frame-ancestors {shop}"
    assert "x-frame-options" not in form.headers
    for path in ("/", "/system", "/personalities/joe", "/login", "/docs", "/v1/personalities/joe"):
        answer = await page.request.get(f"{embedded.url}{path}")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


async def test_without_a_named_product_the_form_refuses_frames(page: Page, server: Server) -> None:
    answer = await page.request.get(f"{server.url}/embed/personalities/joe")
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_the_form_alone_is_for_everybody(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/embed/personalities/joe")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Joe")
    await accessible(page)
    await page.goto(f"{server.url}/embed/personalities/nobody")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Not found")

"""The form of one personality in a frame of the user's own product."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.serving import Server
from tests.browser.workplace import Workplace, site


async def test_a_named_product_shows_the_form_and_it_works(
    page: Page, workplace: Workplace
) -> None:
    await page.goto(f"{workplace.shop}/?{workplace.server.url}/embed/personalities/joe")
    form = page.frame_locator("iframe")
    await expect(form.get_by_role("heading", name="Joe", level=1)).to_be_visible()
    await expect(form.get_by_role("navigation")).to_have_count(0)
    await form.get_by_text("Name and description").first.click()
    await form.get_by_role("textbox", name="Description").fill("Speaks in the shop.")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Saved.")).to_be_visible()
    stored = await (await page.request.get(f"{workplace.server.url}/v1/personalities/joe")).json()
    assert stored["description"] == "Speaks in the shop."


async def test_nobody_else_may_frame_it_nor_anything_else_be_framed(
    page: Page, workplace: Workplace
) -> None:
    with site() as stranger:
        for origin, path in ((stranger, "/embed/personalities/joe"), (workplace.shop, "/system")):
            async with page.expect_event("requestfailed") as failed:
                await page.goto(f"{origin}/?{workplace.server.url}{path}")
            assert (await failed.value).url == f"{workplace.server.url}{path}"
            await expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)


async def test_every_answer_says_who_may_frame_it(page: Page, workplace: Workplace) -> None:
    form = await page.request.get(f"{workplace.server.url}/embed/personalities/joe")
    assert form.headers["content-security-policy"] == f"frame-ancestors {workplace.shop}"
    assert "x-frame-options" not in form.headers
    for path in ("/", "/system", "/personalities/joe", "/login", "/docs", "/v1/personalities/joe"):
        answer = await page.request.get(f"{workplace.server.url}{path}")
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

"""The simulator in a real Chromium, against the whole line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.playing import ANSWER_MS, PHONE, WIDE, Shown
from tests.support.stack import Stack


@pytest.fixture
async def shown(clinic: Stack, browser: Browser) -> AsyncIterator[Shown]:
    """The simulator, with its calendar drawn."""
    page = await browser.new_page(reduced_motion="reduce")  # axe would measure colours half-way through a transition
    opened = Shown(page)
    await opened.open(clinic.address("edge"))
    yield opened
    await page.close()


@pytest.mark.parametrize(("width", "height"), [WIDE, PHONE])
async def test_every_view_is_free_of_barriers_and_of_complaints(shown: Shown, width: int, height: int) -> None:
    page = shown.page
    await page.set_viewport_size({"width": width, "height": height})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await shown.barriers() == []
    if (width, height) == PHONE:
        for view in ("Calendar", "Desk"):
            await page.get_by_role("button", name=view, exact=True).click()
            await expect(page.locator("#draft")).to_be_hidden()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert await shown.barriers() == []
    assert shown.complaints == []


async def test_with_the_keyboard_alone_maya_moves_a_visit_sees_it_move_and_saves_it_as_a_test(shown: Shown) -> None:
    page = shown.page
    await page.locator("#person").focus()
    await page.keyboard.type("Maya")
    await expect(page.locator("#hint")).to_contain_text("1991-04-09")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == "draft":
            break
    await page.keyboard.type("can't make tuesday, got something later that week?")
    await page.keyboard.press("Enter")
    answer = page.locator("#thread .out").last
    await expect(answer).to_contain_text("date of birth", timeout=ANSWER_MS)
    await expect(page.locator("#draft")).to_have_value("")
    await answer.get_by_role("button", name="Why?").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("reschedule_appointment")
    await expect(page.get_by_role("dialog")).to_contain_text("About the visit: Tuesday 3 June")
    await expect(page.get_by_role("dialog")).to_contain_text("answered")
    assert await shown.barriers() == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    for words in ("4/9/1991", "1", "yes"):
        before = await page.locator("#thread .out").count()
        await page.locator("#draft").focus()
        await page.keyboard.type(words)
        await page.keyboard.press("Enter")
        await expect(page.locator("#thread .out").nth(before)).to_be_visible(timeout=ANSWER_MS)
        await expect(page.locator("#quiet")).to_have_text("", timeout=ANSWER_MS)
    await expect(page.locator("#changes")).to_contain_text("Maya Torres", timeout=ANSWER_MS)
    await expect(page.locator(".entry.mine.fresh").first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Save as a test").focus()
        await page.keyboard.press("Enter")
    saved = (await (await download.value).path()).read_text(encoding="utf-8")
    assert "moved: {" in saved
    assert "1991" not in saved
    assert shown.complaints == []


async def test_the_clock_moves_and_the_outage_shows_and_ends(shown: Shown, clinic: Stack) -> None:
    page = shown.page
    await page.get_by_role("button", name="Break the scheduling system").click()
    await expect(page.get_by_text("The scheduling system is broken.")).to_be_visible()
    assert (clinic.home / "scheduling.down").exists()
    await page.get_by_role("button", name="Mend it").click()
    await expect(page.get_by_text("The scheduling system is broken.")).to_be_hidden()
    assert not (clinic.home / "scheduling.down").exists()
    shown_before = await page.locator("#now").get_attribute("datetime")
    await page.get_by_role("button", name="+1 hour").click()
    await expect(page.locator("#now")).not_to_have_attribute("datetime", shown_before or "")
    await page.get_by_role("button", name="The week after").click()
    await expect(page.locator("#calendar-title")).to_contain_text("June 9")

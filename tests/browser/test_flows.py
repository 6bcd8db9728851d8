"""Every scheduling flow clicked through in the simulator: what the patient reads, and what the calendar shows afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.playing import ANSWER_MS, PHONE, WIDE, Shown

pytestmark = pytest.mark.model
CHANGE_MS = 15_000


async def changed(phone: Shown, pattern: str) -> None:
    """The calendar tells a change."""
    await expect(phone.page.locator("#changes")).to_contain_text(re.compile(pattern), timeout=CHANGE_MS)


async def no_complaints(phone: Shown, name: str) -> None:
    """Nothing is wrong on the page as it stands."""
    await phone.keep(name)
    assert await phone.barriers() == []
    assert phone.complaints == []


async def test_reschedule_and_undo(phone: Shown) -> None:
    await phone.be("Maya Torres")
    assert "date of birth" in await phone.says("can't make tuesday, got something later that week?")
    assert "1)" in await phone.says(await phone.birth_date())
    assert "YES" in await phone.quick("2")
    assert (await phone.quick("yes")).startswith("Done")
    await changed(phone, "Maya Torres")
    await expect(phone.page.locator(".entry.mine.fresh").first).to_be_visible()
    await no_complaints(phone, "reschedule")
    await phone.says("oh no, put it back please")
    await phone.quick("yes")
    await changed(phone, "Maya Torres, Tuesday, June 3 at 10:00")
    await no_complaints(phone, "undo")


async def test_book(phone: Shown) -> None:
    await phone.be("Deshawn Price")
    await phone.says("I'd like to book another appointment on Friday")
    assert (await phone.agrees(await phone.says(await phone.birth_date()))).startswith("Done")
    await changed(phone, "Deshawn Price, Friday, June 6")
    await no_complaints(phone, "book")


async def test_cancel(phone: Shown) -> None:
    await phone.be("Tom Becker")
    await phone.says("Please cancel my appointment on Wednesday")
    await phone.says(await phone.birth_date())
    await phone.says("no, I am away that week")
    await phone.quick("yes")
    await changed(phone, "Tom Becker, Wednesday, June 4 .*(cancelled|gone)")
    await no_complaints(phone, "cancel")


async def test_confirm_by_reminder(phone: Shown) -> None:
    await phone.be("Harold Finch")
    question = await phone.presses(phone.page.get_by_role("button", name="Ask first: send a reminder"))
    assert "Tue Jun 3" in question
    answer = await phone.quick("thumbs-up")
    assert "Tue Jun 3" in answer
    await no_complaints(phone, "confirm")


async def test_check(phone: Shown) -> None:
    await phone.be("Luis Ortega")
    await phone.says("when do I come in next?")
    answer = await phone.says(await phone.birth_date())
    own = phone.page.locator(".entry.mine").first
    hour = (await own.locator(".hour").inner_text()).replace(" ", " ")
    assert hour in answer.replace(" ", " ")
    await no_complaints(phone, "check")


async def test_waitlist(phone: Shown) -> None:
    await phone.be("Deshawn Price")
    before = int(await phone.page.locator("#waits-count").inner_text())
    await phone.says("Can you put me on the waitlist for Tuesday morning?")
    if "date of birth" in await phone.answers.last.inner_text():
        await phone.says(await phone.birth_date())
    await phone.quick("yes")
    await expect(phone.page.locator("#waits-count")).to_have_text(str(before + 1), timeout=CHANGE_MS)
    await expect(phone.page.locator("#waits")).to_contain_text("Deshawn Price")
    await no_complaints(phone, "waitlist")


@pytest.mark.parametrize(("width", "height"), [WIDE, PHONE])
async def test_scheduling_is_away(phone: Shown, width: int, height: int) -> None:
    page = phone.page
    await page.set_viewport_size({"width": width, "height": height})
    await phone.be("Grace Lindqvist" if (width, height) == WIDE else "Anna Keller")
    await page.get_by_role("button", name="Break the scheduling system").click()
    await expect(page.locator("#down")).to_be_visible()
    before = await phone.answers.count()
    await page.locator("#draft").fill("when is my next visit?")
    await page.keyboard.press("Enter")
    # The line tries again for a while before it says so.
    await expect(phone.answers.nth(before)).to_contain_text("reach the schedule", timeout=150_000)
    await no_complaints(phone, f"outage_{width}")
    await phone.says("then let me talk to a person please")
    await expect(page.locator("#quiet")).to_contain_text("with a person", timeout=ANSWER_MS)
    if (width, height) == PHONE:
        await page.get_by_role("button", name="Desk", exact=True).click()
    await expect(page.locator("#people .card").first).to_be_visible(timeout=ANSWER_MS)
    await page.locator("#people .card").first.scroll_into_view_if_needed()
    assert await phone.fits(width)
    await no_complaints(phone, f"outage_desk_{width}")
    await page.get_by_role("button", name="Mend it").click()
    await expect(page.locator("#down")).to_be_hidden()
    await page.locator("#people .card").last.get_by_role("button").click()
    await expect(page.locator("#people .card")).to_have_count(0, timeout=ANSWER_MS)
    assert phone.complaints == []


async def test_running_late(phone: Shown) -> None:
    page = phone.page
    await page.locator("#moment").fill("2025-06-05T10:10")
    await page.locator("#move button").click()
    await expect(page.locator("#now")).to_contain_text("Thursday, June 5", timeout=CHANGE_MS)
    await phone.be("Luis Ortega")
    tasks = int(await page.locator("#tasks-count").inner_text())
    answer = await phone.says("I will be five minutes late today")
    if "date of birth" in answer:
        await phone.says(await phone.birth_date())
    await expect(page.locator("#tasks-count")).to_have_text(str(tasks + 1), timeout=CHANGE_MS)
    await no_complaints(phone, "running_late")

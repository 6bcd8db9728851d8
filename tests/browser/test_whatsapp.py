"""The WhatsApp thread of the simulator, tapped through."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from channels.twilio.contents import UNAPPROVED_S
from tests.browser.playing import PHONE, WIDE, Shown
from tests.support.stack import Stack

pytestmark = pytest.mark.model


async def accept(phone: Shown) -> None:
    """Turn WhatsApp on, as somebody at the screen does."""
    if await phone.page.locator("#off").is_visible():
        await phone.page.get_by_role("button", name="Accept it for this demo").click()
    await expect(phone.page.locator("#off")).to_be_hidden()


async def test_it_is_off_until_it_is_accepted(phone: Shown) -> None:
    await phone.be("Rosa Delgado", "WhatsApp")
    await expect(phone.page.locator("#off")).to_be_visible()
    await expect(phone.page.locator("#send")).to_be_disabled()
    await phone.keep("whatsapp_off")
    assert await phone.barriers() == []
    await accept(phone)
    await expect(phone.page.locator("#send")).to_be_enabled()
    assert phone.complaints == []


@pytest.mark.parametrize(("who", "width", "height"), [("Maya Torres", *WIDE), ("Tom Becker", *PHONE)])
async def test_a_visit_is_moved_by_tapping(phone: Shown, who: str, width: int, height: int) -> None:
    page = phone.page
    await page.set_viewport_size({"width": width, "height": height})
    await phone.be(who, "WhatsApp")
    await accept(phone)
    await phone.says("I can't make my next visit, do you have anything else this week?")
    await phone.says(await phone.birth_date())
    await phone.keep(f"whatsapp_offer_{width}")
    assert await phone.barriers() == []
    # Which visit, then which opening: each is tapped, until the line asks for the yes.
    for _ in range(3):
        titles = await phone.offered()
        if titles == ["Yes", "No"]:
            break
        assert len(titles) >= 2
        await phone.taps(titles[0])
    await phone.keep(f"whatsapp_question_{width}")
    assert (await phone.taps("Yes")).startswith("Done")
    await expect(page.locator("#changes")).to_contain_text(re.compile(who), timeout=15_000)
    await phone.keep(f"whatsapp_done_{width}")
    assert await phone.fits(width)
    assert await phone.barriers() == []
    await page.get_by_role("button", name="Text", exact=True).click()
    await expect(phone.answers).to_have_count(0)
    assert phone.complaints == []


async def test_a_voice_note_and_a_place_are_answered(phone: Shown) -> None:
    await phone.be("Rosa Delgado", "WhatsApp")
    await accept(phone)
    note = await phone.presses(phone.page.get_by_role("button", name="Send a voice note"))
    assert "voice note" in note
    place = await phone.presses(phone.page.get_by_role("button", name="Send where I am"))
    assert "place" in place
    await expect(phone.page.locator("#thread")).to_contain_text("A place on the map")
    await phone.keep("whatsapp_sent")
    assert await phone.barriers() == []
    assert phone.complaints == []


async def test_a_reminder_out_of_the_blue_is_texted_and_with_a_template_tapped(phone: Shown, clinic: Stack) -> None:
    await phone.be("Harold Finch", "WhatsApp")
    await accept(phone)
    remind = phone.page.get_by_role("button", name="Ask first: send a reminder")
    await remind.click()
    await phone.page.get_by_role("button", name="Text", exact=True).click()
    await expect(phone.answers.first).to_contain_text("Tue Jun 3", timeout=30_000)
    made = clinic.bot("whatsapp-templates")
    assert made.returncode == 0, made.stdout + made.stderr
    await phone.page.wait_for_timeout(1000 * (UNAPPROVED_S + 1))  # the line looks for an approval this often
    await phone.be("Deshawn Price", "WhatsApp")
    question = await phone.presses(remind)
    assert question.startswith("Clinic: Hello Deshawn") or "Hello Deshawn" in question
    await phone.keep("whatsapp_template")
    await phone.taps("Yes")
    assert await phone.barriers() == []
    assert phone.complaints == []

"""What the line writes first on WhatsApp, and what becomes of it where WhatsApp takes no free words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cli.whatsapp_templates import brought_up
from bot.store import tables
from bot.whatsapp_templates import Templates
from tests.support.line import Line
from tests.support.whatsapp import OnWhatsApp

pytestmark = pytest.mark.model


async def reminded(line: Line, maya: OnWhatsApp) -> str:
    """Let the line remind Maya of her next visit; return the visit."""
    patient = f"Patient/{line.people['maya']['fhir_id']}"
    bundle = await line.get(
        "Appointment", patient=patient, date=f"ge{line.clock.now().isoformat()}", status="booked", _count="1", _sort="date"
    )
    visit = f"Appointment/{bundle['entry'][0]['resource']['id']}"
    await maya.asked("EXTERNAL_ask_reminder", patient=patient, visit=visit)
    return visit


async def confirmed(line: Line, visit: str) -> bool:
    bundle = await line.get("AppointmentResponse", appointment=visit)
    return any(entry["resource"]["participantStatus"] == "accepted" for entry in bundle.get("entry", ()))


async def test_a_reminder_out_of_the_blue_is_the_template_and_is_confirmed_by_a_tap(line: Line, maya: OnWhatsApp) -> None:
    await brought_up(line.settings, Templates.load())
    visit = await reminded(line, maya)
    (sent,) = maya.received
    assert sent.fields["ContentSid"]
    assert sent.body.startswith("Hello Maya, this is Harbor PT")
    assert maya.offered == ["Yes", "No"]
    await maya.tap("Yes")
    assert await confirmed(line, visit)


async def test_a_thumbs_up_on_the_reminder_confirms_it(line: Line, maya: OnWhatsApp) -> None:
    await maya.write("thanks")
    visit = await reminded(line, maya)
    await maya.write("👍", MessageType="reaction", OriginalRepliedMessageSid=maya.received[-1].sid)
    assert await confirmed(line, visit)


async def test_without_an_approved_template_the_reminder_is_texted_and_answered_by_text(line: Line, maya: OnWhatsApp) -> None:
    visit = await reminded(line, maya)
    assert maya.received == []
    (text,) = line.news("maya")
    assert "Tue Jun 3, 10:00 AM" in text
    replies = await line.text("maya", "yes")
    assert await confirmed(line, visit)
    assert len(replies) == 1
    assert maya.received == []


async def test_within_a_day_of_her_words_the_reminder_is_free_text(line: Line, maya: OnWhatsApp) -> None:
    await maya.write("thanks")
    await reminded(line, maya)
    assert "Tue Jun 3, 10:00 AM" in maya.received[-1].body
    assert not maya.received[-1].body.startswith("Hello Maya, this is")
    assert maya.offered == ["Yes", "No"]


async def test_an_answer_that_comes_after_a_day_is_texted(line: Line, maya: OnWhatsApp) -> None:
    await maya.write("where are you located?")
    line.clock.move(timedelta(hours=30))
    await reminded(line, maya)
    assert line.news("maya")


async def test_who_stopped_texts_and_has_no_template_is_a_task(line: Line, maya: OnWhatsApp) -> None:
    await line.text("maya", "STOP", OptOutType="STOP")
    await reminded(line, maya)
    assert maya.received == []
    assert line.news("maya") == []
    kinds = {(task["kind"], task["detail"].get("reason")) for task in await line.rows(tables.staff_task)}
    assert ("message_not_delivered", "needs_template") in kinds

"""What people send on WhatsApp besides words, and who they may be."""

from __future__ import annotations

import pytest

from bot.store import tables
from tests.support.line import Line
from tests.support.whatsapp import OnWhatsApp

pytestmark = pytest.mark.model

USERNAME = "US.13491208655302741918"
VOICE = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "audio/ogg", "MessageType": "audio"}
PHOTO = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/jpeg", "MessageType": "image"}


async def kinds(line: Line) -> list[str]:
    return sorted(task["kind"] for task in await line.rows(tables.staff_task))


async def test_a_voice_note_goes_to_staff_and_is_answered_honestly(line: Line, maya: OnWhatsApp) -> None:
    answer = await maya.write("", **VOICE)
    assert "voice note" in answer
    assert "write" in answer
    assert await kinds(line) == ["voice_note"]
    (stored,) = await line.rows(tables.message)
    assert stored["media"] == [{"url": "https://api.twilio.com/m", "type": "audio/ogg"}]


async def test_a_voice_note_in_the_middle_loses_nothing(line: Line, maya: OnWhatsApp) -> None:
    await maya.converse("can't make tuesday, got something later that week?", "4/9/91")
    offer = maya.received[-1]
    await maya.write("", **VOICE)
    await maya.tap(offer.options[1]["title"], offer)
    await maya.tap("Yes")
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_a_photo_with_a_question_is_shown_to_staff_and_the_question_answered(line: Line, maya: OnWhatsApp) -> None:
    answer = await maya.write("is there parking at riverside?", **PHOTO)
    assert "Mill St" in answer
    assert "staff will see" in answer
    assert await kinds(line) == ["media"]


async def test_the_words_under_a_photo_are_screened(line: Line, maya: OnWhatsApp) -> None:
    answer = await maya.write("my calf is hot and twice the size of the other one", **PHOTO)
    assert "911" in answer
    assert len(await line.rows(tables.incident)) == 1


async def test_a_place_is_staffs_to_see(line: Line, maya: OnWhatsApp) -> None:
    answer = await maya.write("", Latitude="43.6591", Longitude="-70.2568", MessageType="location")
    assert "place you sent" in answer
    assert await kinds(line) == ["location"]


async def test_a_username_is_nobody_until_proven(line: Line) -> None:
    somebody = OnWhatsApp(line, USERNAME)
    answer = await somebody.write("when is my next appointment?", ProfileName="Maya Torres")
    assert "Tue" not in answer
    answer = await somebody.write("4/9/91", ProfileName="Maya Torres")
    assert "Tue Jun 3" not in answer
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")


async def test_a_general_question_by_a_username_is_answered(line: Line) -> None:
    assert "Mill St" in await OnWhatsApp(line, USERNAME).write("is there parking at riverside?")


async def test_stop_ends_whatsapp_and_leaves_texts(line: Line, maya: OnWhatsApp) -> None:
    await maya.write("STOP", OptOutType="STOP")
    assert {(row["channel"], row["opted_out"]) for row in await line.rows(tables.consent)} == {("whatsapp", True)}
    assert line.news("maya") == []
    assert await line.text("maya", "is there parking at riverside?")


async def test_danger_is_answered_at_once(line: Line, maya: OnWhatsApp) -> None:
    assert "911" in await maya.write("my chest hurts when i breathe")
    (incident,) = await line.rows(tables.incident)
    assert incident["level"] == "emergency"

"""Turns on WhatsApp: questions that may be tapped, taps that come too late, and health that goes by text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.store import inbox
from bot.store.tables import conversation, outbox, turn
from bot.types import Awaiting, Channel, Say, TurnFailed, TurnResult
from tests.support.scripted import LINE, MAYA, Line, says

USERNAME = "US.13491208655302741918"
BUTTONS = ({"title": "Wed Jun 4, 5:15 PM", "payload": "1"}, {"title": "Thu Jun 5, 12:30 PM", "payload": "2"})


def write(line: Line, body: str = "hello", **more: Any) -> Any:
    return line.text(body, **{"channel": Channel.WHATSAPP, **more})


def asking(text: str = "Which?", **more: Any) -> TurnResult:
    say = Say(text, "utter_offer", **{"awaiting": Awaiting.CHOICE, "buttons": BUTTONS, **more})
    return TurnResult([say], [], say.awaiting)


def health(awaiting: Awaiting = Awaiting.NONE) -> TurnResult:
    return TurnResult([Say("Bridge: 3 sets of 10.", "utter_exercise", awaiting, clinical=True)], [], awaiting)


def options(line: Line) -> list[dict[str, str]]:
    """The options of the last message."""
    return list(line.rows(outbox)[-1].options or ())


async def test_a_question_may_be_tapped_and_a_tap_says_what_it_stands_for(line: Line) -> None:
    line.dialogue.script = [asking()]
    accepted = write(line)
    await line.answer(accepted)
    first, second = options(line)
    assert (first["title"], second["title"]) == ("Wed Jun 4, 5:15 PM", "Thu Jun 5, 12:30 PM")
    assert first["id"] != second["id"]
    assert not any(word in first["id"] + second["id"] for word in ("Jun", "1)", "offer", MAYA))
    line.handed()
    line.clock.move(minutes=1)
    await line.answer(write(line, second["title"], tapped=second["id"]))
    assert line.dialogue.requests[-1].text == "2"
    assert line.dialogue.requests[-1].metadata["unseen_question"] is False


async def test_yes_and_no_may_be_tapped_in_the_clinics_words(line: Line) -> None:
    line.dialogue.script = [asking(awaiting=Awaiting.YES_NO, buttons=())]
    await line.answer(write(line))
    assert [(one["title"], one["value"]) for one in options(line)] == [("Yes", "yes"), ("No", "no")]


async def test_a_text_message_has_nothing_to_tap(line: Line) -> None:
    line.dialogue.script = [asking()]
    await line.answer(line.text("hello"))
    assert options(line) == []


async def test_a_tap_on_an_old_question_answers_nothing(line: Line) -> None:
    line.dialogue.script = [asking("Which?"), asking("Which of these?")]
    await line.answer(write(line))
    old = options(line)[0]
    line.handed()
    line.clock.move(minutes=1)
    await line.answer(write(line, "something else"))
    line.handed()
    line.clock.move(minutes=1)
    await line.answer(write(line, old["title"], tapped=old["id"]))
    assert line.dialogue.requests[-1].text == "1"
    assert line.dialogue.requests[-1].metadata["unseen_question"] is True


async def test_a_second_tap_on_an_answered_question_answers_nothing(line: Line) -> None:
    line.dialogue.script = [asking(), says("Done.")]
    await line.answer(write(line))
    tapped = options(line)[0]
    for _ in range(2):
        line.handed()
        line.clock.move(minutes=1)
        await line.answer(write(line, tapped["title"], tapped=tapped["id"]))
    assert [request.metadata["unseen_question"] for request in line.dialogue.requests] == [False, False, True]


async def test_an_id_that_nobody_knows_is_read_as_its_words_and_answers_nothing(line: Line) -> None:
    line.dialogue.script = [asking()]
    await line.answer(write(line))
    line.handed()
    line.clock.move(minutes=1)
    await line.answer(write(line, "Fri Jun 6, 8:00 AM", tapped="tap_of_somebody"))
    assert line.dialogue.requests[-1].text == "Fri Jun 6, 8:00 AM"
    assert line.dialogue.requests[-1].metadata["unseen_question"] is True


async def test_a_tap_of_another_patient_is_not_read(line: Line) -> None:
    line.dialogue.script = [asking()]
    await line.answer(write(line))
    foreign = options(line)[0]
    await line.answer(write(line, foreign["title"], tapped=foreign["id"], address="+12075550150"))
    assert line.dialogue.requests[-1].text == foreign["title"]


async def test_health_is_texted_and_whatsapp_is_told_so(line: Line) -> None:
    line.dialogue.script = [health()]
    await line.answer(write(line, "how do i do my bridge?"))
    told, text = line.rows(outbox)
    assert (told.channel, told.response) == ("whatsapp", "whatsapp_no_clinical")
    assert "Bridge" not in told.body
    assert (text.channel, text.line, text.address) == ("sms", LINE, MAYA)
    assert text.body == "Harbor PT here, the automated assistant. Bridge: 3 sets of 10."


async def test_what_is_no_health_stays_on_whatsapp(line: Line) -> None:
    line.dialogue.script = [
        TurnResult([Say("You're set."), *health().says, Say("Anything else?", awaiting=Awaiting.FREE_TEXT)], [], Awaiting.FREE_TEXT)
    ]
    await line.answer(write(line))
    rows = line.rows(outbox)
    assert [row.channel for row in rows] == ["whatsapp", "sms", "whatsapp"]
    assert "Bridge" in rows[1].body
    assert not any("Bridge" in row.body for row in rows if row.channel == "whatsapp")


@pytest.mark.parametrize("why", ["no number", "opted out of texts"])
async def test_where_no_text_may_be_sent_the_patient_is_asked_to_call(line: Line, why: str) -> None:
    address = USERNAME if why == "no number" else MAYA
    if why == "opted out of texts":
        with line.database.write() as connection:
            inbox.set_consent(connection, "sms", LINE, MAYA, opted_out=True, source="test", now=line.clock.now())
    line.dialogue.script = [health(Awaiting.PAIN_SCORE)]
    accepted = write(line, address=address)
    await line.answer(accepted)
    (told,) = line.rows(outbox)
    assert told.response == "whatsapp_no_clinical_call"
    assert "(207) 555-0110" in told.body
    assert line.talk(accepted).awaiting == "none"


async def test_a_question_that_went_by_text_is_answered_by_text_in_its_conversation(line: Line) -> None:
    line.dialogue.script = [health(Awaiting.PAIN_SCORE), says("Noted."), says("Elsewhere.")]
    asked = write(line)
    await line.answer(asked)
    line.handed()
    line.clock.move(minutes=1)
    answered = line.text("7")
    assert answered.conversation_id == asked.conversation_id
    await line.answer(answered)
    request = line.dialogue.requests[-1]
    assert (request.text, request.channel) == ("7", Channel.SMS)
    last = line.rows(outbox)[-1]
    assert (last.channel, last.address) == ("sms", MAYA)
    assert "Noted." in last.body
    line.handed()
    line.clock.move(minutes=1)
    later = line.text("can't make tuesday")
    assert later.conversation_id != asked.conversation_id


async def test_a_day_later_a_text_is_a_text_again(line: Line) -> None:
    line.dialogue.script = [health(Awaiting.PAIN_SCORE)]
    asked = write(line)
    await line.answer(asked)
    line.handed()
    line.clock.move(hours=25)
    assert line.text("7").conversation_id != asked.conversation_id


async def test_health_by_text_stays_there(line: Line) -> None:
    line.dialogue.script = [health()]
    await line.answer(line.text("how do i do my bridge?"))
    (row,) = line.rows(outbox)
    assert (row.channel, row.body) == ("sms", "Bridge: 3 sets of 10.")


async def test_a_caption_is_screened_and_danger_is_answered_on_whatsapp(line: Line) -> None:
    await line.answer(write(line, "my calf looks like this", media=({"url": "https://api.twilio.com/m", "type": "image/jpeg"},)))
    row = line.rows(outbox, outbox.c.purpose == "safety")[0]
    assert (row.channel, row.response) == ("whatsapp", "safety_urgent")


@pytest.mark.parametrize(
    ("kind", "response"),
    [("audio/ogg", "voice_note_received"), ("image/jpeg", "media_received"), ("location", "location_received")],
)
async def test_what_is_no_text_is_answered_honestly(line: Line, kind: str, response: str) -> None:
    await line.answer(write(line, "", media=({"url": "geo:1,1", "type": kind},)))
    assert line.rows(outbox)[-1].response == response
    assert line.dialogue.requests == []


async def test_a_turn_that_is_run_again_reads_its_tap_the_same_way(line: Line) -> None:
    line.dialogue.script = [asking()]
    await line.answer(write(line))
    tapped = options(line)[1]
    line.handed()
    line.clock.move(minutes=1)
    line.dialogue.script = [replace(asking("Sure?"), awaiting=Awaiting.CHOICE)]
    accepted = write(line, tapped["title"], tapped=tapped["id"])
    line.dialogue.script.insert(0, TurnFailed("once"))
    await line.answer(accepted)
    assert [request.text for request in line.dialogue.requests[-2:]] == ["2", "2"]
    assert {row.state for row in line.rows(turn)} == {"done"}
    assert {row.channel for row in line.rows(conversation)} == {"whatsapp"}

"""After a wrong number, a death or a wish for fewer texts the line writes nothing of that kind by itself."""

from typing import Any

import pytest

from bot.ids import new_id
from bot.store import inbox, tables, turns
from bot.types import Channel
from tests.support.line import Line, said


async def reminded(line: Line, who: str, visit_of: str = "") -> list[str]:
    """Let the line remind of the next visit of a patient; return what it sent."""
    number = line.number(who)
    visit = f"Appointment/{line.people[visit_of or who]['visits'][0]['fhir_id']}"

    def queue(connection: Any) -> None:
        now = line.clock.now()
        conversation = inbox.open_conversation(connection, Channel.SMS.value, line.settings.sms_number, number, now)
        payload = {"name": "EXTERNAL_ask_reminder", "entities": {"visit": visit}}
        turns.add_trigger(connection, conversation, new_id("ask"), payload, now)

    await line.database.writing(queue)
    await line.quiet()
    return line.news(number)


async def test_a_reminder_is_sent_to_whoever_said_nothing(line: Line) -> None:
    assert "Will you come" in said(await reminded(line, "maya"))


@pytest.mark.parametrize("text", ["you have the wrong number", "no more reminders please", "please stop texting me"])
async def test_no_reminder_follows(line: Line, text: str) -> None:
    answers = await line.text("maya", text)
    assert len(answers) == 1
    assert await reminded(line, "maya") == []


async def test_fewer_surveys_leave_the_reminders(line: Line) -> None:
    await line.text("maya", "stop the surveys")
    assert await reminded(line, "maya") != []


async def test_nothing_is_sent_for_a_patient_who_died(line: Line) -> None:
    await line.text("anna", "Mom passed away Saturday")
    assert await reminded(line, "anna", "ruth") == []
    assert await reminded(line, "ruth") == []
    (task,) = [row for row in await line.rows(tables.staff_task) if row["kind"] == "death_reported"]
    assert task["detail"]["patients"] == ["Patient/ruth-keller"]
    assert len(task["detail"]["visits"]) == len(await line.visits("ruth")) > 0
    assert task["owner"] == "desk"
    assert task["due_at"] is not None


async def test_a_death_that_names_nobody_known_stops_the_number_only(line: Line) -> None:
    await line.text("maya", "my father was your patient, he died last week")
    assert await reminded(line, "maya") == []
    (task,) = [row for row in await line.rows(tables.staff_task) if row["kind"] == "death_reported"]
    assert task["detail"]["patients"] == []


async def test_an_opt_out_is_honoured_at_once_and_confirmed_once(line: Line) -> None:
    await line.converse("maya", "can't make tuesday, got something later that week?", "4/9/91")
    answers = await line.text("maya", "stop texting me")
    assert len(answers) == 1
    assert "START" in answers[0]
    assert "?" not in answers[0]
    (row,) = [row for row in await line.rows(tables.consent) if row["opted_out"]]
    assert row["address"] == line.number("maya")
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")


async def test_a_wrong_number_forgets_the_proof(line: Line) -> None:
    await line.converse("maya", "when is my next appointment", "4/9/91", "this isn't Maya, you have the wrong number")
    replies = await line.text("maya", "when is my next appointment")
    assert "date of birth" in said(replies)


async def test_a_changed_number_is_a_card_with_the_value(line: Line) -> None:
    await line.converse("maya", "please update my phone number to 207 555 0142", "4/9/91", "yes")
    (task,) = [row for row in await line.rows(tables.staff_task) if row["kind"] == "update_contact"]
    assert (task["detail"]["field"], task["detail"]["value"], task["detail"]["patient"]) == (
        "phone",
        "(207) 555-0142",
        "Patient/maya-torres",
    )

"""Pages go on until somebody of the clinic says that they have the incident; the words to the patient are true at their hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot import handoff as handoffs
from bot.paging import Pager
from bot.store import incidents, outbox
from bot.store.outbox import Draft
from bot.store.tables import handoff, incident
from bot.store.tables import outbox as outbox_table
from bot.types import Channel
from tests.support.scripted import DESK, LINE, MAYA, ONCALL, Line


def pages(line: Line) -> list[str]:
    return [row.address for row in line.rows(outbox_table, outbox_table.c.purpose == "page")]


def pager(line: Line) -> Pager:
    return Pager(line.database, line.house, line.clock, line.wake)


async def test_a_page_is_repeated_and_then_goes_to_a_second_number(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    repeating = pager(line)
    assert await repeating.page() == 0
    for _ in range(3):
        line.clock.move(minutes=5)
        await repeating.page()
        await repeating.page()
    assert pages(line) == [ONCALL, ONCALL, ONCALL, ONCALL, DESK]
    bodies = [row.body for row in line.rows(outbox_table, outbox_table.c.purpose == "page")]
    assert "page 2" in bodies[1]
    assert not any("calf" in body for body in bodies)


async def test_ok_from_the_person_on_call_ends_the_pages(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    await line.answer(line.text("OK!", address=ONCALL))
    line.clock.move(hours=1)
    assert await pager(line).page() == 0
    assert line.one(incident).acknowledged_by == "page"
    assert line.house.say("page_acknowledged") in [row.body for row in line.rows(outbox_table)]
    await line.answer(line.text("ok", address=ONCALL))
    assert line.house.say("page_nothing_open") in [row.body for row in line.rows(outbox_table)]


async def test_ok_from_a_patient_acknowledges_nothing(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    await line.answer(line.text("ok"))
    assert line.one(incident).acknowledged_at is None


async def test_whoever_claims_the_conversation_is_paged_no_more(line: Line) -> None:
    accepted = line.text("short of breath")
    await line.answer(accepted)
    with line.database.write() as connection:
        handoffs.claim(connection, accepted.conversation_id, "staff:priya", 1, line.clock.now())
    line.clock.move(hours=1)
    assert await pager(line).page() == 0
    assert line.one(incident).acknowledged_by == "staff:priya"


async def test_what_gets_worse_is_paged_again_although_it_was_acknowledged(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    with line.database.write() as connection:
        assert incidents.acknowledge(connection, line.one(incident).id, "priya", line.clock.now())
        assert not incidents.acknowledge(connection, line.one(incident).id, "sam", line.clock.now())
    await line.answer(line.text("and short of breath"))
    assert pages(line) == [ONCALL, ONCALL]
    line.clock.move(minutes=5)
    assert await pager(line).page() == 1


async def test_a_promise_that_was_not_kept_is_not_repeated(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    await line.answer(line.text("hello?"))
    line.clock.move(minutes=31)
    await line.answer(line.text("nobody called"))
    assert line.sent()[1:] == [line.house.say("holding_incident", who="Priya", by="12:30 PM"), line.house.say("holding_incident_late")]


async def test_outside_the_hours_of_the_person_on_call_nobody_promises(line: Line) -> None:
    assert line.on_call is not None
    mornings = tuple(((time(7), time(11)),) for _ in range(7))
    line.on_call = replace(line.on_call, hours=mornings)
    await line.answer(line.text("calf hot"))
    await line.answer(line.text("ok?"))
    assert line.sent() == [line.house.say("safety_urgent_nobody"), line.house.say("holding_incident_nobody")]
    assert pages(line) == [ONCALL]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my mom is short of breath", "safety_emergency_other"),
        ("mi esposo no puede respirar, breath", "safety_emergency_es"),
        ("me falta el aire, no puedo respirar (breath)", "safety_emergency_es"),
        ("dad says he thinks about ending it", "safety_crisis_other"),
        ("la pantorrilla calf la tengo hinchada", "safety_urgent_es"),
        ("she says her calf is hot", "safety_urgent_other"),
        ("i am short of breath and my mom is not here", "safety_emergency"),
    ],
)
async def test_the_words_fit_the_speaker_and_the_language(line: Line, text: str, name: str) -> None:
    await line.answer(line.text(text))
    (row,) = line.rows(outbox_table, outbox_table.c.purpose == "safety")
    assert row.response == name


async def test_a_text_is_never_told_to_hang_up_and_a_call_is(line: Line) -> None:
    await line.answer(line.text("short of breath"))
    await line.answer(line.text("short of breath", channel=Channel.VOICE, address="+12075550199"))
    texted, spoken = [row.body for row in line.rows(outbox_table, outbox_table.c.purpose == "safety")]
    assert "hang up" not in texted
    assert "hang up" in spoken


async def test_an_incident_stops_outreach_and_nothing_else(line: Line) -> None:
    accepted = line.text("calf hot")
    await line.answer(accepted)
    line.handed()
    survey = Draft(accepted.conversation_id, None, 0, "outreach", Channel.SMS, LINE, MAYA, "How likely are you to recommend us?")
    staff = Draft(accepted.conversation_id, None, 0, "staff", Channel.SMS, LINE, MAYA, "Priya here, calling you now.")
    sent = []
    for draft in (survey, staff):
        with line.database.write() as connection:
            ids = outbox.put(connection, [draft], line.clock.now())
            sent += outbox.claim(connection, ids, "sender", line.clock.now(), timedelta(seconds=15))
        line.handed()
    assert [one.purpose for one in sent] == ["staff"]
    assert line.one(outbox_table, outbox_table.c.purpose == "outreach").state == "superseded"


async def test_others_may_ask_for_an_open_incident(line: Line) -> None:
    accepted = line.text("he hurts me")
    await line.answer(accepted)
    with line.database.read() as connection:
        found = incidents.open_incident(connection, conversation_id=accepted.conversation_id)
        assert found is not None
        assert (found.level, found.private, found.untraced) == ("urgent", True, True)
        assert incidents.open_incident(connection, address=MAYA) == found
        assert incidents.open_incident(connection, patient="Patient/none") is None
        with pytest.raises(ValueError, match="give one of them"):
            incidents.open_incident(connection)


async def test_crisis_shows_staff_that_a_call_may_not_be_safe(line: Line) -> None:
    await line.answer(line.text("thinking of ending it"))
    facts = line.one(handoff).facts
    assert (facts["safe_to_call"], facts["leave_message"], facts["copies_to_caregivers"]) == ("unknown", False, False)
    assert (facts["level"], facts["categories"]) == ("crisis", ["self_harm"])

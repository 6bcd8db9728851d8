"""A person on demand, with what the line knows, and back again to where it was."""

from datetime import timedelta

from bot.store import tables
from tests.support.line import Line, said

MOVE = "can't make tuesday, got something later that week?"


async def test_a_person_is_called_in_the_middle_of_a_move(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91")
    replies = await line.text("maya", "why was i billed $80?? get me a person")
    assert "desk" in said(replies)
    assert "Tue Jun 3, 10:00 AM" in said(replies)
    (card,) = await line.rows(tables.handoff)
    assert card["reason"] == "asked_for_person"
    assert card["facts"]["patient"] == "Patient/maya-torres"
    assert len(card["facts"]["offers"]) == 3
    (conversation,) = await line.rows(tables.conversation)
    assert conversation["owner"] == "queue"
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")


async def test_while_people_own_it_the_bot_stays_out(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91", "get me a person")
    await line.text("maya", "hello?")
    assert await line.text("maya", "2") == []
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")


async def test_released_the_line_goes_on_where_it_was(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91", "get me a person")
    (conversation,) = await line.rows(tables.conversation)
    line.clock.move(timedelta(minutes=20))
    await line.release(conversation["id"])
    replies = line.news("maya")
    assert "Automated assistant again" in said(replies)
    assert "1)" in said(replies)
    await line.converse("maya", "2", "yes")
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_three_misunderstandings_bring_a_person(line: Line) -> None:
    replies = await line.converse("maya", "florble grumpf", "zzz qqq xxx", "what is the capital of france")
    (card,) = await line.rows(tables.handoff)
    assert card["reason"] == "not_understood"
    assert said(replies[0]) != said(replies[1])


async def test_a_visit_that_moved_meanwhile_is_not_called_unchanged(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91")
    (visit,) = [entry for entry in line.people["maya"]["visits"] if entry["start"].startswith("2025-06-03")]
    appointment = await line.get(f"Appointment/{visit['fhir_id']}")
    headers = {"If-Match": f'W/"{appointment["meta"]["versionId"]}"', "Content-Type": "application/fhir+json"}
    cancelled = {**appointment, "status": "cancelled", "cancelationReason": {"text": "the desk"}}
    async with line.session.put(f"{line.fhir}/Appointment/{visit['fhir_id']}", json=cancelled, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    replies = await line.text("maya", "get me a person")
    assert "desk" in said(replies)
    assert "unchanged" not in said(replies)

"""A closed card tells the patient once what came of it, on the thread that it came from."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from bot.store.tables import audit, outbox, staff_task
from bot.tickets import TicketError, settle
from bot.types import Record
from tests.support.scripted import Line, ScriptedDialogue, says

SAID = "Hi, Marisol here. We spoke with the team about your wait, and I'm sorry."


@pytest.fixture
def line(database: Database) -> Line:
    return Line(database)


async def complained(line: Line) -> str:
    record = Record("staff_task", {"kind": "service_recovery", "owner": "marisol"})
    line.dialogue = ScriptedDialogue(says("Sorry.", records=[record]))
    await line.answer(line.text("i waited an hour"))
    line.handed()
    return str(line.one(staff_task).id)


async def test_the_patient_hears_what_was_done(line: Line) -> None:
    task = await complained(line)
    with line.database.write() as connection:
        assert settle(connection, task, "marisol", "called, all is well", SAID, line.clock.now())
    assert line.sent() == [SAID]
    assert line.one(outbox, outbox.c.purpose == "staff").address == line.rows(outbox)[0].address
    card = line.one(staff_task)
    assert (card.state, card.outcome["outcome"], card.closed_at) == ("closed", "called, all is well", line.clock.now())
    assert line.one(audit).actor == "marisol"


async def test_a_card_is_closed_once(line: Line) -> None:
    task = await complained(line)
    with line.database.write() as connection:
        assert settle(connection, task, "marisol", "called", None, line.clock.now()) is None
        with pytest.raises(TicketError, match="closed already"):
            settle(connection, task, "marisol", "called again", SAID, line.clock.now())
        with pytest.raises(TicketError, match="no card"):
            settle(connection, "task_nobody", "marisol", "called", SAID, line.clock.now())
    assert line.sent() == []

"""Request mode: nobody here may write, so the desk is asked, and only the desk says "done"."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from actions.scheduling.profiles import Mode
from actions.scheduling.types import Status
from bot.store.database import Database
from bot.store.tables import staff_task
from tests.contract.scheduling_client.conftest import Line


async def _cards(database: Database, state: str = "open") -> list[dict]:
    query = sa.select(staff_task).where(staff_task.c.state == state).order_by(staff_task.c.created_at)
    return await database.reading(lambda connection: [dict(row) for row in connection.execute(query).mappings()])


async def _close(line: Line, key: str, outcome: dict) -> None:
    change = staff_task.update().where(staff_task.c.dedupe_key == f"booking:{key}")
    await line.database.writing(
        lambda connection: connection.execute(change.values(state="closed", closed_at=line.clock.now(), outcome=outcome))
    )


async def test_the_desk_gets_one_card_and_the_old_visit_stands(read_only: Line) -> None:
    line = read_only
    assert (await line.client.profile()).mode is Mode.REQUEST
    patient, visit, opening = line.clinic.patients[0], (await line.directory.upcoming(line.clinic.patients[0]))[0], line.clinic.opening(3)
    outcomes = [await line.restarted().move("SM1", None, patient, visit, opening) for _ in range(3)]
    assert {(outcome.status, outcome.visit) for outcome in outcomes} == {(Status.REQUESTED, visit)}
    (card,) = await _cards(line.database)
    assert card["kind"] == "booking"
    assert card["detail"]["visit"]["start"] == visit.start.isoformat()
    assert card["detail"]["wanted"]["start"] == opening.start.isoformat()
    assert card["detail"]["wanted"]["practitioner"] == "Dana Reyes"
    assert (await line.clinic.state()).booked()[patient] == [line.clinic.slots[0]]
    assert await line.booking.resume_open(timedelta(0)) == []


async def test_it_is_done_once_staff_say_so(read_only: Line) -> None:
    line = read_only
    patient, visit, opening = line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
    await line.booking.move("SM1", None, patient, visit, opening)
    await _close(line, "SM1", {"status": "done"})
    (settled,) = await line.booking.resume_open(timedelta(0))
    assert (settled.key, settled.outcome.status, settled.outcome.reason) == ("SM1", Status.DONE, "staff")
    assert settled.outcome.visit is not None
    assert settled.outcome.visit.start == opening.start
    assert await line.booking.resume_open(timedelta(0)) == []
    assert (await line.booking.move("SM1", None, patient, visit, opening)).status is Status.DONE


async def test_staff_may_say_no(read_only: Line) -> None:
    line = read_only
    visit = line.clinic.visit(0)
    await line.booking.cancel("SM1", None, line.clinic.patients[0], visit)
    await _close(line, "SM1", {"status": "declined"})
    (settled,) = await line.booking.resume_open(timedelta(0))
    assert (settled.outcome.status, settled.outcome.reason, settled.outcome.visit) == (Status.REFUSED, "staff", visit)


async def test_a_change_of_mind_replaces_the_card(read_only: Line) -> None:
    line = read_only
    patient, visit = line.clinic.patients[0], line.clinic.visit(0)
    await line.booking.move("SM1", None, patient, visit, line.clinic.opening(3))
    await line.booking.move("SM2", None, patient, visit, line.clinic.opening(4))
    (card,) = await _cards(line.database)
    assert card["detail"]["key"] == "SM2"
    (replaced,) = await _cards(line.database, "closed")
    assert replaced["outcome"] == {"status": "replaced", "by": "SM2"}
    assert (await line.booking.resume("SM1")).reason == "replaced"
    assert (await line.booking.resume("SM2")).status is Status.REQUESTED

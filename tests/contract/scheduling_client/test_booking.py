"""Moving, booking and cancelling visits: what stands on the server afterwards, on every kind of server."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from actions.scheduling.types import Status
from tests.contract.scheduling_client.conftest import Line


async def test_a_moved_visit_stands_on_the_new_slot_alone_and_frees_the_old_one(line: Line) -> None:
    patient, visit, opening = line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
    outcome = await line.booking.move("SM1", None, patient, visit, opening)
    assert outcome.status is Status.DONE
    assert outcome.visit is not None
    assert (outcome.visit.start, outcome.visit.end, outcome.visit.status) == (opening.start, opening.end, "booked")
    assert outcome.visit.practitioner is not None
    assert outcome.visit.practitioner.reference == line.clinic.practitioner.reference
    state = await line.clinic.state()
    assert state.booked()[patient] == [opening.slot]
    assert state.contradictions() == []
    assert [visit.reference for visit in await line.directory.upcoming(patient)] == [outcome.visit.reference]


async def test_the_same_key_gives_the_same_outcome_and_changes_nothing(line: Line) -> None:
    patient, visit, opening = line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
    first = await line.booking.move("SM1", None, patient, visit, opening)
    before = await line.clinic.state()
    again = await line.restarted().move("SM1", None, patient, visit, opening)
    assert (again.status, again.visit) == (first.status, first.visit)
    assert await line.clinic.state() == before


async def test_an_opening_that_someone_else_took_leaves_the_old_visit(line: Line) -> None:
    opening = line.clinic.opening(3)
    won = await line.booking.move("SM1", None, line.clinic.patients[0], line.clinic.visit(0), opening)
    lost = await line.booking.move("SM2", None, line.clinic.patients[1], line.clinic.visit(1), opening)
    assert (won.status, lost.status, lost.reason) == (Status.DONE, Status.TAKEN, "lost_race")
    state = await line.clinic.state()
    assert state.booked() == {line.clinic.patients[0]: [opening.slot], line.clinic.patients[1]: [line.clinic.slots[1]]}
    assert state.contradictions() == []


async def test_two_who_want_one_opening_at_once_do_not_both_get_it(line: Line) -> None:
    opening = line.clinic.opening(4)
    outcomes = await asyncio.gather(
        *(line.booking.move(f"SM{n}", None, line.clinic.patients[n], line.clinic.visit(n), opening) for n in (0, 1))
    )
    assert sorted(outcome.status.value for outcome in outcomes) == ["done", "taken"]
    state = await line.clinic.state()
    assert state.double_booked() == []
    assert state.contradictions() == []
    assert {len(slots) for slots in state.booked().values()} == {1}


async def test_a_move_is_undone_by_moving_back_with_another_key(line: Line) -> None:
    patient, visit = line.clinic.patients[0], line.clinic.visit(0)
    there = await line.booking.move("SM1", None, patient, visit, line.clinic.opening(3))
    assert there.visit is not None
    back = await line.booking.move("SM2", None, patient, there.visit, line.clinic.opening(0))
    assert back.status is Status.DONE
    state = await line.clinic.state()
    assert state.booked()[patient] == [line.clinic.slots[0]]
    assert state.contradictions() == []


async def test_a_visit_that_the_desk_moved_meanwhile_is_not_moved(line: Line) -> None:
    patient, visit = line.clinic.patients[0], line.clinic.visit(0)
    moved = await line.booking.move("desk", None, patient, visit, line.clinic.opening(2))
    assert moved.visit is not None
    outcome = await line.booking.move("SM1", None, patient, visit, line.clinic.opening(3))
    assert (outcome.status, outcome.reason) == (Status.REFUSED, "changed")
    assert (await line.clinic.state()).booked()[patient] == [line.clinic.slots[2]]


async def test_a_comment_by_the_desk_does_not_stop_a_move(line: Line) -> None:
    appointment = await line.clinic.get(line.clinic.appointments[0])
    await line.clinic.put({**appointment, "comment": "brings her own chair"})
    outcome = await line.booking.move("SM1", None, line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3))
    assert outcome.status is Status.DONE
    assert outcome.visit is not None
    assert (await line.clinic.get(outcome.visit.reference))["comment"] == "brings her own chair"


async def test_a_first_visit_is_booked_once(line: Line) -> None:
    patient, opening = line.clinic.patients[0], line.clinic.opening(5)
    outcomes = [await line.restarted().book("SM1", None, patient, opening) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.DONE]
    state = await line.clinic.state()
    assert state.booked()[patient] == sorted([line.clinic.slots[0], opening.slot])
    assert state.contradictions() == []


async def test_a_cancelled_visit_frees_its_slot(line: Line) -> None:
    patient, visit = line.clinic.patients[0], line.clinic.visit(0)
    outcomes = [await line.restarted().cancel("SM1", None, patient, visit) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.DONE]
    assert outcomes[0].visit is not None
    assert outcomes[0].visit.status == "cancelled"
    state = await line.clinic.state()
    assert patient not in state.booked()
    assert state.contradictions() == []


async def test_a_time_that_has_passed_is_not_booked(line: Line) -> None:
    line.clock.move(line.clinic.visit(0).start - line.clock.now() - timedelta(minutes=1))
    visit, opening = line.clinic.visit(1), line.clinic.opening(3)
    line.clock.move(opening.start - line.clock.now())
    outcome = await line.booking.move("SM1", None, line.clinic.patients[1], visit, opening)
    assert (outcome.status, outcome.reason) == (Status.TAKEN, "too_late")
    assert (await line.clinic.state()).booked()[line.clinic.patients[1]] == [visit.slot]


async def test_a_visit_that_the_desk_cancelled_and_left_without_a_time_is_not_moved(line: Line) -> None:
    patient, visit = line.clinic.patients[0], line.clinic.visit(0)
    appointment = await line.clinic.get(visit.reference)
    bare = {name: value for name, value in appointment.items() if name not in ("start", "end", "slot", "minutesDuration")}
    await line.clinic.put({**bare, "status": "cancelled"})
    moved = await line.booking.move("SM1", None, patient, visit, line.clinic.opening(3))
    assert (moved.status, moved.reason, moved.visit) == (Status.REFUSED, "changed", None)
    gone = await line.booking.cancel("SM2", None, patient, visit)
    assert (gone.status, gone.visit) == (Status.DONE, None)
    assert patient not in (await line.clinic.state()).booked()

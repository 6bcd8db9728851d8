"""The process dies at every request of a change in turn, before it leaves or after it was acted upon; another process resumes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from actions.scheduling.booking import Booking
from actions.scheduling.client import FhirClient
from actions.scheduling.ledger import Ledger
from actions.scheduling.transport import AiohttpTransport
from actions.scheduling.types import Outcome, Status
from bot.store.database import Database
from tests.contract.scheduling_client.conftest import SERVERS, Line, open_line
from tests.support.schedules import RunningClock
from tests.support.transports import Cut, Dying, Overtaken

MOST = 24  # more requests than any change makes


@pytest.fixture(params=SERVERS)
async def crowd(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """One patient and one opening for each request at which the process may die."""
    async with AsyncExitStack() as stack:
        yield await open_line(request.param, database, stack, tmp_path, patients=MOST, slots=2 * MOST)


async def _dies(line: Line, kind: str, number: int, cut: Cut) -> bool:
    """Run a change whose process dies at its request `number`. Returns False when it came to its end before."""
    transport = Dying(AiohttpTransport(), number + 1, cut)
    client = FhirClient(line.client.base, profile=await line.client.profile(), clock=line.clock, transport=transport)
    try:
        await _change(Booking(line.database, client, line.clock), line, kind, number)
    except asyncio.CancelledError:
        assert transport.died
    finally:
        await client.aclose()
    return transport.died


async def _change(booking: Booking, line: Line, kind: str, number: int) -> Outcome:
    patient, visit, opening = line.clinic.patients[number], line.clinic.visit(number), line.clinic.opening(MOST + number)
    if kind == "move":
        return await booking.move(f"SM{number}", None, patient, visit, opening)
    if kind == "book":
        return await booking.book(f"SM{number}", None, patient, opening)
    return await booking.cancel(f"SM{number}", None, patient, visit)


def _wanted(line: Line, kind: str, number: int) -> list[str]:
    old, new = line.clinic.slots[number], line.clinic.slots[MOST + number]
    return {"move": [new], "book": sorted([old, new]), "cancel": []}[kind]


@pytest.mark.parametrize("kind", ["move", "book", "cancel"])
@pytest.mark.parametrize("cut", list(Cut))
async def test_whoever_resumes_brings_it_to_its_end(crowd: Line, cut: Cut, kind: str) -> None:
    deaths = 0
    for number in range(MOST):
        if not await _dies(crowd, kind, number, cut):
            break
        deaths += 1
        outcome = await crowd.restarted().resume(f"SM{number}")
        assert outcome.status is Status.DONE, (number, outcome)
    assert 3 <= deaths < MOST
    state = await crowd.clinic.state()
    assert state.contradictions() == []
    assert state.double_booked() == []
    for number in range(deaths):
        assert state.booked().get(crowd.clinic.patients[number], []) == _wanted(crowd, kind, number), number


@pytest.mark.parametrize("cut", list(Cut))
async def test_an_opening_lost_while_the_process_was_down_leaves_the_old_visit(crowd: Line, cut: Cut) -> None:
    told: dict[int, Outcome] = {}
    for number in range(MOST):
        if not await _dies(crowd, "move", number, cut):
            break
        taken = await crowd.clinic.get(crowd.clinic.slots[MOST + number])
        if taken["status"] == "free":
            await crowd.clinic.put({**taken, "status": "busy", "comment": "staff meeting"})
        told[number] = await crowd.restarted().resume(f"SM{number}")
    assert {outcome.status for outcome in told.values()} == {Status.DONE, Status.TAKEN}
    state = await crowd.clinic.state()
    for number, outcome in told.items():
        place = MOST + number if outcome.status is Status.DONE else number
        assert state.booked()[crowd.clinic.patients[number]] == [crowd.clinic.slots[place]], number
        assert state.slots[crowd.clinic.slots[place]] == "busy"


async def test_the_sweep_settles_what_was_left_open_and_says_whom_to_tell(crowd: Line) -> None:
    assert await _dies(crowd, "move", 3, Cut.AFTER)
    booking = crowd.restarted()
    assert await booking.resume_open(timedelta(minutes=1)) == []
    crowd.clock.move(timedelta(minutes=2))
    settled = await booking.resume_open(timedelta(minutes=1))
    assert [(one.key, one.kind, one.outcome.status) for one in settled] == [("SM3", "move", Status.DONE)]
    assert await booking.resume_open(timedelta(minutes=1)) == []
    assert (await crowd.clinic.state()).booked()[crowd.clinic.patients[3]] == [crowd.clinic.slots[MOST + 3]]


async def test_a_second_wish_for_the_same_visit_first_settles_the_open_one(crowd: Line) -> None:
    assert await _dies(crowd, "move", 3, Cut.AFTER)
    patient, visit = crowd.clinic.patients[3], crowd.clinic.visit(3)
    second = await crowd.restarted().move("SM-again", None, patient, visit, crowd.clinic.opening(MOST + 9))
    assert (second.status, second.reason) == (Status.REFUSED, "changed")
    assert second.visit is not None
    assert second.visit.start == crowd.clinic.opening(MOST + 3).start
    third = await crowd.restarted().move("SM-third", None, patient, second.visit, crowd.clinic.opening(MOST + 9))
    assert third.status is Status.DONE
    state = await crowd.clinic.state()
    assert state.booked()[patient] == [crowd.clinic.slots[MOST + 9]]
    assert state.contradictions() == []


async def test_two_processes_on_one_key_make_one_change(crowd: Line) -> None:
    clock = RunningClock()
    processes = [Booking(crowd.database, crowd.client, clock) for _ in range(6)]
    outcomes = await asyncio.gather(*(_change(process, crowd, "move", 1) for process in processes))
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    state = await crowd.clinic.state()
    assert state.booked()[crowd.clinic.patients[1]] == [crowd.clinic.slots[MOST + 1]]
    assert state.contradictions() == []


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_refusal_is_still_one_when_the_process_dies_letting_go_of_the_hold(database: Database, tmp_path: Path, cut: Cut) -> None:
    """Once a refusal is noted, the visit must not be booked after all by whoever resumes the request."""
    async with AsyncExitStack() as stack:
        line = await open_line("plain", database, stack, tmp_path, patients=MOST, slots=2 * MOST)
        assert line.plain is not None
        noted = 0
        for number in range(MOST):
            line.plain.refuse = lambda method, one: "business-rule" if (method, one["resourceType"]) == ("POST", "Appointment") else None
            if not await _dies(line, "move", number, cut):
                break
            line.plain.refuse = lambda _method, _one: None
            stored = await Ledger(database).get(f"SM{number}")
            assert stored is not None
            outcome = await line.restarted().resume(f"SM{number}")
            assert outcome.status is (Status.REFUSED if stored.step == "backing_out" else Status.DONE), number
            noted += stored.step == "backing_out"
        assert noted >= 2
        state = await line.clinic.state()
        assert state.double_booked() == []
        assert state.contradictions() == []
        assert {len(slots) for slots in state.booked().values()} == {1}


async def test_of_two_appointments_made_under_one_key_one_is_kept(database: Database, tmp_path: Path) -> None:
    """A create that seemed lost may still arrive after it was repeated."""
    async with AsyncExitStack() as stack:
        line = await open_line("plain", database, stack, tmp_path, patients=MOST, slots=2 * MOST)
        doubled = 0
        for number in range(MOST):
            if not await _dies(line, "move", number, Cut.AFTER):
                break
            made = [one for one in (await line.clinic.state()).appointments if _bears(one, f"SM{number}") and one["status"] == "booked"]
            if len(made) == 1:
                late = {name: value for name, value in made[0].items() if name not in ("id", "meta", "vendorShard", "extension")}
                await line.clinic.post(late)
                doubled += 1
            outcome = await line.restarted().resume(f"SM{number}")
            assert outcome.status is Status.DONE
        assert doubled >= 2
        state = await line.clinic.state()
        assert state.double_booked() == []
        assert {len(slots) for slots in state.booked().values()} == {1}


async def test_a_move_that_arrives_between_two_looks_is_not_taken_for_someone_elses(database: Database, tmp_path: Path) -> None:
    """The slot is found busy, but with this very visit: the transaction that seemed lost has just arrived."""
    async with AsyncExitStack() as stack:
        line = await open_line("embedded-transaction", database, stack, tmp_path)
        patient, visit, opening = line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
        profile = await line.client.profile()
        first = Dying(AiohttpTransport(), 4, Cut.BEFORE)  # three reads, then the Bundle
        client = FhirClient(line.client.base, profile=profile, clock=line.clock, transport=first)
        stack.push_async_callback(client.aclose)
        with pytest.raises(asyncio.CancelledError):
            await Booking(database, client, line.clock).move("SM1", None, patient, visit, opening)
        assert first.last is not None
        assert first.last[0] == "POST"
        second = Overtaken(AiohttpTransport(), visit.reference, opening.slot, first.last)
        client = FhirClient(line.client.base, profile=profile, clock=line.clock, transport=second)
        stack.push_async_callback(client.aclose)
        outcome = await Booking(database, client, line.clock).resume("SM1")
        assert second.arrived is not None
        assert second.arrived.status == 200
        assert outcome.status is Status.DONE
        assert (await line.clinic.state()).booked()[patient] == [opening.slot]


def _bears(appointment: dict, key: str) -> bool:
    return any(name["value"] == key for name in appointment.get("identifier", []))

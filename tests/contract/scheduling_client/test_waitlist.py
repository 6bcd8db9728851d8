"""The waitlist and held openings: what stands on the server, and who gets an opening that is held, on every kind of server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.appointment import Appointment

from actions.scheduling.client import FhirClient
from actions.scheduling.transport import AiohttpTransport
from actions.scheduling.types import Actor, Opening, Status, opening_from_json, to_json
from actions.scheduling.waitlist import Waiting, Waitlist, fits, kept_back
from bot.clinic import load_clinic
from tests.contract.scheduling_client.conftest import Line
from tests.support.plain_r4 import PlainR4
from tests.support.schedules import FIRST, LENGTH, MovingClock, serving
from tests.support.transports import Cut, Dying

WINDOWS = ((FIRST, FIRST + timedelta(hours=4)), (FIRST + timedelta(days=7), FIRST + timedelta(days=7, hours=4)))


@pytest.fixture
def waitlist(line: Line) -> Waitlist:
    return Waitlist(line.client, line.clock)


async def join(line: Line, waitlist: Waitlist, key: str = "SM1", patient: int = 0, **other: Any) -> Waiting:
    wish: dict[str, Any] = {
        "minutes": 45,
        "service_type": "PT follow-up",
        "service_code": "",
        "practitioner": line.clinic.practitioner,
        "location": None,
    }
    waiting = await waitlist.join(key, line.clinic.patients[patient], WINDOWS, **(wish | other))
    assert waiting is not None
    return waiting


def until(line: Line) -> datetime:
    return line.clock.now() + timedelta(minutes=15)


async def held(line: Line, waitlist: Waitlist, number: int = 3) -> Opening:
    opening = await waitlist.hold(line.clinic.opening(number), until(line))
    assert opening is not None
    return opening


async def test_a_wish_stands_on_the_server_as_it_was_said(line: Line, waitlist: Waitlist) -> None:
    waiting = await join(line, waitlist)
    stored = await line.clinic.get(waiting.reference)
    Appointment.parse_obj({name: value for name, value in stored.items() if name not in ("vendorShard", "meta")})
    assert (stored["status"], stored["priority"], stored["minutesDuration"]) == ("waitlist", 5, 45)
    assert "start" not in stored
    assert [(one["actor"]["reference"], one["status"]) for one in stored["participant"]] == [
        (line.clinic.patients[0], "accepted"),
        (line.clinic.practitioner.reference, "tentative"),
    ]
    assert stored["identifier"] == [{"system": "urn:clinic:request", "value": "SM1"}]
    assert (waiting.patient, waiting.windows, waiting.minutes, waiting.created) == (
        line.clinic.patients[0],
        WINDOWS,
        45,
        line.clock.now(),
    )
    assert waiting.practitioner == line.clinic.practitioner
    assert await waitlist.of(line.clinic.patients[0]) == [waiting]
    assert await waitlist.of(line.clinic.patients[1]) == []


async def test_who_waits_keeps_the_visit_that_stands(line: Line, waitlist: Waitlist) -> None:
    await join(line, waitlist)
    assert [visit.reference for visit in await line.directory.upcoming(line.clinic.patients[0])] == [line.clinic.appointments[0]]
    assert (await line.clinic.state()).contradictions() == []


async def test_the_same_key_joins_once(line: Line, waitlist: Waitlist) -> None:
    first = await join(line, waitlist)
    again = await join(line, Waitlist(line.client, line.clock))
    assert again == first
    assert len(await waitlist.of(line.clinic.patients[0])) == 1


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_join_that_died_is_made_once_by_the_next_try(line: Line, waitlist: Waitlist, cut: Cut) -> None:
    at = 0
    while True:
        at += 1
        dying = Dying(AiohttpTransport(), at, cut)
        client = FhirClient(line.clinic.base, clock=line.clock, transport=dying)
        attempt = asyncio.ensure_future(join(line, Waitlist(client, line.clock), f"SM{at}"))
        await asyncio.wait([attempt])
        await client.aclose()
        if not dying.died:
            break
        await join(line, waitlist, f"SM{at}")
    assert at > 2
    assert len(await waitlist.of(line.clinic.patients[0])) == at


async def test_leaving_shows_on_the_server_and_may_be_repeated(line: Line, waitlist: Waitlist) -> None:
    waiting = await join(line, waitlist)
    assert [await waitlist.leave(waiting), await waitlist.leave(waiting)] == [True, True]
    stored = await line.clinic.get(waiting.reference)
    assert (stored["status"], stored["cancelationReason"]["text"]) == ("cancelled", "Left the waitlist")
    assert await waitlist.of(line.clinic.patients[0]) == []


async def test_leaving_does_not_mind_what_the_desk_noted_meanwhile(line: Line, waitlist: Waitlist) -> None:
    waiting = await join(line, waitlist)
    await line.clinic.put({**await line.clinic.get(waiting.reference), "comment": "call her first"})
    assert await waitlist.leave(waiting)
    stored = await line.clinic.get(waiting.reference)
    assert (stored["status"], stored["comment"]) == ("cancelled", "call her first")


async def test_who_waits_longest_is_asked_first_and_the_desk_may_say_otherwise(line: Line, waitlist: Waitlist) -> None:
    oldest = await join(line, waitlist, "SM1", 1)
    line.clock.move(timedelta(minutes=5))
    younger = await join(line, waitlist, "SM2", 0)
    line.clock.move(timedelta(minutes=5))
    urgent = await join(line, waitlist, "SM3", 0)
    await line.clinic.put({**await line.clinic.get(urgent.reference), "priority": 1})
    other = await line.clinic.post({"resourceType": "Practitioner", "name": [{"given": ["Sam"], "family": "Okafor"}]})
    await join(line, waitlist, "SM4", 0, practitioner=Actor(other, "Sam Okafor"))
    found = await waitlist.candidates(line.clinic.opening(3))
    assert [one.reference for one in found] == [urgent.reference, oldest.reference, younger.reference]


async def test_a_held_opening_is_offered_to_nobody_else(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    slot = await line.clinic.get(opening.slot)
    assert slot["status"] == "busy-tentative"
    assert opening.version == slot["meta"]["versionId"]
    assert await Waitlist(line.client, line.clock).hold(line.clinic.opening(3), until(line)) is None
    found = await line.directory.openings([(FIRST, FIRST + timedelta(days=1))], minutes=45)
    assert opening.slot not in [one.slot for one in found.openings]


async def test_two_who_hold_at_once_do_not_both(line: Line) -> None:
    offers = await asyncio.gather(*(Waitlist(line.client, line.clock).hold(line.clinic.opening(3), until(line)) for _ in range(2)))
    assert [offer is None for offer in offers].count(True) == 1


async def test_an_opening_that_is_let_go_is_free_and_a_booked_one_stays(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    for _ in range(2):
        await waitlist.let_go(opening)
    slot = await line.clinic.get(opening.slot)
    assert (slot["status"], slot.get("identifier")) == ("free", None)
    again = await held(line, waitlist)
    await waitlist.let_go(opening)
    assert (await line.clinic.get(opening.slot))["status"] == "busy-tentative"
    assert (await line.booking.book("SM1", None, line.clinic.patients[1], again)).status is Status.DONE
    await waitlist.let_go(again)
    assert (await line.clinic.state()).contradictions() == []


async def test_the_holder_gets_the_opening_before_everybody_else(line: Line, waitlist: Waitlist) -> None:
    opening = opening_from_json(to_json(await held(line, waitlist)))
    assert opening is not None
    other = await line.booking.book("SM2", None, line.clinic.patients[1], line.clinic.opening(3))
    assert (other.status, other.reason) == (Status.TAKEN, "lost_race")
    mine = await line.booking.book("SM1", None, line.clinic.patients[0], opening)
    assert mine.status is Status.DONE
    state = await line.clinic.state()
    assert state.booked()[line.clinic.patients[0]] == sorted([line.clinic.slots[0], opening.slot])
    assert state.booked()[line.clinic.patients[1]] == [line.clinic.slots[1]]
    assert state.contradictions() == []


async def test_when_the_holder_and_another_race_the_holder_wins(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    mine, other, moving = await asyncio.gather(
        line.booking.book("SM1", None, line.clinic.patients[0], opening),
        line.booking.book("SM2", None, line.clinic.patients[1], line.clinic.opening(3)),
        line.booking.move("SM3", None, line.clinic.patients[1], line.clinic.visit(1), line.clinic.opening(3)),
    )
    assert [mine.status, other.status, moving.status] == [Status.DONE, Status.TAKEN, Status.TAKEN]
    state = await line.clinic.state()
    assert (state.double_booked(), state.contradictions()) == ([], [])


async def test_two_who_answer_for_one_held_opening_do_not_both_get_it(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    outcomes = await asyncio.gather(*(line.booking.book(f"SM{n}", None, line.clinic.patients[n], opening) for n in (0, 1)))
    assert sorted(outcome.status.value for outcome in outcomes) == ["done", "taken"]
    state = await line.clinic.state()
    assert (state.double_booked(), state.contradictions()) == ([], [])


async def test_a_visit_moves_to_a_held_opening(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    outcome = await line.booking.move("SM1", None, line.clinic.patients[0], line.clinic.visit(0), opening)
    assert outcome.status is Status.DONE
    state = await line.clinic.state()
    assert state.booked()[line.clinic.patients[0]] == [opening.slot]
    assert state.contradictions() == []
    marks = await line.clinic.get(opening.slot)
    assert "urn:clinic:hold-until" not in [one["url"] for one in marks.get("extension", [])]
    assert [one["value"] for one in marks["identifier"]] == ["SM1"]


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_yes_to_a_held_opening_outlives_a_crash_at_any_request(line: Line, waitlist: Waitlist, cut: Cut) -> None:
    patient, at = line.clinic.patients[0], 0
    while True:
        at += 1
        opening = await held(line, waitlist)
        dying = Dying(AiohttpTransport(), at, cut)
        client = FhirClient(line.clinic.base, clock=line.clock, transport=dying)
        await asyncio.wait([asyncio.ensure_future(line.restarted(client).book(f"SM{at}", None, patient, opening))])
        await client.aclose()
        line.clock.move(timedelta(minutes=2))  # the dead driver's lease is over
        booked = await line.restarted().book(f"SM{at}", None, patient, opening)
        assert booked.status is Status.DONE
        state = await line.clinic.state()
        assert (state.double_booked(), state.contradictions()) == ([], [])
        assert booked.visit is not None
        assert (await line.booking.cancel(f"undo{at}", None, patient, booked.visit)).status is Status.DONE
        if not dying.died:
            break
    assert at > 2


async def test_a_yes_after_the_hold_still_gets_what_is_free_and_not_what_is_taken(line: Line, waitlist: Waitlist) -> None:
    late, lost = await held(line, waitlist, 3), await held(line, waitlist, 4)
    for opening in (late, lost):
        await waitlist.let_go(opening)
    assert (await line.booking.book("SM1", None, line.clinic.patients[1], line.clinic.opening(4))).status is Status.DONE
    outcomes = [await line.booking.book(f"late{n}", None, line.clinic.patients[0], one) for n, one in enumerate((late, lost))]
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.TAKEN]
    assert (await line.clinic.state()).contradictions() == []


async def test_the_embedded_server_frees_a_hold_that_has_run_out(line: Line, waitlist: Waitlist) -> None:
    opening = await held(line, waitlist)
    line.clock.move(timedelta(minutes=15))
    if line.plain is not None:  # nobody frees it there but the one who holds it
        await waitlist.let_go(opening)
    assert (await line.clinic.get(opening.slot))["status"] == "free"
    assert await waitlist.hold(line.clinic.opening(3), until(line)) is not None


async def test_where_nobody_may_write_the_desk_keeps_the_waitlist(read_only: Line) -> None:
    waitlist = Waitlist(read_only.client, read_only.clock)
    joined = await waitlist.join(
        "SM1",
        read_only.clinic.patients[0],
        WINDOWS,
        minutes=45,
        service_type="",
        service_code="",
        practitioner=None,
        location=None,
    )
    assert joined is None
    assert await waitlist.hold(read_only.clinic.opening(3), until(read_only)) is None


async def test_a_system_that_refuses_a_wish_has_no_waitlist() -> None:
    server = PlainR4(refuse=lambda _method, resource: "not-supported" if resource.get("status") == "waitlist" else None)
    async with serving(server.app()) as origin:
        clock = MovingClock()
        client = FhirClient(f"{origin}/r4", clock=clock)
        joined = await Waitlist(client, clock).join(
            "SM1", "Patient/1", WINDOWS, minutes=45, service_type="", service_code="", practitioner=None, location=None
        )
        await client.aclose()
    assert joined is None
    assert server.invalid == []


DANA, SAM = Actor("Practitioner/dana"), Actor("Practitioner/sam")
RIVERSIDE, EASTGATE = Actor("Location/riverside"), Actor("Location/eastgate")
WISH = Waiting("Appointment/1", "1", "Patient/1", WINDOWS, 45, "Treatment visit", "treatment", DANA, RIVERSIDE, FIRST, 5)
OPEN = Opening("Slot/1", "1", FIRST, FIRST + LENGTH, DANA, RIVERSIDE, "Treatment visit", "treatment")


@pytest.mark.parametrize(
    ("wish", "opening", "fit"),
    [
        (WISH, OPEN, True),
        (WISH, replace(OPEN, start=FIRST - timedelta(minutes=1)), False),
        (WISH, replace(OPEN, start=WINDOWS[0][1], end=WINDOWS[0][1] + LENGTH), False),
        (WISH, replace(OPEN, start=WINDOWS[1][0], end=WINDOWS[1][0] + LENGTH), True),
        (replace(WISH, windows=()), OPEN, False),
        (WISH, replace(OPEN, end=FIRST + timedelta(minutes=44)), False),
        (WISH, replace(OPEN, practitioner=SAM), False),
        (WISH, replace(OPEN, practitioner=None), False),
        (replace(WISH, practitioner=None), replace(OPEN, practitioner=SAM), True),
        (WISH, replace(OPEN, location=EASTGATE), False),
        (WISH, replace(OPEN, location=None), True),
        (replace(WISH, location=None), replace(OPEN, location=EASTGATE), True),
        (WISH, replace(OPEN, service_type="First evaluation", service_code="evaluation"), False),
        (replace(WISH, service_code="", service_type="treatment"), OPEN, True),
        (replace(WISH, service_code="", service_type="Treatment Visit"), replace(OPEN, service_code=""), True),
        (replace(WISH, service_code="", service_type=""), OPEN, True),
        (WISH, replace(OPEN, service_type="", service_code=""), True),
    ],
)
def test_what_fits_a_wish(wish: Waiting, opening: Opening, fit: bool) -> None:
    assert fits(wish, opening) is fit


def test_a_time_given_up_is_kept_back_while_it_can_be_taken_back() -> None:
    clinic = load_clinic(Path(__file__).resolve().parents[3] / "data" / "clinic.yml")
    assert kept_back(FIRST, FIRST + timedelta(minutes=9, seconds=59), clinic)
    assert not kept_back(FIRST, FIRST + timedelta(minutes=10), clinic)
    assert not kept_back(FIRST, FIRST + timedelta(minutes=10), replace(clinic, policies=replace(clinic.policies, undo_minutes=0)))

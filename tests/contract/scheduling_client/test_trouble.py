"""Servers that are down, that refuse half-way, or that write something else than they were told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.scheduling.booking import Booking, RequestUnknown
from actions.scheduling.client import FhirClient
from actions.scheduling.types import Status
from bot.store.database import Database
from bot.store.tables import staff_task
from tests.contract.scheduling_client.conftest import Line, open_line
from tests.support.lossy import LossyProxy


@pytest.fixture
async def plain(database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """The other vendor's server, whose `refuse` and `rewrite` a test may set."""
    async with AsyncExitStack() as stack:
        yield await open_line("plain", database, stack, tmp_path)


async def _cards(line: Line) -> list[str]:
    query = sa.select(staff_task.c.kind)
    return await line.database.reading(lambda connection: list(connection.execute(query).scalars()))


async def test_while_the_server_is_down_nothing_is_told_as_done_and_later_it_happens(line: Line) -> None:
    patient, visit, opening = line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
    await line.client.profile()
    async with LossyProxy(line.client.base, 1.0, 0.0, seed=1) as proxy:
        path = line.client.base.rpartition("/")[2]
        cut_off = FhirClient(f"{proxy.url}/{path}", profile=await line.client.profile(), clock=line.clock)
        outcome = await Booking(line.database, cut_off, line.clock).move("SM1", None, patient, visit, opening)
        await cut_off.aclose()
    assert (outcome.status, outcome.may_change) == (Status.UNAVAILABLE, True)
    assert (await line.clinic.state()).booked()[patient] == [line.clinic.slots[0]]
    line.clock.move(timedelta(minutes=5))
    (settled,) = await line.booking.resume_open(timedelta(minutes=1))
    assert settled.outcome.status is Status.DONE
    assert (await line.clinic.state()).booked()[patient] == [opening.slot]


async def test_a_server_that_cannot_even_say_what_it_is_leaves_no_request_behind(database: Database, line: Line) -> None:
    client = FhirClient("http://127.0.0.1:9/fhir", clock=line.clock)
    outcome = await Booking(database, client, line.clock).move(
        "SM1", None, line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(3)
    )
    await client.aclose()
    assert (outcome.status, outcome.may_change) == (Status.UNAVAILABLE, False)
    with pytest.raises(RequestUnknown, match="SM1"):
        await line.booking.resume("SM1")


async def test_a_refused_appointment_frees_the_hold_and_leaves_the_old_visit(plain: Line) -> None:
    assert plain.plain is not None
    plain.plain.refuse = lambda method, resource: "business-rule" if (method, resource["resourceType"]) == ("POST", "Appointment") else None
    outcome = await plain.booking.move("SM1", None, plain.clinic.patients[0], plain.clinic.visit(0), plain.clinic.opening(3))
    assert (outcome.status, outcome.reason) == (Status.REFUSED, "server:business-rule")
    state = await plain.clinic.state()
    assert state.booked()[plain.clinic.patients[0]] == [plain.clinic.slots[0]]
    assert state.contradictions() == []
    assert "identifier" not in await plain.clinic.get(plain.clinic.slots[3])


async def test_an_old_visit_that_cannot_be_released_goes_to_the_desk_and_is_not_called_done(plain: Line) -> None:
    assert plain.plain is not None
    plain.plain.refuse = lambda method, resource: "business-rule" if resource.get("status") == "cancelled" else None
    outcome = await plain.booking.move("SM1", None, plain.clinic.patients[0], plain.clinic.visit(0), plain.clinic.opening(3))
    assert (outcome.status, outcome.reason) == (Status.REFUSED, "read_back")
    assert await _cards(plain) == ["booking_check"]


async def test_a_visit_that_the_server_gave_to_another_therapist_is_not_called_done(plain: Line) -> None:
    assert plain.plain is not None
    other = await plain.clinic.post({"resourceType": "Practitioner", "name": [{"family": "Okafor"}]})

    def substitute(resource: dict) -> dict:
        if resource["resourceType"] != "Appointment" or resource["status"] != "booked":
            return resource
        people = [
            {**one, "actor": {"reference": other}} if one["actor"]["reference"].startswith("Practitioner/") else one
            for one in resource["participant"]
        ]
        return {**resource, "participant": people}

    plain.plain.rewrite = substitute
    outcome = await plain.booking.move("SM1", None, plain.clinic.patients[0], plain.clinic.visit(0), plain.clinic.opening(3))
    assert (outcome.status, outcome.reason) == (Status.REFUSED, "read_back")
    assert await _cards(plain) == ["booking_check"]
    assert (await plain.booking.move("SM1", None, plain.clinic.patients[0], plain.clinic.visit(0), plain.clinic.opening(3))) == outcome


async def test_an_old_slot_that_someone_else_blocked_since_is_not_freed(plain: Line) -> None:
    """The server frees the slot of a cancelled visit by itself, and the desk takes it before we look again."""
    assert plain.plain is not None
    server, old = plain.plain, plain.clinic.slots[0]

    def block(resource: dict) -> dict:
        if resource["resourceType"] == "Appointment" and resource["status"] == "cancelled":
            slot = server.resources["Slot", old.partition("/")[2]]
            slot["meta"]["versionId"] = str(int(slot["meta"]["versionId"]) + 2)
            slot["comment"] = "staff meeting"
        return resource

    plain.plain.rewrite = block
    outcome = await plain.booking.move("SM1", None, plain.clinic.patients[0], plain.clinic.visit(0), plain.clinic.opening(3))
    assert outcome.status is Status.DONE
    assert (await plain.clinic.get(old))["status"] == "busy"


async def test_moving_to_where_the_visit_already_is_writes_nothing(line: Line) -> None:
    before = await line.clinic.state()
    outcome = await line.booking.move("SM1", None, line.clinic.patients[0], line.clinic.visit(0), line.clinic.opening(0))
    assert (outcome.status, outcome.reason) == (Status.REFUSED, "same")
    assert await line.clinic.state() == before

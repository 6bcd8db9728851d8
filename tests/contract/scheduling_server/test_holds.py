"""Holds: a slot kept for one request, until it is booked, freed or its time has run out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.scheduling_server.clinic import HOLD_UNTIL, REQUEST, Clinic, HandClock, Resource, etag, held, name, put
from tests.contract.scheduling_server.conftest import Serve


async def hold(clinic: Clinic, place: Resource, key: str) -> Resource:
    answer = await clinic.fhir.update(held(place, key))
    assert answer.status == 200, answer.body
    kept: Resource = answer.body
    return kept


async def test_mode_b_moves_a_visit_step_by_step(clinic: Clinic) -> None:
    old = await clinic.book(clinic.maya, clinic.slots[0])
    kept = await hold(clinic, clinic.slots[2], "k1")
    visit = clinic.visit(clinic.maya, kept, key="k1")
    created = await clinic.fhir.create(visit, If_None_Exist=f"identifier={REQUEST}|k1")
    assert created.status == 201
    assert (await clinic.fhir.create(visit, If_None_Exist=f"identifier={REQUEST}|k1")).status == 200, "sent again after a lost reply"
    assert etag(await clinic.fhir.fresh(kept)) == etag(kept), "booking leaves the held slot's version to the holder"
    assert (await clinic.fhir.update({**kept, "status": "busy"})).status == 200
    assert (await clinic.fhir.update({**old, "status": "cancelled"})).status == 200
    freed = await clinic.fhir.fresh(clinic.slots[0]) | {"status": "free"}
    assert (await clinic.fhir.update(freed)).status == 200
    assert [await clinic.status(place) for place in clinic.slots] == ["free", "free", "busy", "free"]
    assert await clinic.active_bookings(clinic.slots[2]) == [created.body["id"]]


async def test_a_held_slot_is_kept_from_every_other_request(clinic: Clinic) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    for key in ("k2", None):
        refused = await clinic.fhir.create(clinic.visit(clinic.ruth, kept, key=key))
        assert (refused.status, refused.issue["code"]) == (409, "conflict")
    assert (await clinic.fhir.update(held(kept, "k2"))).status == 409, "nor can it be taken over with the right version"
    with_slot = await clinic.fhir.transaction(put({**kept, "status": "busy"}), {
        "resource": clinic.visit(clinic.ruth, kept, key="k2"), "request": {"method": "POST", "url": "Appointment"}
    })  # fmt: skip
    assert with_slot.status == 409
    assert await clinic.fhir.fresh(kept) == kept


async def test_even_the_holder_books_once(clinic: Clinic) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    first = await clinic.fhir.add(clinic.visit(clinic.maya, kept, key="k1"))
    assert (await clinic.fhir.create(clinic.visit(clinic.maya, kept, key="k1"))).status == 409
    assert (await clinic.fhir.update({**kept, "status": "busy"})).status == 200
    assert (await clinic.fhir.create(clinic.visit(clinic.maya, kept, key="k1"))).status == 409
    assert await clinic.active_bookings(kept) == [first["id"]]


@pytest.mark.parametrize("status", ["busy", "busy-unavailable"])
async def test_only_a_free_slot_can_be_held(clinic: Clinic, status: str) -> None:
    taken = (await clinic.fhir.update({**clinic.slots[0], "status": status})).body
    assert (await clinic.fhir.update(held(taken, "k1"))).status == 409


async def test_a_hold_tells_its_end_and_runs_out(clinic: Clinic, clock: HandClock) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    assert kept["extension"] == [{"url": HOLD_UNTIL, "valueInstant": "2025-06-02T12:15:00.000Z"}]
    clock.forward(minutes=14, seconds=59)
    assert await clinic.fhir.fresh(kept) == kept
    clock.forward(seconds=1)
    found = await clinic.fhir.get("/Slot?status=free&_sort=start")
    free = found.resources[0]
    assert name(free) == name(kept)
    assert free["meta"] == {"versionId": "3", "lastUpdated": "2025-06-02T12:15:00.000Z"}
    assert "identifier" not in free
    assert "extension" not in free
    assert (await clinic.fhir.update({**kept, "status": "busy"})).status == 412, "the late holder sees that it is gone"
    await clinic.book(clinic.ruth, free)


@pytest.mark.parametrize("look", ["read", "search", "history", "book", "hold", "transaction"])
async def test_whoever_looks_first_sees_the_slot_free_again(clinic: Clinic, clock: HandClock, look: str) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    clock.forward(minutes=15)
    fhir, key = clinic.fhir, f"/{name(kept)}"
    if look == "read":
        assert (await fhir.get(key)).body["status"] == "free"
    elif look == "search":
        assert len((await fhir.get("/Slot?status=free")).entries) == 4
    elif look == "history":
        assert [entry["resource"]["status"] for entry in (await fhir.get(f"{key}/_history")).entries] == ["free", "busy-tentative", "free"]
    elif look == "book":
        await clinic.book(clinic.ruth, kept)
    elif look == "hold":
        assert (await fhir.update(held(clinic.slots[0], "k2"), If_Match='W/"3"')).status == 200
    else:
        assert (await fhir.transaction(put({**kept, "status": "busy"}, 'W/"3"'))).status == 200


async def test_a_request_that_fails_leaves_the_release_in_place(clinic: Clinic, clock: HandClock) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    clock.forward(minutes=15)
    assert (await clinic.fhir.update({**kept, "status": "busy"})).status == 412
    clock.forward(minutes=15)
    assert (await clinic.fhir.fresh(kept))["meta"] == {"versionId": "3", "lastUpdated": "2025-06-02T12:15:00.000Z"}


async def test_a_hold_may_set_its_own_end_and_be_renewed(clinic: Clinic, clock: HandClock) -> None:
    answer = await clinic.fhir.update(held(clinic.slots[0], "k1", until=clock() + timedelta(minutes=2)))
    clock.forward(minutes=1)
    renewed = await clinic.fhir.update(held(answer.body, "k1", until=clock() + timedelta(minutes=10)))
    assert renewed.status == 200
    clock.forward(minutes=9)
    assert await clinic.status(clinic.slots[0]) == "busy-tentative"
    clock.forward(minutes=1)
    assert await clinic.status(clinic.slots[0]) == "free"


async def test_a_hold_that_was_booked_does_not_run_out(clinic: Clinic, clock: HandClock) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    visit = await clinic.fhir.add(clinic.visit(clinic.maya, kept, key="k1"))
    clock.forward(hours=5)
    assert await clinic.fhir.fresh(kept) == kept, "the holder may still roll forward with its version"
    assert (await clinic.fhir.update({**kept, "status": "busy"})).status == 200
    await clinic.fhir.update({**visit, "status": "cancelled"})
    assert await clinic.status(kept) == "busy"


async def test_a_hold_whose_booking_is_cancelled_runs_out_after_all(clinic: Clinic, clock: HandClock) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    visit = await clinic.fhir.add(clinic.visit(clinic.maya, kept, key="k1"))
    clock.forward(hours=5)
    await clinic.fhir.update({**visit, "status": "cancelled"})
    assert await clinic.status(kept) == "free"


async def test_a_freed_hold_keeps_no_marks(clinic: Clinic) -> None:
    kept = await hold(clinic, clinic.slots[0], "k1")
    freed = (await clinic.fhir.update({**kept, "status": "free"})).body
    assert "identifier" not in freed
    assert "extension" not in freed
    assert (await clinic.fhir.update(held(freed, "k2"))).status == 200


BAD_ENDS = {
    "past": {"url": HOLD_UNTIL, "valueInstant": "2025-06-02T11:59:00Z"},
    "no instant": {"url": HOLD_UNTIL, "valueString": "soon"},
    "a date": {"url": HOLD_UNTIL, "valueInstant": "2025-06-03"},
}


@pytest.mark.parametrize("case", BAD_ENDS)
async def test_an_end_that_cannot_be_is_refused(clinic: Clinic, case: str) -> None:
    assert (await clinic.fhir.update({**held(clinic.slots[0], "k1"), "extension": [BAD_ENDS[case]]})).status == 422
    assert await clinic.status(clinic.slots[0]) == "free"


async def test_a_hold_has_one_holder(clinic: Clinic) -> None:
    two = [{"system": REQUEST, "value": "k1"}, {"system": REQUEST, "value": "k2"}]
    assert (await clinic.fhir.update({**clinic.slots[0], "status": "busy-tentative", "identifier": two})).status == 422


async def test_a_hold_runs_out_although_the_server_was_down(serve: Serve, clock: HandClock, tmp_path: Path) -> None:
    clinic = await Clinic(await serve(store=tmp_path / "schedule.db")).open()
    await hold(clinic, clinic.slots[0], "k1")
    clock.forward(minutes=20)
    clinic.fhir = await serve(store=tmp_path / "schedule.db")
    assert await clinic.status(clinic.slots[0]) == "free"

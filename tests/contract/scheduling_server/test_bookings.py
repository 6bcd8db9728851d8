"""Bookings: what an Appointment may be, how it may move on, and that a slot has one active booking."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from scheduling.rules.appointments import FLOW
from tests.contract.scheduling_server.clinic import (
    REQUEST,
    TEN,
    Answer,
    Clinic,
    Resource,
    etag,
    name,
    person,
    post,
    put,
    ref,
    slot,
)

ACTIVE = ["pending", "booked", "arrived", "checked-in"]


@pytest.mark.parametrize("status", ACTIVE)
async def test_a_slot_takes_one_active_booking_and_is_busy_from_then_on(clinic: Clinic, status: str) -> None:
    first = await clinic.book(clinic.maya, clinic.slots[0], status=status)
    assert await clinic.status(clinic.slots[0]) == "busy"
    for second in ACTIVE:
        refused = await clinic.fhir.create(clinic.visit(clinic.ruth, clinic.slots[0], second))
        assert (refused.status, refused.issue["code"]) == (409, "conflict")
    assert await clinic.active_bookings(clinic.slots[0]) == [first["id"]]


@pytest.mark.parametrize("status", ["proposed", "waitlist", "fulfilled", "cancelled", "noshow", "entered-in-error"])
async def test_other_appointments_leave_the_slot_to_whoever_books_it(clinic: Clinic, status: str) -> None:
    await clinic.fhir.add(clinic.visit(clinic.maya, clinic.slots[0], status))
    assert await clinic.status(clinic.slots[0]) == "free"
    await clinic.book(clinic.ruth, clinic.slots[0])


@pytest.mark.parametrize("status", ["busy", "busy-unavailable", "entered-in-error"])
async def test_a_slot_the_clinic_keeps_for_itself_cannot_be_booked(clinic: Clinic, status: str) -> None:
    await clinic.fhir.update({**clinic.slots[0], "status": status})
    refused = await clinic.fhir.create(clinic.visit(clinic.maya, clinic.slots[0]))
    assert (refused.status, refused.issue["code"]) == (409, "conflict")


async def test_a_slot_marked_busy_for_a_request_can_be_booked_by_that_request_only(clinic: Clinic) -> None:
    await clinic.fhir.update({**clinic.slots[0], "status": "busy", "identifier": [{"system": REQUEST, "value": "k1"}]})
    assert (await clinic.fhir.create(clinic.visit(clinic.ruth, clinic.slots[0], key="k2"))).status == 409
    assert (await clinic.fhir.create(clinic.visit(clinic.maya, clinic.slots[0], key="k1"))).status == 201


async def test_the_transition_to_booked_needs_the_slot_too(clinic: Clinic) -> None:
    proposed = await clinic.fhir.add(clinic.visit(clinic.ruth, clinic.slots[0], "proposed"))
    await clinic.book(clinic.maya, clinic.slots[0])
    assert (await clinic.fhir.update({**proposed, "status": "booked"})).status == 409
    assert await clinic.fhir.fresh(proposed) == proposed


async def test_a_cancelled_visit_gives_up_its_claim_and_the_slot_is_freed_by_hand(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    taken = await clinic.fhir.fresh(clinic.slots[0])
    assert (await clinic.fhir.update({**taken, "status": "free"})).status == 409, "not while it is booked"
    assert (await clinic.fhir.update({**visit, "status": "cancelled", "cancelationReason": {"text": "ill"}})).status == 200
    assert await clinic.status(clinic.slots[0]) == "busy"
    assert (await clinic.fhir.update({**taken, "status": "free"})).status == 200
    await clinic.book(clinic.ruth, clinic.slots[0])


@pytest.mark.parametrize(
    "change", [{"status": "busy-unavailable"}, {"start": "2025-06-03T09:30:00-04:00"}, {"end": "2025-06-03T10:45:00-04:00"}]
)
async def test_a_booked_slot_cannot_move_from_under_its_visit(clinic: Clinic, change: dict[str, str]) -> None:
    await clinic.book(clinic.maya, clinic.slots[0])
    taken = await clinic.fhir.fresh(clinic.slots[0])
    assert (await clinic.fhir.update({**taken, **change})).status == 409
    assert await clinic.fhir.fresh(taken) == taken


def without(visit: Resource, *elements: str) -> Resource:
    return {key: value for key, value in visit.items() if key not in elements}


def bad_visits(clinic: Clinic, sam: Resource, far: Resource) -> dict[str, Resource]:
    good = clinic.visit(clinic.maya, clinic.slots[0])
    maya, ruth = ({"actor": ref(who), "status": "accepted"} for who in (clinic.maya, clinic.ruth))
    return {
        "booked without start and end": without(good, "start", "end"),
        "pending without start and end": {**without(good, "start", "end"), "status": "pending"},
        "start without end": without(good, "end"),
        "end before start": {**good, "start": good["end"], "end": good["start"]},
        "no slot": without(good, "slot"),
        "start is not the slot's": {**good, "start": (TEN + timedelta(minutes=5)).isoformat()},
        "end is not the slot's": {**good, "end": (TEN + timedelta(minutes=60)).isoformat()},
        "slots with a gap": {**good, "slot": [ref(clinic.slots[0]), ref(clinic.slots[2])], "end": clinic.slots[2]["end"]},
        "slots of two therapists": {**good, "slot": [ref(clinic.slots[0]), ref(far)], "end": far["end"]},
        "participant of no kind": {**good, "participant": [maya, {"status": "accepted"}]},
        "no patient": {**good, "participant": [{"actor": ref(clinic.dana), "status": "accepted"}]},
        "two patients": {**good, "participant": [maya, ruth]},
        "a therapist of another schedule": {**good, "participant": [maya, {"actor": ref(sam), "status": "accepted"}]},
        "reason for cancelling a booked visit": {**good, "cancelationReason": {"text": "ill"}},
    }


async def test_visits_that_make_no_sense_are_refused(clinic: Clinic) -> None:
    sam = await clinic.fhir.add(person("Practitioner", "Okafor", "Sam"))
    other = await clinic.fhir.add({"resourceType": "Schedule", "actor": [ref(sam)]})
    far = await clinic.fhir.add(slot(other, TEN + timedelta(minutes=30)))
    for case, visit in bad_visits(clinic, sam, far).items():
        refused = await clinic.fhir.create(visit)
        assert refused.status == 422, f"{case}: {refused.body}"
        assert refused.issue["code"] in ("invariant", "business-rule"), case
    assert (await clinic.fhir.get("/Appointment")).entries == []
    assert [await clinic.status(place) for place in clinic.slots] == ["free"] * 4


async def test_an_hour_takes_two_adjoining_slots(clinic: Clinic) -> None:
    both = {"slot": [ref(clinic.slots[0]), ref(clinic.slots[1])], "end": clinic.slots[1]["end"]}
    await clinic.fhir.add({**clinic.visit(clinic.maya, clinic.slots[0]), **both})
    for place in clinic.slots[:2]:
        assert (await clinic.fhir.create(clinic.visit(clinic.ruth, place))).status == 409


async def test_the_same_instant_in_another_offset_is_the_slots_time(clinic: Clinic) -> None:
    visit = clinic.visit(clinic.maya, clinic.slots[0]) | {"start": "2025-06-03T14:00:00Z", "end": "2025-06-03T14:30:00.000Z"}
    assert (await clinic.fhir.create(visit)).status == 201


@pytest.mark.parametrize("start", sorted(FLOW))
@pytest.mark.parametrize("end", sorted(FLOW))
async def test_status_flow(clinic: Clinic, start: str, end: str) -> None:
    forward = ["proposed", "pending", "booked", "arrived", "checked-in", "fulfilled"]
    allowed = {
        *((early, late) for early, late in pairwise(forward)),
        *((early, "cancelled") for early in [*forward[:-1], "waitlist"]),
        *((early, "noshow") for early in ("pending", "booked")),
        *(("waitlist", late) for late in ("proposed", "pending", "booked")),
        ("proposed", "waitlist"),
        ("proposed", "booked"),
        ("booked", "checked-in"),
        ("booked", "fulfilled"),
        ("arrived", "fulfilled"),
        *((status, "entered-in-error") for status in FLOW),
        *((status, status) for status in FLOW),
    }
    visit = await clinic.fhir.add(clinic.visit(clinic.maya, clinic.slots[0], start))
    answer = await clinic.fhir.update({**visit, "status": end})
    assert answer.status == (200 if (start, end) in allowed else 422)
    assert await clinic.status(visit) == (end if (start, end) in allowed else start)


async def move(clinic: Clinic, visit: Resource, old: Resource, new: Resource) -> Answer:
    """Mode A: one Bundle takes the new slot, moves the visit and frees the old slot."""
    moved = {**visit, "slot": [ref(new)], "start": new["start"], "end": new["end"]}
    return await clinic.fhir.transaction(put({**new, "status": "busy"}), put(moved), put({**old, "status": "free"}))


async def test_mode_a_moves_a_visit_in_one_transaction(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    old = await clinic.fhir.fresh(clinic.slots[0])
    answer = await move(clinic, visit, old, clinic.slots[2])
    assert answer.status == 200, answer.body
    assert [entry["response"]["status"] for entry in answer.entries] == ["200 OK"] * 3
    assert [await clinic.status(place) for place in clinic.slots] == ["free", "free", "busy", "free"]
    now = await clinic.fhir.fresh(visit)
    assert (now["start"], now["slot"]) == (clinic.slots[2]["start"], [ref(clinic.slots[2])])
    assert (await move(clinic, visit, old, clinic.slots[2])).status == 412, "a repeated Bundle is stale, not a second move"


async def test_mode_a_loses_to_whoever_was_there_first_and_keeps_the_old_visit(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    await clinic.book(clinic.ruth, clinic.slots[2])
    old = await clinic.fhir.fresh(clinic.slots[0])
    assert (await move(clinic, visit, old, clinic.slots[2])).status == 412, "with the version read before Ruth came"
    taken = await clinic.fhir.fresh(clinic.slots[2])
    refused = await move(clinic, visit, old, taken)
    assert (refused.status, refused.issue["code"]) == (409, "conflict"), "and with the present version"
    assert await clinic.fhir.fresh(visit) == visit
    assert [await clinic.status(place) for place in clinic.slots] == ["busy", "free", "busy", "free"]


async def test_two_visits_can_change_places_in_one_transaction(clinic: Clinic) -> None:
    maya = await clinic.book(clinic.maya, clinic.slots[0])
    ruth = await clinic.book(clinic.ruth, clinic.slots[1])
    first, second = clinic.slots[:2]
    maya_later = {**maya, "slot": [ref(second)], "start": second["start"], "end": second["end"]}
    ruth_sooner = {**ruth, "slot": [ref(first)], "start": first["start"], "end": first["end"]}
    assert (await clinic.fhir.update(maya_later)).status == 409, "one alone cannot"
    assert (await clinic.fhir.transaction(put(maya_later), put(ruth_sooner))).status == 200
    assert await clinic.active_bookings(second) == [maya["id"]]
    assert await clinic.active_bookings(first) == [ruth["id"]]


async def test_a_visit_moved_by_itself_takes_the_slot_with_it_but_leaves_the_old_one_busy(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    new = clinic.slots[1]
    assert (await clinic.fhir.update({**visit, "slot": [ref(new)], "start": new["start"], "end": new["end"]})).status == 200
    assert [await clinic.status(place) for place in clinic.slots[:2]] == ["busy", "busy"]
    assert await clinic.active_bookings(clinic.slots[0]) == []


async def test_slot_and_visit_may_come_into_being_together(clinic: Clinic) -> None:
    place = slot(clinic.schedule, TEN + timedelta(days=1), "busy")
    visit: dict[str, Any] = clinic.visit(clinic.maya, place | {"id": "x"}) | {"slot": [{"reference": "urn:uuid:1"}]}
    assert (await clinic.fhir.transaction(post(visit), post(place, "urn:uuid:1"))).status == 200


async def test_a_slot_that_ends_before_it_starts_is_refused(clinic: Clinic) -> None:
    place = slot(clinic.schedule, TEN)
    assert (await clinic.fhir.create(place | {"end": place["start"]})).status == 422


async def test_patch_obeys_the_same_rules(clinic: Clinic) -> None:
    visit = await clinic.book(clinic.maya, clinic.slots[0])
    back = [{"op": "replace", "path": "/status", "value": "proposed"}]
    headers = {"If_Match": etag(visit), "Content_Type": "application/json-patch+json"}
    assert (await clinic.fhir.call("PATCH", f"/{name(visit)}", back, **headers)).status == 422
    cancel = [{"op": "replace", "path": "/status", "value": "cancelled"}]
    assert (await clinic.fhir.call("PATCH", f"/{name(visit)}", cancel, **headers)).status == 200

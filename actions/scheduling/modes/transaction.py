"""Mode A: one transaction Bundle with ETags. The new slot, the visit and the old slot change together or not at all.

A stale ETag may be our own success whose reply was lost, so every run first reads the visit itself: it carries the key, and it is
where it was promised to be. Only then is a slot that is no longer free called taken. A request of ours that is still under way cannot
succeed later: it was made from the versions that have changed.
"""

from __future__ import annotations

from typing import Any

from actions.scheduling.client import Resource, reference_of, version_of
from actions.scheduling.modes.trip import Trip, or_none, together
from actions.scheduling.resources import (
    CANCELLED,
    KEY_SYSTEM,
    cancelled,
    carries,
    first_visit,
    is_free,
    is_kept,
    moved,
    slot_as,
    slots_of,
    stands,
)
from actions.scheduling.types import Outcome, Status


async def move(trip: Trip) -> Outcome:
    """Move a visit."""
    return await trip.drive(_move)


async def book(trip: Trip) -> Outcome:
    """Book a first visit."""
    return await trip.drive(_book)


async def cancel(trip: Trip) -> Outcome:
    """Cancel a visit."""
    return await trip.drive(_cancel)


async def _move(trip: Trip) -> Outcome:
    opening, visit = trip.opening, trip.visit
    appointment, slot, old = await together(
        or_none(trip.client.read(visit.reference)), or_none(trip.client.read(opening.slot)), _old_slot(trip)
    )
    if appointment is None:
        return trip.ends(Status.REFUSED, "changed")
    if carries(appointment, trip.key):
        return trip.read_back(appointment)
    if not stands(appointment, visit):
        return trip.ends(Status.REFUSED, "changed", appointment)
    if trip.too_late():
        return trip.ends(Status.TAKEN, "too_late", appointment)
    if slot is None or not (is_free(slot, opening) or is_kept(slot, opening)):
        return await _lost(trip)
    entries = [_put(slot_as(slot, "busy", trip.key), slot), _put(moved(appointment, opening, trip.key), appointment)]
    for released in await _others(trip, appointment, old):
        entries.append(_put(slot_as(released, "free", None), released))
    await trip.client.transaction(entries)
    return trip.read_back(await trip.client.read(visit.reference))


async def _lost(trip: Trip) -> Outcome:
    """Say `taken` only after a look made later than the evidence: the slot may be busy with this very visit."""
    appointment = await trip.client.read(trip.visit.reference)
    if carries(appointment, trip.key):
        return trip.read_back(appointment)
    return trip.ends(Status.TAKEN, "lost_race", appointment)


async def _book(trip: Trip) -> Outcome:
    opening = trip.opening
    found, slot = await together(trip.lookup(), or_none(trip.client.read(opening.slot)))
    if found:
        return trip.read_back(found[0])
    if trip.too_late():
        return trip.ends(Status.TAKEN, "too_late")
    if slot is None or not (is_free(slot, opening) or is_kept(slot, opening)):
        found = await trip.lookup()
        return trip.read_back(found[0]) if found else trip.ends(Status.TAKEN, "lost_race")
    visit = first_visit(trip.request.patient, opening, trip.key)
    request: dict[str, str] = {"method": "POST", "url": "Appointment"}
    if trip.profile.if_none_exist:
        request["ifNoneExist"] = f"identifier={KEY_SYSTEM}|{trip.key}"
    await trip.client.transaction([_put(slot_as(slot, "busy", trip.key), slot), {"resource": visit, "request": request}])
    found = await trip.lookup()
    return trip.read_back(found[0]) if found else trip.ends(Status.REFUSED, "read_back")


async def _cancel(trip: Trip) -> Outcome:
    appointment, old = await together(or_none(trip.client.read(trip.visit.reference)), _old_slot(trip))
    if appointment is None:
        return trip.ends(Status.REFUSED, "changed")
    if appointment.get("status") == "cancelled":
        return trip.ends(Status.DONE, "", appointment)
    if not stands(appointment, trip.visit):
        return trip.ends(Status.REFUSED, "changed", appointment)
    if trip.too_late():
        return trip.ends(Status.REFUSED, "too_late", appointment)
    entries = [_put(cancelled(appointment, trip.key, CANCELLED), appointment)]
    for released in await _others(trip, appointment, old):
        entries.append(_put(slot_as(released, "free", None), released))
    await trip.client.transaction(entries)
    appointment = await trip.client.read(trip.visit.reference)
    gone = appointment.get("status") == "cancelled"
    return trip.ends(Status.DONE, "", appointment) if gone else trip.ends(Status.REFUSED, "read_back", appointment)


async def _old_slot(trip: Trip) -> Resource | None:
    return await or_none(trip.client.read(trip.visit.slot)) if trip.visit.slot else None


async def _others(trip: Trip, appointment: Resource, known: Resource | None) -> list[Resource]:
    """Return the busy slots that the visit gives up; `known` is the first, already read."""
    held = [known] if known else []
    have = {reference_of(slot) for slot in held} | ({trip.opening.slot} if trip.request.opening else set())
    held += [
        slot for slot in await together(*(or_none(trip.client.read(name)) for name in slots_of(appointment) if name not in have)) if slot
    ]
    return [slot for slot in held if slot.get("status") != "free"]


def _put(resource: Resource, read: Resource) -> dict[str, Any]:
    request = {"method": "PUT", "url": reference_of(resource)}
    if version_of(read):
        request["ifMatch"] = f'W/"{version_of(read)}"'
    return {"resource": resource, "request": request}

"""Mode B: ETags, no transactions. Acquire the new slot, confirm it, then release the old one; never the reverse.

    look up the key ── found ──────────────────────────────┐
      │ none                                               │
    hold       new Slot free → busy-tentative, our mark    │  (one that an offer holds for us: our mark beside the offer's)
    book       POST Appointment booked, our key            │
      └────────────────────────────────────────────────────┤
    settle     one appointment per key, new Slot busy      │
    release    old Appointment cancelled, old Slot free  ◄─┘
    read back

Every arrow may be cut: each run starts at the look-up and does what is still missing. An old slot is freed only at the version it had
while the visit stood on it: once that has changed, someone else answers for the slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.scheduling.client import Resource, version_of
from actions.scheduling.errors import LostRace, SchedulingRefused, SignInRefused
from actions.scheduling.modes.trip import Trip, or_none, together
from actions.scheduling.resources import (
    ACTIVE,
    CANCELLED,
    COMING,
    KEY_SYSTEM,
    MOVED,
    TENTATIVE,
    cancelled,
    carries,
    first_visit,
    is_claimed,
    is_free,
    is_kept,
    slot_as,
    slot_claimed,
    slots_of,
    stands,
    successor,
)
from actions.scheduling.types import Outcome, Status


async def move(trip: Trip) -> Outcome:
    """Move a visit."""
    return await trip.drive(_place)


async def book(trip: Trip) -> Outcome:
    """Book a first visit."""
    return await trip.drive(_place)


async def cancel(trip: Trip) -> Outcome:
    """Cancel a visit."""
    return await trip.drive(_cancel)


async def _place(trip: Trip) -> Outcome:
    found = await _ours(trip)
    if not found:
        ended = await _acquire(trip)
        if ended is not None:
            return ended
        found = await _ours(trip)
        if not found:
            raise LostRace("the appointment just made cannot be found by its key; look again")
    return await _settle(trip, found)


async def _acquire(trip: Trip) -> Outcome | None:
    """Hold and book. Returns how it ended without a booking, or None when the appointment was made."""
    if "verdict" in trip.notes:
        return await _back_out(trip, trip.notes["verdict"])
    slot = await or_none(trip.client.read(trip.opening.slot))
    mine = slot is not None and _held_by_us(slot, trip)
    before, verdict = await _before(trip)
    if verdict is not None:
        if mine:
            return await _back_out(trip, verdict)
        return trip.ends(*verdict, before)
    if not mine:
        kept = slot is not None and is_kept(slot, trip.opening)
        if slot is None or not (kept or is_free(slot, trip.opening)):
            return None if await _ours(trip) else trip.ends(Status.TAKEN, "lost_race", before)
        await trip.step("holding", **await _old_slots(trip, before))
        held = slot_claimed(slot, trip.key) if kept else slot_as(slot, TENTATIVE, trip.key)
        await trip.client.update(held, version_of(slot))
    await trip.step("booking")
    return await _post(trip, before)


async def _before(trip: Trip) -> tuple[Resource | None, tuple[Status, str] | None]:
    """Read the visit to move and say why the request must not go on, if so."""
    visit = trip.request.visit
    appointment = await or_none(trip.client.read(visit.reference)) if visit else None
    if visit and (appointment is None or not stands(appointment, visit)):
        return appointment, (Status.REFUSED, "changed")
    if trip.too_late():
        return appointment, (Status.TAKEN, "too_late")
    return appointment, None


async def _old_slots(trip: Trip, before: Resource | None) -> dict[str, Any]:
    if before is None or "old_slots" in trip.notes:
        return {}
    slots = await together(*(or_none(trip.client.read(name)) for name in slots_of(before)))
    busy = [slot for slot in slots if slot is not None and slot.get("status") != "free"]
    return {"old_slots": {f"Slot/{slot['id']}": version_of(slot) for slot in busy}}


async def _post(trip: Trip, before: Resource | None) -> Outcome | None:
    wanted = successor(before, trip.opening, trip.key) if before else first_visit(trip.request.patient, trip.opening, trip.key)
    condition = f"identifier={KEY_SYSTEM}|{trip.key}" if trip.profile.if_none_exist else None
    try:
        await trip.client.create(wanted, if_none_exist=condition)
    except LostRace:
        if await _ours(trip):
            return None
        return await _back_out(trip, (Status.TAKEN, "lost_race"))
    except SignInRefused:
        raise
    except SchedulingRefused as error:
        return await _back_out(trip, (Status.REFUSED, "server:" + ",".join(error.codes or (str(error.status),))))
    return None


async def _back_out(trip: Trip, verdict: tuple[Status, str] | list[str]) -> Outcome:
    """Let go of the hold, then end with the verdict. Remembered first, so that a crash here does not book after all."""
    status, reason = Status(verdict[0]), verdict[1]
    if "verdict" not in trip.notes:
        await trip.step("backing_out", verdict=[status.value, reason])
    slot = await or_none(trip.client.read(trip.opening.slot))
    if slot is not None and _held_by_us(slot, trip):
        await trip.client.update(slot_as(slot, "busy" if await _claimed(trip) else "free", None), version_of(slot))
    return trip.ends(status, reason, await or_none(trip.client.read(trip.visit.reference)) if trip.request.visit else None)


async def _claimed(trip: Trip) -> bool:
    """Say whether someone else's appointment stands on the slot that we hold."""
    if not trip.profile.by_slot:
        return False
    found = await trip.client.search("Appointment", [("slot", trip.opening.slot)])
    return any(one.get("status") in ACTIVE and trip.opening.slot in slots_of(one) for one in found)


async def _settle(trip: Trip, found: list[Resource]) -> Outcome:
    kept, *doubles = found
    for double in doubles:  # a create that was repeated while the first was still under way
        await trip.client.update(cancelled(double, trip.key, MOVED), version_of(double))
    told = trip.read_back(kept)
    if told.status is not Status.DONE:
        return told
    try:
        await _occupy(trip)
        if trip.request.visit is not None:
            await _release(trip, MOVED)
    except SignInRefused:
        raise
    except SchedulingRefused:  # the new visit stands and the old one cannot be released: the desk must look
        return trip.ends(Status.REFUSED, "read_back", kept)
    return trip.read_back(await trip.client.read(f"Appointment/{kept['id']}"))


async def _occupy(trip: Trip) -> None:
    slot = await or_none(trip.client.read(trip.opening.slot))
    if slot is not None and slot.get("status") != "busy":
        await trip.client.update(slot_as(slot, "busy", trip.key), version_of(slot))


async def _release(trip: Trip, reason: Mapping[str, Any]) -> None:
    """Cancel the old visit and free its slots. Safe to repeat."""
    appointment = await or_none(trip.client.read(trip.visit.reference))
    if appointment is not None and appointment.get("status") in COMING:
        await trip.step("releasing", **await _old_slots(trip, appointment))
        await trip.client.update(cancelled(appointment, trip.key, reason), version_of(appointment))
    versions: Mapping[str, str] = trip.notes.get("old_slots", {})
    for name, version in versions.items():
        slot = await or_none(trip.client.read(name))
        if slot is not None and slot.get("status") != "free" and version_of(slot) == version:
            await trip.client.update(slot_as(slot, "free", None), version)


async def _cancel(trip: Trip) -> Outcome:
    appointment = await or_none(trip.client.read(trip.visit.reference))
    if appointment is None:
        return trip.ends(Status.REFUSED, "changed")
    if appointment.get("status") != "cancelled":
        if not stands(appointment, trip.visit):
            return trip.ends(Status.REFUSED, "changed", appointment)
        if trip.too_late():
            return trip.ends(Status.REFUSED, "too_late", appointment)
    await _release(trip, CANCELLED)
    appointment = await trip.client.read(trip.visit.reference)
    if appointment.get("status") != "cancelled":
        raise LostRace("the visit is not cancelled yet; look again")
    return trip.ends(Status.DONE, "", appointment)


async def _ours(trip: Trip) -> list[Resource]:
    """Return the active appointments that this request made; the old visit bears the key too once it is cancelled."""
    old = trip.request.visit.reference if trip.request.visit else ""
    return [one for one in await trip.lookup() if one.get("status") in ACTIVE and f"Appointment/{one['id']}" != old]


def _held_by_us(slot: Resource, trip: Trip) -> bool:
    return (slot.get("status") == TENTATIVE and carries(slot, trip.key)) or is_claimed(slot, trip.key)

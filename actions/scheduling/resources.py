"""FHIR dicts to plain data and back: what we read from appointments and slots, and exactly what we write.

A write starts from the server's own copy, so extensions and fields that we do not use survive; members that FHIR R4 does not define
are left out, because a strict server refuses them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from actions.scheduling.client import Resource, reference_of, version_of
from actions.scheduling.types import Actor, Opening, Visit

KEY_SYSTEM = "urn:clinic:request"
CLAIM_SYSTEM = "urn:clinic:claim"  # the request that is taking a slot which is held under another key
HOLD_UNTIL = "urn:clinic:hold-until"
TENTATIVE = "busy-tentative"
COMING = ("booked", "pending")
ACTIVE = ("proposed", "pending", "booked", "arrived", "checked-in", "waitlist")
MOVED = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": "pat", "display": "Patient"}],
    "text": "Moved to another time",
}
CANCELLED = {**MOVED, "text": "Cancelled by the patient"}

_COMMON = (
    "resourceType id meta implicitRules language text contained extension modifierExtension identifier"
    " serviceCategory serviceType specialty appointmentType status start end comment"
)
_MEMBERS = {
    "Slot": frozenset(f"{_COMMON} schedule overbooked".split()),
    "Appointment": frozenset(
        f"{_COMMON} cancelationReason reasonCode reasonReference priority description supportingInformation minutesDuration slot created"
        " patientInstruction basedOn participant requestedPeriod".split()
    ),
}
_NOT_INHERITED = ("id", "meta", "identifier", "cancelationReason", "text")


def instant(text: str) -> datetime:
    """Return an aware datetime. Raises ValueError for a time without an offset."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text} has no UTC offset; a FHIR instant has one")
    return value


def fhir_instant(value: datetime) -> str:
    """Return UTC with a Z, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def relative(reference: Any) -> str:
    """Return `Type/id` of a reference, be it relative, absolute or versioned; "" when it is neither."""
    path = urlsplit(str(reference or "")).path.partition("/_history/")[0]
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[-2:]) if len(parts) >= 2 else ""


def actors(appointment: Resource) -> dict[str, Actor]:
    """Return the first participant of each kind: {"Patient": …, "Practitioner": …, "Location": …}."""
    found: dict[str, Actor] = {}
    for participant in appointment.get("participant") or ():
        actor = participant.get("actor") or {}
        reference = relative(actor.get("reference"))
        if reference:
            found.setdefault(_kind(reference), Actor(reference, str(actor.get("display") or "")))
    return found


def slots_of(appointment: Resource) -> list[str]:
    """Return the slots an appointment occupies."""
    return [reference for reference in (relative(slot.get("reference")) for slot in appointment.get("slot") or ()) if reference]


def visit_of(appointment: Resource, names: Mapping[str, str] | None = None) -> Visit:
    """Read an appointment. `names` fills in what people call an actor. Raises ValueError when it has no start or end."""
    if not timed(appointment):
        raise ValueError(f"Appointment/{appointment.get('id')} has no start or end, so it is no visit yet")
    start, end = instant(appointment["start"]), instant(appointment["end"])
    who = actors(appointment)
    slots = slots_of(appointment)
    return Visit(
        reference=reference_of(appointment),
        version=version_of(appointment),
        start=start,
        end=end,
        practitioner=_named(who.get("Practitioner"), names),
        location=_named(who.get("Location"), names),
        slot=slots[0] if slots else None,
        status=str(appointment.get("status") or ""),
        service_type=_concept((appointment.get("serviceType") or [{}])[0]),
        minutes=int((end - start).total_seconds() // 60),
        service_code=service_code_of(appointment),
    )


def timed(appointment: Resource) -> bool:
    """Say whether an appointment has a time; a proposed or cancelled one need not."""
    return bool(appointment.get("start") and appointment.get("end"))


def carries(resource: Resource, key: str) -> bool:
    """Say whether a resource bears our request's key."""
    return any(name.get("system") == KEY_SYSTEM and name.get("value") == key for name in resource.get("identifier") or ())


def stands(appointment: Resource, visit: Visit) -> bool:
    """Say whether an appointment is still the visit that the patient was shown: coming, and at that time."""
    if appointment.get("status") not in COMING or not timed(appointment):
        return False
    return instant(appointment["start"]) == visit.start and (visit.slot is None or visit.slot in slots_of(appointment))


def is_free(slot: Resource, opening: Opening) -> bool:
    """Say whether a slot can be taken and is still the time that was offered."""
    return slot.get("status") == "free" and _is_at(slot, opening)


def is_kept(slot: Resource, opening: Opening) -> bool:
    """Say whether a slot is held for this opening and nobody is taking it yet."""
    return is_held(slot, opening) and _is_at(slot, opening) and not _claims(slot)


def is_held(slot: Resource, opening: Opening) -> bool:
    """Say whether a slot is held under the opening's key."""
    return bool(opening.hold) and slot.get("status") == TENTATIVE and carries(slot, opening.hold)


def is_claimed(slot: Resource, key: str) -> bool:
    """Say whether the request of that key is taking a held slot."""
    return slot.get("status") == TENTATIVE and key in _claims(slot)


def keeps(visit: Visit, opening: Opening) -> bool:
    """Say whether a visit as read back is what was promised: status, start, end and practitioner."""
    therapist = visit.practitioner.reference if visit.practitioner else ""
    return (
        visit.status == "booked"
        and visit.start == opening.start
        and visit.end == opening.end
        and (opening.practitioner is None or therapist == opening.practitioner.reference)
    )


def slot_as(slot: Resource, status: str, key: str | None) -> Resource:
    """Return the slot with another status, marked with the key that holds it (None takes our marks away)."""
    changed = _without_end(_writable(slot))
    changed["status"] = status
    return _marked(_unclaimed(changed), key, replace=True)


def slot_until(slot: Resource, key: str, until: datetime) -> Resource:
    """Return the slot held under a key until then."""
    held = slot_as(slot, TENTATIVE, key)
    held["extension"] = [*held.get("extension", ()), {"url": HOLD_UNTIL, "valueInstant": fhir_instant(until)}]
    return held


def slot_claimed(slot: Resource, key: str) -> Resource:
    """Return a held slot as one that the request of that key is taking; whose hold it is does not change."""
    claimed = _without_end(_writable(slot))
    claimed["identifier"] = [*claimed.get("identifier", ()), {"system": CLAIM_SYSTEM, "value": key}]
    return claimed


def moved(appointment: Resource, opening: Opening, key: str) -> Resource:
    """Return the same appointment at another opening."""
    changed = _marked(_writable(appointment), key, replace=False)
    changed["status"] = "booked"
    return _entitled(_placed(changed, opening), opening)


def successor(appointment: Resource, opening: Opening, key: str) -> Resource:
    """Return a booked appointment that takes another's place: same patient and purpose, no id, its own key."""
    fresh = {name: value for name, value in _writable(appointment).items() if name not in _NOT_INHERITED}
    fresh["status"] = "booked"
    return _entitled(_marked(_placed(fresh, opening), key, replace=True), opening)


def first_visit(patient: str, opening: Opening, key: str) -> Resource:
    """Return a booked appointment of a patient at an opening."""
    fresh: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "participant": [{"actor": {"reference": patient}, "status": "accepted"}],
    }
    if opening.service_type:
        code = {"coding": [{"code": opening.service_code}]} if opening.service_code else {}
        fresh["serviceType"] = [{**code, "text": opening.service_type}]
    return _entitled(_marked(_placed(fresh, opening), key, replace=True), opening)


def cancelled(appointment: Resource, key: str | None, reason: Mapping[str, Any]) -> Resource:
    """Return the appointment cancelled, marked with the key of the request that cancels it, if it has one."""
    changed = _marked(_writable(appointment), key, replace=False)
    changed["status"] = "cancelled"
    changed["cancelationReason"] = copy.deepcopy(dict(reason))
    return changed


def _is_at(slot: Resource, opening: Opening) -> bool:
    return instant(slot["start"]) == opening.start and instant(slot["end"]) == opening.end


def _claims(slot: Resource) -> set[str]:
    return {str(name.get("value")) for name in slot.get("identifier") or () if name.get("system") == CLAIM_SYSTEM}


def _unclaimed(slot: Resource) -> Resource:
    return _with(slot, "identifier", [name for name in slot.get("identifier") or () if name.get("system") != CLAIM_SYSTEM])


def _without_end(slot: Resource) -> Resource:
    return _with(slot, "extension", [one for one in slot.get("extension") or () if one.get("url") != HOLD_UNTIL])


def _with(resource: Resource, name: str, value: list[Any]) -> Resource:
    """Return the resource with that list; FHIR has no empty ones."""
    rest = {other: kept for other, kept in resource.items() if other != name}
    return {**rest, name: value} if value else rest


def _entitled(appointment: Resource, opening: Opening) -> Resource:
    """Mark a visit with the key that its slot was held under, so that the server lets it in."""
    if opening.hold and not carries(appointment, opening.hold):
        appointment["identifier"] = [*appointment["identifier"], {"system": KEY_SYSTEM, "value": opening.hold}]
    return appointment


def _placed(appointment: Resource, opening: Opening) -> Resource:
    appointment["start"], appointment["end"] = fhir_instant(opening.start), fhir_instant(opening.end)
    appointment["minutesDuration"] = opening.minutes
    appointment["slot"] = [{"reference": opening.slot}]
    appointment.pop("text", None)  # a narrative of the old time would contradict the new one
    people = list(appointment.get("participant") or ())
    for actor in (opening.practitioner, opening.location):
        if actor is None:
            continue
        named = {"reference": actor.reference, **({"display": actor.name} if actor.name else {})}
        same = [person for person in people if _kind(relative((person.get("actor") or {}).get("reference"))) == _kind(actor.reference)]
        if same:
            people[people.index(same[0])] = {**same[0], "actor": named}
            people = [person for person in people if not any(person is other for other in same[1:])]
        else:
            people.append({"actor": named, "status": "accepted"})
    appointment["participant"] = people
    return appointment


def _marked(resource: Resource, key: str | None, *, replace: bool) -> Resource:
    kept = [
        name
        for name in resource.get("identifier") or ()
        if not (name.get("system") == KEY_SYSTEM and (replace or name.get("value") == key))
    ]
    if key is not None:
        kept.append({"system": KEY_SYSTEM, "value": key})
    resource.pop("identifier", None)
    if kept:
        resource["identifier"] = kept
    return resource


def _writable(resource: Resource) -> Resource:
    members = _MEMBERS[resource["resourceType"]]
    kept = {name: copy.deepcopy(value) for name, value in resource.items() if name.removeprefix("_") in members}
    meta = {name: value for name, value in (kept.pop("meta", None) or {}).items() if name in ("profile", "security", "tag", "source")}
    return {**kept, "meta": meta} if meta else kept


def _kind(reference: str) -> str:
    kind = reference.partition("/")[0]
    return "Practitioner" if kind == "PractitionerRole" else kind


def _named(actor: Actor | None, names: Mapping[str, str] | None) -> Actor | None:
    if actor is None or actor.name or not names:
        return actor
    return Actor(actor.reference, names.get(actor.reference, ""))


def _concept(concept: Mapping[str, Any]) -> str:
    if concept.get("text"):
        return str(concept["text"])
    coding = (concept.get("coding") or [{}])[0]
    return str(coding.get("display") or coding.get("code") or "")


def service_type_of(resource: Resource) -> str:
    """Return the plain name of a slot's or schedule's first service type."""
    return _concept((resource.get("serviceType") or [{}])[0])


def service_code_of(resource: Resource) -> str:
    """Return the code of a slot's, schedule's or appointment's first service type, "" when it has none."""
    concept = (resource.get("serviceType") or [{}])[0]
    return next((str(coding["code"]) for coding in concept.get("coding") or () if coding.get("code")), "")

"""What must be true of an Appointment by itself and beside its slots and schedule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scheduling.instants import span
from scheduling.outcome import FhirError, Issue, Resource
from scheduling.unit import Name, Unit

ACTIVE = frozenset({"pending", "booked", "arrived", "checked-in"})
UNTIMED = frozenset({"proposed", "cancelled", "waitlist"})
OVER = frozenset({"cancelled", "noshow", "entered-in-error"})
CORRECTION = "entered-in-error"
FLOW: dict[str, frozenset[str]] = {
    "proposed": frozenset({"pending", "booked", "waitlist", "cancelled"}),
    "waitlist": frozenset({"proposed", "pending", "booked", "cancelled"}),
    "pending": frozenset({"booked", "cancelled", "noshow"}),
    "booked": frozenset({"arrived", "checked-in", "fulfilled", "cancelled", "noshow"}),
    "arrived": frozenset({"checked-in", "fulfilled", "cancelled"}),
    "checked-in": frozenset({"fulfilled", "cancelled"}),
    "fulfilled": frozenset(),
    "cancelled": frozenset(),
    "noshow": frozenset(),
    "entered-in-error": frozenset(),
}


def check(unit: Unit) -> None:
    """Raise 422 naming everything wrong with the Appointments and Slots staged in `unit`."""
    issues: list[Issue] = []
    for name, body in list(unit.staged.items()):
        if body is not None and name[0] == "Appointment":
            issues += _alone(body)
            issues += _flow(unit.before(name), body)
            issues += _beside_slots(unit, body)
        elif body is not None and name[0] == "Slot" and span(body["start"])[0] >= span(body["end"])[0]:
            issues.append(Issue("business-rule", "Slot.end must be after Slot.start", "Slot.end"))
    if issues:
        raise FhirError(422, issues)


def slot_names(unit: Unit, appointment: Resource) -> list[Name]:
    """Return the slots an appointment names, as this server's own."""
    names = [("Slot", item["reference"].partition("/")[2]) for item in appointment.get("slot", []) if "reference" in item]
    return list(dict.fromkeys(names))


def actors(appointment: Resource, kind: str) -> set[str]:
    """Return the references of an appointment's participants of one type."""
    found = {participant.get("actor", {}).get("reference", "") for participant in appointment["participant"]}
    return {reference for reference in found if reference.startswith(f"{kind}/")}


def _alone(body: Resource) -> Iterator[Issue]:
    status = body["status"]
    if ("start" in body) != ("end" in body):
        yield Issue("invariant", "Appointment needs both start and end, or neither (app-2)", "Appointment.start")
    if "start" not in body and status not in UNTIMED:
        yield Issue("invariant", f"an appointment that is {status} needs start and end (app-3)", "Appointment.start")
    if "start" in body and "end" in body and span(body["start"])[0] >= span(body["end"])[0]:
        yield Issue("business-rule", "Appointment.end must be after Appointment.start", "Appointment.end")
    if "cancelationReason" in body and status not in ("cancelled", "noshow"):
        yield Issue(
            "invariant", f"cancelationReason is only for cancelled or noshow, not {status} (app-4)", "Appointment.cancelationReason"
        )
    for index, participant in enumerate(body["participant"]):
        if "type" not in participant and "actor" not in participant:
            yield Issue("invariant", "a participant needs type or actor (app-1)", f"Appointment.participant[{index}]")
    if status in ACTIVE:
        if len(actors(body, "Patient")) != 1:
            yield Issue("business-rule", f"an appointment that is {status} needs exactly one patient", "Appointment.participant")
        if not body.get("slot"):
            yield Issue("business-rule", f"an appointment that is {status} needs its slot", "Appointment.slot")


def _flow(before: Resource | None, after: Resource) -> Iterator[Issue]:
    if before is None or before["status"] == after["status"] or after["status"] == CORRECTION:
        return
    if after["status"] not in FLOW[before["status"]]:
        allowed = ", ".join(sorted(FLOW[before["status"]])) or "nothing"
        text = f"an appointment that is {before['status']} cannot become {after['status']}; it may become {allowed} or {CORRECTION}"
        yield Issue("business-rule", text, "Appointment.status")


def _beside_slots(unit: Unit, body: Resource) -> Iterator[Issue]:
    if body["status"] in OVER or "start" not in body or "end" not in body:
        return
    slots = [slot for slot in (unit.after(name) for name in slot_names(unit, body)) if slot is not None]
    if not slots:
        return
    ranges = sorted((span(slot["start"])[0], span(slot["end"])[0]) for slot in slots)
    gapless = all(earlier[1] == later[0] for earlier, later in pairwise(ranges))
    if not gapless or (ranges[0][0], ranges[-1][1]) != (span(body["start"])[0], span(body["end"])[0]):
        yield Issue(
            "business-rule", "Appointment.start and end must be those of its slot (several slots: without gaps)", "Appointment.start"
        )
    schedules = {slot["schedule"].get("reference", "") for slot in slots}
    if len(schedules) > 1:
        yield Issue("business-rule", "the slots of one appointment must belong to one schedule", "Appointment.slot")
        return
    schedule = unit.after(("Schedule", schedules.pop().partition("/")[2]))
    practitioners = {actor.get("reference", "") for actor in schedule["actor"]} if schedule else set()
    practitioners = {reference for reference in practitioners if reference.startswith("Practitioner/")}
    wrong = actors(body, "Practitioner") - practitioners
    if practitioners and wrong:
        text = f"{', '.join(sorted(wrong))} takes part, but the slot belongs to {', '.join(sorted(practitioners))}"
        yield Issue("business-rule", text, "Appointment.participant")

"""The diary as FHIR: Slots, Appointments, confirmations and the waitlist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.demo.codes import VISIT_TYPES, Resource, chance, concept, instant, reference, visit_type
from scheduling.demo.people import LOCATIONS, PRACTITIONERS
from scheduling.demo.roster import everyone
from scheduling.demo.storylines import next_tuesday
from scheduling.demo.visits import Diary, Visit

CONFIRMED = 0.4  # of others' visits of the next two days
CANCELLATION_REASONS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


def slots(diary: Diary, days: Iterable[date]) -> Iterator[Resource]:
    """Yield a Slot for every opening."""
    for opening, status, comment in diary.slots(days):
        slot: Resource = {
            "resourceType": "Slot",
            "id": opening.id,
            "serviceType": [visit_type(opening.kind)],
            "schedule": reference("Schedule", opening.schedule),
            "status": status,
            "start": instant(opening.start),
            "end": instant(opening.end),
        }
        if comment:
            slot["comment"] = comment
        yield slot


def appointments(diary: Diary, today: date) -> Iterator[Resource]:
    """Yield an Appointment for every visit."""
    names = {person.id: person.name for person in everyone()}
    for visit in diary.visits:
        yield _appointment(visit, names[visit.patient], today)


def _appointment(visit: Visit, name: str, today: date) -> Resource:
    opening = visit.opening
    made = min(opening.day, today) - timedelta(days=2 + int(20 * chance("made", visit.id)))
    appointment: Resource = {
        "resourceType": "Appointment",
        "id": visit.id,
        "status": visit.status,
        "serviceType": [visit_type(visit.kind)],
        "start": instant(opening.start),
        "end": instant(opening.end),
        "minutesDuration": opening.minutes,
        "slot": [reference("Slot", opening.id)],
        "created": instant(datetime.combine(made, time(9, 15), opening.start.tzinfo)),
        "participant": [
            {"actor": reference("Patient", visit.patient, name), "required": "required", "status": "accepted"},
            {
                "actor": reference("Practitioner", opening.practitioner, " ".join(PRACTITIONERS[opening.practitioner][:2])),
                "required": "required",
                "status": "accepted",
            },
            {
                "actor": reference("Location", opening.location, LOCATIONS[opening.location][0]),
                "required": "required",
                "status": "accepted",
            },
        ],
    }
    if visit.reason:
        appointment["cancelationReason"] = concept(CANCELLATION_REASONS, "pat", "Patient") | {"text": visit.reason}
    if visit.comment:
        appointment["comment"] = visit.comment
    return appointment


def confirmations(diary: Diary, today: date) -> Iterator[Resource]:
    """Yield the answers to reminders: Tom's, and those of some others for the next two days."""
    cast = {person.id for person in everyone() if person.line}
    for visit in diary.visits:
        ahead = (visit.opening.day - today).days
        answered = visit.patient == "tom-becker" or (visit.patient not in cast and ahead <= 2 and chance("confirmed", visit.id) < CONFIRMED)
        if visit.status == "booked" and ahead > 0 and answered:
            yield {
                "resourceType": "AppointmentResponse",
                "id": f"{visit.id}-confirmed",
                "appointment": reference("Appointment", visit.id),
                "actor": reference("Patient", visit.patient),
                "participantStatus": "accepted",
            }


def waitlist(today: date, zone: ZoneInfo) -> Iterator[Resource]:
    """Yield Grace's wish for the next Tuesday morning with Dana."""
    tuesday = next_tuesday(today)
    yield {
        "resourceType": "Appointment",
        "id": "grace-lindqvist-waitlist",
        "status": "waitlist",
        "serviceType": [concept(VISIT_TYPES, "treatment", "Treatment visit")],
        "priority": 5,
        "created": instant(datetime.combine(today - timedelta(days=3), time(11, 40), zone)),
        "minutesDuration": 45,
        "requestedPeriod": [
            {"start": instant(datetime.combine(tuesday, time(7), zone)), "end": instant(datetime.combine(tuesday, time(12), zone))}
        ],
        "participant": [
            {"actor": reference("Patient", "grace-lindqvist", "Grace Lindqvist"), "required": "required", "status": "accepted"},
            {"actor": reference("Practitioner", "dana-whitfield", "Dana Whitfield"), "required": "required", "status": "tentative"},
        ],
    }

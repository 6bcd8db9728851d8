"""Mode E: nobody here may write. The desk gets a card; the old visit stands until staff say that it is done.

A later request for the same visit replaces the card of the earlier one that is still open.
"""

from __future__ import annotations

from dataclasses import replace

from actions.scheduling.client import Resource
from actions.scheduling.errors import SchedulingError
from actions.scheduling.ledger import Card, card_key
from actions.scheduling.modes.trip import Trip, shown
from actions.scheduling.resources import COMING, actors, fhir_instant, keeps, timed, visit_of
from actions.scheduling.types import Outcome, Status, Visit

CARD = "booking"


def card(trip: Trip) -> Card:
    """Return the card that asks staff to make the change by hand."""
    request = trip.request
    detail = {"key": request.key, "kind": request.kind, "patient": request.patient, **shown(request)}
    return Card(CARD, card_key(request.key), detail)


def asked(trip: Trip) -> Outcome:
    """Return the outcome to store together with the card."""
    return trip.ends(Status.REQUESTED)


async def answered(trip: Trip) -> Outcome:
    """Return what the desk has made of it: `requested` while the card is open.

    Staff close a card with `{"status": "done"}`, or with anything else when it could not be done. The visit is looked for in what can
    be read; a read-only copy may be a day old, so the desk's word stands without it.
    """
    answer = await trip.ledger.desk_answer(trip.key)
    if answer is None:
        return asked(trip)
    if answer.get("status") != "done":
        return trip.ends(Status.REFUSED, "staff")
    return Outcome(Status.DONE, trip.key, await _seen(trip) or _as_promised(trip), "staff")


async def _seen(trip: Trip) -> Visit | None:
    opening = trip.request.opening
    if opening is None:
        return None
    try:
        found = await trip.client.search("Appointment", [("patient", trip.request.patient), ("date", f"ge{fhir_instant(opening.start)}")])
    except SchedulingError:
        return None
    return next((visit_of(one) for one in found if _fits(trip, one)), None)


def _fits(trip: Trip, appointment: Resource) -> bool:
    patient = actors(appointment).get("Patient")
    if patient is None or patient.reference != trip.request.patient or appointment.get("status") not in COMING:
        return False
    return timed(appointment) and keeps(visit_of(appointment), trip.opening)


def _as_promised(trip: Trip) -> Visit | None:
    visit, opening = trip.request.visit, trip.request.opening
    if opening is None:
        return replace(visit, status="cancelled") if visit else None
    return Visit(
        reference=visit.reference if visit else "",
        version="",
        start=opening.start,
        end=opening.end,
        practitioner=opening.practitioner,
        location=opening.location,
        slot=opening.slot or None,
        status="booked",
        service_type=visit.service_type if visit else opening.service_type,
        minutes=opening.minutes,
    )

"""The schedule of a scenario as the scheduling server tells it: who comes when, who waits, who confirmed; and what others do to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scheduling.demo.people import PRACTITIONERS
from tests.support.line import MONDAY, ZONE, Line
from tests.support.scenario_people import SOMEBODY_ELSE

Resource = dict[str, Any]
ACTIVE = "booked,pending,arrived,checked-in"
TO_BE_HAD = ("free", "busy-tentative")


@dataclass(frozen=True)
class Standing:
    """A visit that stands. `start` is local; `patient` and `practitioner` are ids, `kind` a service type."""

    reference: str
    patient: str
    practitioner: str
    start: datetime
    kind: str
    slots: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.patient} {self.start:%a %b %d %H:%M}"


@dataclass(frozen=True)
class Wait:
    """A place on the waitlist, and the periods waited for."""

    reference: str
    patient: str
    practitioner: str
    periods: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Schedule:
    """Every visit from Monday on by reference, every wait, and the visits that were confirmed."""

    visits: dict[str, Standing]
    waits: tuple[Wait, ...]
    confirmed: frozenset[str]

    def of(self, *patients: str) -> list[Standing]:
        """Return the visits of these patients; the first one's first, each one's soonest first."""
        found = [visit for visit in self.visits.values() if visit.patient in patients]
        return sorted(found, key=lambda visit: (patients.index(visit.patient), visit.start))


async def read(line: Line) -> Schedule:
    """Read the schedule past whatever stands between the line and the server."""
    booked = await _all(line, "Appointment", status=ACTIVE, date=f"ge{MONDAY.date().isoformat()}")
    waiting = await _all(line, "Appointment", status="waitlist")
    responses = await _all(line, "AppointmentResponse")
    accepted = {one["appointment"]["reference"] for one in responses if one["participantStatus"] == "accepted"}
    visits = {f"Appointment/{one['id']}": _standing(one) for one in booked}
    return Schedule(visits, tuple(_wait(one) for one in waiting), frozenset(accepted))


async def to_be_had(line: Line, references: Iterable[str]) -> list[str]:
    """Return those of these slots on which no visit stands; one kept back for an undo counts."""
    return [reference for reference in references if (await line.get(reference))["status"] in TO_BE_HAD]


async def visits_left(line: Line, patients: Iterable[str]) -> dict[str, int]:
    """Return how many authorised visits the plans of care leave to each patient, visits to come included."""
    left = {}
    for patient in patients:
        for plan in await _all(line, "CarePlan", patient=f"Patient/{patient}", status="active"):
            facts = {extension["url"].rpartition("/")[2]: extension.get("valueInteger") for extension in plan.get("extension", ())}
            if facts.get("authorised-visits-left") is not None:
                left[patient] = int(facts["authorised-visits-left"])
    return left


async def openings(line: Line, start: datetime) -> list[tuple[str, Resource]]:
    """Return (practitioner's id, slot) of all that is free or held at that time."""
    found = []
    for slot in await _all(line, "Slot", start=start.isoformat(), status=",".join(TO_BE_HAD)):
        schedule = await line.get(slot["schedule"]["reference"])
        found.append((_actor(schedule["actor"], "Practitioner"), slot))
    return found


async def book(line: Line, practitioner: str, slot: Resource, patient: str = SOMEBODY_ELSE) -> str:
    """Book an opening, by itself for a patient of no scenario, as the desk can, even if it is held; return the visit's reference."""
    if slot["status"] == "busy-tentative":
        slot = await _put(line, slot | {"status": "free"})
    participants = [("Patient", patient), ("Practitioner", practitioner)]
    appointment = {
        "resourceType": "Appointment",
        "status": "booked",
        "serviceType": slot["serviceType"],
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [{"actor": {"reference": f"{kind}/{ident}"}, "status": "accepted"} for kind, ident in participants],
    }
    async with line.session.post(f"{line.fhir}/Appointment", json=appointment, headers={"Prefer": "return=representation"}) as answer:
        assert answer.status == 201, await answer.text()
        return f"Appointment/{(await answer.json(content_type=None))['id']}"


async def cancel(line: Line, visit: Standing) -> None:
    """Cancel a visit and free its opening, as the desk does."""
    await _put(line, (await line.get(visit.reference)) | {"status": "cancelled"})
    for reference in visit.slots:
        await _put(line, (await line.get(reference)) | {"status": "free"})


async def _put(line: Line, resource: Resource) -> Resource:
    headers = {
        "If-Match": f'W/"{resource["meta"]["versionId"]}"',
        "Content-Type": "application/fhir+json",
        "Prefer": "return=representation",
    }
    url = f"{line.fhir}/{resource['resourceType']}/{resource['id']}"
    async with line.session.put(url, json=resource, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        stored: Resource = await answer.json(content_type=None)
        return stored


async def _all(line: Line, path: str, **params: str) -> list[Resource]:
    found: list[Resource] = []
    bundle = await line.get(path, **params, _count="200")
    while True:
        found += [entry["resource"] for entry in bundle.get("entry", ())]
        following = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)
        if following is None:
            return found
        async with line.session.get(following) as answer:
            bundle = await answer.json(content_type=None)


def _standing(one: Resource) -> Standing:
    return Standing(
        reference=f"Appointment/{one['id']}",
        patient=_actor([part["actor"] for part in one["participant"]], "Patient"),
        practitioner=_actor([part["actor"] for part in one["participant"]], "Practitioner"),
        start=_local(one["start"]),
        kind=(one.get("serviceType") or [{}])[0].get("coding", [{}])[0].get("code", ""),
        slots=tuple(slot["reference"] for slot in one.get("slot", ())),
    )


def _wait(one: Resource) -> Wait:
    actors = [part["actor"] for part in one["participant"] if "actor" in part]
    far = MONDAY + timedelta(days=3650)
    periods = tuple(
        (_local(period["start"]) if "start" in period else MONDAY, _local(period["end"]) if "end" in period else far)
        for period in one.get("requestedPeriod", ())
    )
    return Wait(f"Appointment/{one['id']}", _actor(actors, "Patient"), _actor(actors, "Practitioner"), periods)


def _local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(ZONE)


def _actor(actors: Iterable[Resource], kind: str) -> str:
    references = [actor.get("reference", "") for actor in actors]
    return next((reference.removeprefix(f"{kind}/") for reference in references if reference.startswith(f"{kind}/")), "")


def first_name(practitioner: str) -> str:
    """Return a practitioner's first name in lower case, by id."""
    return PRACTITIONERS[practitioner][0].lower() if practitioner in PRACTITIONERS else ""

"""The search parameters this server knows: those of FHIR R4 that scheduling needs, by resource type.

A path names elements from the resource down; lists are walked through. `only` keeps references to one type; `where` keeps
objects with that member.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.structure import TYPES


@dataclass(frozen=True)
class Parameter:
    """One search parameter. `kind` is token, string, date, reference or uri; `targets` the types a reference may chain into."""

    kind: str
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()
    only: bool = False
    where: tuple[str, str] | None = None


def _token(*paths: str, where: tuple[str, str] | None = None) -> Parameter:
    return Parameter("token", paths, where=where)


def _string(*paths: str) -> Parameter:
    return Parameter("string", paths)


def _date(*paths: str) -> Parameter:
    return Parameter("date", paths)


def _reference(path: str, *targets: str, only: bool = False) -> Parameter:
    return Parameter("reference", (path,), targets or TYPES, only)


_PERSON = {
    "identifier": _token("identifier"),
    "active": _token("active"),
    "name": _string("name"),
    "gender": _token("gender"),
    "address": _string("address"),
    "telecom": _token("telecom"),
    "phone": _token("telecom", where=("system", "phone")),
    "email": _token("telecom", where=("system", "email")),
}
_PARTS = {"family": _string("name.family"), "given": _string("name.given")}
_SERVICE = {
    "identifier": _token("identifier"),
    "service-category": _token("serviceCategory"),
    "service-type": _token("serviceType"),
    "specialty": _token("specialty"),
}
_ACTORS = ("Patient", "Practitioner", "RelatedPerson", "Location")


def _about(path: str = "subject") -> dict[str, Parameter]:
    return {"subject": _reference(path, "Patient", "Practitioner", "Location"), "patient": _reference(path, "Patient", only=True)}


def _actors(path: str) -> dict[str, Parameter]:
    return {
        "actor": _reference(path, *_ACTORS),
        "patient": _reference(path, "Patient", only=True),
        "practitioner": _reference(path, "Practitioner", only=True),
        "location": _reference(path, "Location", only=True),
    }


PARAMETERS: dict[str, dict[str, Parameter]] = {
    "Patient": {
        **_PERSON,
        **_PARTS,
        "birthdate": _date("birthDate"),
        "general-practitioner": _reference("generalPractitioner", "Practitioner"),
        "language": _token("communication.language"),
    },
    "RelatedPerson": {
        **_PERSON,
        "birthdate": _date("birthDate"),
        "patient": _reference("patient", "Patient"),
        "relationship": _token("relationship"),
    },
    "Practitioner": {**_PERSON, **_PARTS},
    "Location": {
        "identifier": _token("identifier"),
        "name": _string("name", "alias"),
        "status": _token("status"),
        "address": _string("address"),
    },
    "Schedule": {**_SERVICE, "actor": _reference("actor", *_ACTORS), "active": _token("active"), "date": _date("planningHorizon")},
    "Slot": {
        **_SERVICE,
        "schedule": _reference("schedule", "Schedule"),
        "start": _date("start"),
        "status": _token("status"),
        "appointment-type": _token("appointmentType"),
    },
    "Appointment": {
        **_SERVICE,
        **_actors("participant.actor"),
        "date": _date("start"),
        "status": _token("status"),
        "slot": _reference("slot", "Slot"),
        "appointment-type": _token("appointmentType"),
        "part-status": _token("participant.status"),
        "reason-code": _token("reasonCode"),
    },
    "AppointmentResponse": {
        **_actors("actor"),
        "identifier": _token("identifier"),
        "appointment": _reference("appointment", "Appointment"),
        "part-status": _token("participantStatus"),
    },
    "CarePlan": {
        **_about(),
        "identifier": _token("identifier"),
        "status": _token("status"),
        "intent": _token("intent"),
        "category": _token("category"),
        "date": _date("period"),
    },
    "Observation": {
        **_about(),
        "identifier": _token("identifier"),
        "status": _token("status"),
        "code": _token("code"),
        "category": _token("category"),
        "date": _date("effectiveDateTime", "effectiveInstant", "effectivePeriod"),
        "performer": _reference("performer", "Practitioner", "Patient", "RelatedPerson"),
    },
    "QuestionnaireResponse": {
        **_about(),
        "identifier": _token("identifier"),
        "status": _token("status"),
        "authored": _date("authored"),
        "author": _reference("author", "Patient", "Practitioner", "RelatedPerson"),
        "source": _reference("source", "Patient", "Practitioner", "RelatedPerson"),
        "questionnaire": Parameter("uri", ("questionnaire",)),
    },
    "Communication": {
        **_about(),
        "identifier": _token("identifier"),
        "status": _token("status"),
        "category": _token("category"),
        "medium": _token("medium"),
        "sent": _date("sent"),
        "received": _date("received"),
        "sender": _reference("sender", "Patient", "Practitioner", "RelatedPerson"),
        "recipient": _reference("recipient", "Patient", "Practitioner", "RelatedPerson"),
    },
    "Task": {
        **_about("for"),
        "identifier": _token("identifier"),
        "status": _token("status"),
        "intent": _token("intent"),
        "code": _token("code"),
        "priority": _token("priority"),
        "business-status": _token("businessStatus"),
        "authored-on": _date("authoredOn"),
        "modified": _date("lastModified"),
        "period": _date("executionPeriod"),
        "owner": _reference("owner", "Practitioner", "Patient", "RelatedPerson"),
        "requester": _reference("requester", "Practitioner", "Patient", "RelatedPerson"),
        "focus": _reference("focus"),
    },
}

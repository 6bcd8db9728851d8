"""Patients, the people who act for them, practitioners and locations as FHIR resources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scheduling.demo.calendar import schedules
from scheduling.demo.codes import Resource, concept, day, extension, reference, visit_type
from scheduling.demo.roster import Person, everyone

LANGUAGES = {"en": "English", "es": "Spanish"}
PRACTITIONERS = {
    "dana-whitfield": ("Dana", "Whitfield", "female", "Physical therapist"),
    "sam-okafor": ("Sam", "Okafor", "male", "Physical therapist"),
    "priya-raman": ("Priya", "Raman", "female", "Physical therapist"),
    "erik-lindquist": ("Erik", "Lindquist", "male", "Physical therapist"),
    "marcus-bell": ("Marcus", "Bell", "male", "Physical therapist assistant"),
}
LOCATIONS = {
    "riverside": ("Riverside", "12 Mill St"),
    "eastgate": ("Eastgate", "480 Congress St, Suite 3"),
}
CHILD = ("CHILD", "child")
MOTHER = ("MTH", "mother")


def practitioners() -> Iterator[Resource]:
    """Yield the five practitioners; `qualification` tells therapists from the assistant."""
    for ident, (given, family, gender, title) in PRACTITIONERS.items():
        yield {
            "resourceType": "Practitioner",
            "id": ident,
            "active": True,
            "name": [{"use": "official", "family": family, "given": [given]}],
            "gender": gender,
            "qualification": [{"code": {"text": title}}],
        }


def locations() -> Iterator[Resource]:
    """Yield the two locations."""
    for ident, (name, street) in LOCATIONS.items():
        yield {
            "resourceType": "Location",
            "id": ident,
            "status": "active",
            "name": name,
            "mode": "instance",
            "address": {"line": [street], "city": "Portland", "state": "ME", "postalCode": "04101", "country": "US"},
        }


def schedule_resources(first: date, last: date) -> Iterator[Resource]:
    """Yield a Schedule per practitioner, location and kind of visit, planned from `first` to `last`."""
    for ident, who, where, kind in schedules():
        yield {
            "resourceType": "Schedule",
            "id": ident,
            "active": True,
            "serviceType": [visit_type(kind)],
            "actor": [reference("Practitioner", who, " ".join(PRACTITIONERS[who][:2])), reference("Location", where, LOCATIONS[where][0])],
            "planningHorizon": {"start": day(first), "end": day(last)},
        }


def patients() -> Iterator[Resource]:
    """Yield every patient."""
    for person in everyone():
        yield _patient(person)


def _patient(person: Person) -> Resource:
    patient: Resource = {
        "resourceType": "Patient",
        "id": person.id,
        "active": True,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "telecom": [{"system": "phone", "value": person.phone, "use": person.use, "rank": 1}],
        "gender": person.gender,
        "birthDate": day(person.born),
        "communication": [{"language": concept("urn:ietf:bcp:47", person.language, LANGUAGES[person.language]), "preferred": True}],
        "generalPractitioner": [reference("Practitioner", person.therapist, " ".join(PRACTITIONERS[person.therapist][:2]))],
    }
    if person.twin:
        patient["multipleBirthInteger"] = person.twin
    if person.id == "walter-keller":
        # To be called in an emergency is no permission to arrange his visits.
        patient["contact"] = [
            {
                "relationship": [concept("http://terminology.hl7.org/CodeSystem/v2-0131", "C", "Emergency Contact")],
                "name": {"family": "Keller", "given": ["Anna"]},
                "telecom": [{"system": "phone", "value": "207-555-0152"}],
            }
        ]
    return patient


def related_people(today: date) -> Iterator[Resource]:
    """Yield who may act for whom: Anna for Ruth (not for Walter), the twins' mother for each of them."""
    yield _related(
        "anna-for-ruth", "ruth-keller", "Anna", "Keller", "207-555-0152", CHILD, today - timedelta(days=200), born=date(1973, 2, 20)
    )
    for twin in ("mei", "lily"):
        yield _related(f"wen-for-{twin}", f"{twin}-chen", "Wen", "Chen", "(207) 555-0116", MOTHER, today - timedelta(days=90))


def _related(
    ident: str, patient: str, given: str, family: str, phone: str, role: tuple[str, str], since: date, born: date | None = None
) -> Resource:
    person: Resource = {
        "resourceType": "RelatedPerson",
        "id": ident,
        "extension": [extension("permission", valueCode="schedule")],
        "active": True,
        "patient": reference("Patient", patient),
        "relationship": [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", *role)],
        "name": [{"family": family, "given": [given]}],
        "telecom": [{"system": "phone", "value": phone, "use": "mobile"}],
        "gender": "female",
        "period": {"start": day(since)},
    }
    if born:
        person["birthDate"] = day(born)
    return person

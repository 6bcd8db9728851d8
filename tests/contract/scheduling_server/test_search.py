"""Search: which resources a query finds, in which order, with what beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.scheduling_server.clinic import TEN, Clinic, Fhir, HandClock, name, person, ref, slot

PATIENTS: dict[str, dict[str, Any]] = {
    "maya": {
        "name": [{"family": "Torres", "given": ["Maya"]}],
        "birthDate": "1991-04-09",
        "gender": "female",
        "active": True,
        "telecom": [{"system": "phone", "value": "+12075550142", "use": "mobile"}, {"system": "email", "value": "maya@example.org"}],
        "identifier": [{"system": "urn:mrn", "value": "1"}],
    },
    "rosa": {"name": [{"family": "Núñez Delgado", "given": ["Rosa", "María"]}], "birthDate": "1966-12", "gender": "female"},
    "luis": {
        "name": [{"family": "Ortega", "given": ["Luis"]}],
        "birthDate": "1964",
        "active": False,
        "telecom": [{"system": "phone", "value": "(207) 555-0143"}],
        "identifier": [{"system": "urn:mrn", "value": "2"}, {"value": "plain"}],
        "address": [{"line": ["12 Mill St"], "city": "Portland"}],
    },
}

FOUND = {
    "_id=maya": {"maya"},
    "_id=maya,luis": {"maya", "luis"},
    "_id=maya&_id=luis": set(),
    "name=tor": {"maya"},
    "name=nunez": {"rosa"},
    "name=delgado": set(),
    "name:contains=delgado": {"rosa"},
    "name:exact=Torres": {"maya"},
    "name:exact=torres": set(),
    "given=mar": {"rosa"},
    "given=maria&given=rosa": {"rosa"},
    "family=ortega,torres": {"maya", "luis"},
    "name:contains=%25": set(),
    "address=portland": {"luis"},
    "birthdate=1991-04-09": {"maya"},
    "birthdate=1991": {"maya"},
    "birthdate=1964-05": set(),
    "birthdate=1966": {"rosa"},
    "birthdate=ge1966": {"maya", "rosa"},
    "birthdate=gt1966": {"maya"},
    "birthdate=lt1966": {"luis"},
    "birthdate=le1966-12": {"rosa", "luis"},
    "birthdate=ne1991-04-09": {"rosa", "luis"},
    "birthdate=sa1966": {"maya"},
    "birthdate=eb1966": {"luis"},
    "birthdate=ge1960&birthdate=lt1970": {"rosa", "luis"},
    "gender=female": {"maya", "rosa"},
    "gender=http://hl7.org/fhir/administrative-gender|female": {"maya", "rosa"},
    "gender:not=female": {"luis"},
    "gender:missing=true": {"luis"},
    "gender:missing=false": {"maya", "rosa"},
    "active=true": {"maya"},
    "phone=%2B12075550142": {"maya"},
    "phone=maya@example.org": set(),
    "email=maya@example.org": {"maya"},
    "telecom=phone|(207) 555-0143": {"luis"},
    "identifier=urn:mrn|2": {"luis"},
    "identifier=2": {"luis"},
    "identifier=urn:mrn|": {"maya", "luis"},
    "identifier=|plain": {"luis"},
    "identifier=|2": set(),
    "identifier=urn:other|2": set(),
}


@pytest.fixture
async def people(fhir: Fhir) -> Fhir:
    """The server with three patients whose ids are plain."""
    for key, content in PATIENTS.items():
        assert (await fhir.call("PUT", f"/Patient/{key}", {"resourceType": "Patient", "id": key, **content})).status == 201
    return fhir


@pytest.mark.parametrize("query", FOUND)
async def test_finding_people(people: Fhir, query: str) -> None:
    found = await people.get(f"/Patient?{query}")
    assert found.status == 200, found.body
    assert {patient["id"] for patient in found.resources} == FOUND[query]
    assert found.body["total"] == len(FOUND[query])
    posted = await people.call("POST", "/Patient/_search", query, Content_Type="application/x-www-form-urlencoded")
    assert posted.resources == found.resources


REFUSED = {
    "shoe=43": "shoe",
    "name:fuzzy=x": ":fuzzy",
    "birthdate=04/09/1991": "04/09/1991",
    "birthdate=ge1991-13": "ge1991-13",
    "birthdate=9999-12-31": "",
    "gender=": "gender",
    "gender:missing=maybe": "maybe",
    "general-practitioner.shoe=1": "shoe",
    "name.given=x": "name",
    "_sort=shoe": "shoe",
    "_count=many": "many",
    "_summary=text": "_summary",
    "_include=Patient:name": "_include",
    "_include=nonsense": "_include",
    "_revinclude=Appointment:shoe": "_revinclude",
    "_has:Appointment:patient:date=2025": "_has",
    "_cursor=nonsense": "cursor",
    "_cursor=WzEsMiwzXQ": "cursor",
    "_cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0": "cursor",
    "_lastUpdated=yesterday": "yesterday",
}


@pytest.mark.parametrize("query", REFUSED)
async def test_what_is_not_understood_is_refused_by_name(people: Fhir, query: str) -> None:
    refused = await people.get(f"/Patient?{query}")
    assert refused.status == 400
    assert REFUSED[query] in refused.issue["diagnostics"]


async def test_a_lenient_client_may_have_unknown_parameters_skipped(people: Fhir) -> None:
    found = await people.get("/Patient?shoe=43&gender=female", Prefer="handling=lenient")
    assert {patient["id"] for patient in found.resources} == {"maya", "rosa"}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("family", ["rosa", "luis", "maya"]),
        ("-family", ["maya", "luis", "rosa"]),
        ("birthdate", ["luis", "rosa", "maya"]),
        ("gender,-birthdate", ["maya", "rosa", "luis"]),
        ("_id", ["luis", "maya", "rosa"]),
        ("-_lastUpdated,-_id", ["rosa", "maya", "luis"]),
    ],
)
async def test_sorting(people: Fhir, sort: str, expected: list[str]) -> None:
    assert [patient["id"] for patient in (await people.get(f"/Patient?_sort={sort}")).resources] == expected
    paged = []
    page = await people.get(f"/Patient?_sort={sort}&_count=1")
    while True:
        paged += [patient["id"] for patient in page.resources]
        following = [link["url"] for link in page.body["link"] if link["relation"] == "next"]
        if not following:
            break
        page = await people.get(following[0])
    assert paged == expected


async def test_an_index_row_goes_when_the_value_goes(people: Fhir) -> None:
    maya = (await people.get("/Patient/maya")).body
    await people.update({**maya, "name": [{"family": "Reyes"}]})
    assert (await people.get("/Patient?name=torres")).entries == []
    assert len((await people.get("/Patient?name=reyes")).entries) == 1


async def test_changes_since_an_instant(people: Fhir, clock: HandClock) -> None:
    clock.forward(minutes=10)
    maya = (await people.get("/Patient/maya")).body
    await people.update({**maya, "active": False})
    since = quote("2025-06-02T08:10:00-04:00")
    assert [patient["id"] for patient in (await people.get(f"/Patient?_lastUpdated=ge{since}")).resources] == ["maya"]
    assert {patient["id"] for patient in (await people.get(f"/Patient?_lastUpdated=lt{since}")).resources} == {"rosa", "luis"}
    assert (await people.get(f"/Patient?_lastUpdated=gt{since}")).entries == []


@pytest.fixture
async def two_therapists(clinic: Clinic) -> dict[str, Any]:
    """Dana's four slots, the first booked for Maya; Sam's one slot the day after, on whom Ruth's visit is."""
    sam = await clinic.fhir.add(person("Practitioner", "Okafor", "Sam"))
    schedule = await clinic.fhir.add({"resourceType": "Schedule", "actor": [ref(sam)]})
    late = await clinic.fhir.add(slot(schedule, TEN + timedelta(days=1)))
    maya = await clinic.book(clinic.maya, clinic.slots[0])
    people = [{"actor": ref(clinic.ruth), "status": "accepted"}, {"actor": ref(sam), "status": "accepted"}]
    ruth = await clinic.fhir.add({**clinic.visit(clinic.ruth, late), "participant": people})
    return {"sam": sam, "late": late, "maya": maya, "ruth": ruth, "schedule": schedule}


async def test_chains_and_references(clinic: Clinic, two_therapists: dict[str, Any]) -> None:
    sam, late, maya, ruth = (two_therapists[key] for key in ("sam", "late", "maya", "ruth"))
    ids = {resource["id"]: label for label, resource in {"late": late, "maya": maya, "ruth": ruth}.items()}
    ids |= {place["id"]: f"slot{index}" for index, place in enumerate(clinic.slots)}
    cases = {
        f"Slot?schedule.actor={name(clinic.dana)}&status=free": {"slot1", "slot2", "slot3"},
        f"Slot?schedule.actor=Practitioner/{sam['id']}": {"late"},
        f"Slot?schedule.actor:Practitioner={sam['id']}": {"late"},
        f"Slot?schedule.actor={fhir_url(clinic, sam)}": {"late"},
        "Slot?schedule.actor:Practitioner.name=okafor": {"late"},
        "Slot?schedule.actor:Practitioner.family=nobody": set(),
        f"Slot?schedule={two_therapists['schedule']['id']}": {"late"},
        "Slot?start=ge2025-06-04": {"late"},
        f"Slot?start={quote('2025-06-03T10:30:00-04:00')}": {"slot1"},
        f"Slot?start=ge{quote('2025-06-03T10:30:00-04:00')}&start=lt{quote('2025-06-03T11:30:00-04:00')}": {"slot1", "slot2"},
        f"Slot?start=gt{quote('2025-06-03T14:30:00Z')}&start=le{quote('2025-06-03T15:00:00Z')}": {"slot2"},
        f"Appointment?actor={name(sam)}": {"ruth"},
        f"Appointment?practitioner={sam['id']}": {"ruth"},
        f"Appointment?patient={clinic.maya['id']}": {"maya"},
        f"Appointment?patient={name(clinic.maya)},{name(clinic.ruth)}": {"maya", "ruth"},
        f"Appointment?actor={name(clinic.maya)}&actor={name(clinic.dana)}": {"maya"},
        f"Appointment?actor={name(clinic.maya)}&actor={name(sam)}": set(),
        "Appointment?patient.birthdate=1946-03-14": {"ruth"},
        "Appointment?patient:Patient.name=torres": {"maya"},
        "Appointment?actor.name=torres": {"maya"},
        "Appointment?patient=https://elsewhere.example/fhir/Patient/1": set(),
        f"Appointment?slot={name(late)}&status=booked": {"ruth"},
        f"Appointment?slot.schedule.actor={name(sam)}": {"ruth"},
        "Appointment?date=2025-06-03": {"maya"},
        "Appointment?date=ge2025-06-03&date=lt2025-06-05&status:not=cancelled": {"maya", "ruth"},
    }
    for query, expected in cases.items():
        found = await clinic.fhir.get(f"/{query}")
        assert found.status == 200, found.body
        assert {ids[resource["id"]] for resource in found.resources} == expected, query


def fhir_url(clinic: Clinic, resource: dict[str, Any]) -> str:
    return f"{clinic.fhir.base}/{name(resource)}"


async def test_includes(clinic: Clinic, two_therapists: dict[str, Any]) -> None:
    maya = two_therapists["maya"]
    cases = {
        f"Appointment?_id={maya['id']}&_include=Appointment:patient": [clinic.maya],
        f"Appointment?_id={maya['id']}&_include=Appointment:actor": [clinic.maya, clinic.dana],
        f"Appointment?_id={maya['id']}&_include=Appointment:actor:Practitioner": [clinic.dana],
        f"Appointment?_id={maya['id']}&_include=Appointment:slot&_include=Slot:schedule": [clinic.slots[0]],
        f"Appointment?_id={maya['id']}&_include=Appointment:slot&_include:iterate=Slot:schedule&_include:iterate=Schedule:actor": [
            clinic.slots[0],
            clinic.schedule,
            clinic.dana,
        ],
        f"Slot?_id={clinic.slots[0]['id']},{clinic.slots[1]['id']}&_include=Slot:schedule": [clinic.schedule],
        f"Slot?_id={clinic.slots[0]['id']}&_revinclude=Appointment:slot": [maya],
        f"Slot?_id={clinic.slots[1]['id']}&_revinclude=Appointment:slot": [],
        f"Patient?_id={clinic.maya['id']}&_revinclude=Appointment:patient&_include:iterate=Appointment:slot": [maya, clinic.slots[0]],
    }
    for query, expected in cases.items():
        found = await clinic.fhir.get(f"/{query}")
        included = {name(entry["resource"]) for entry in found.entries if entry["search"]["mode"] == "include"}
        assert included == {name(resource) for resource in expected}, query
        assert len({name(resource) for resource in found.resources}) == len(found.entries), "nothing comes twice"
        assert all(entry["fullUrl"] == f"{clinic.fhir.base}/{name(entry['resource'])}" for entry in found.entries)

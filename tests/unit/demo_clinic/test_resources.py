"""Every resource is FHIR R4, refers to what exists, and is the same whenever it is built again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import phonenumbers
import pytest
from fhir.resources import construct_fhir_element

from actions.scheduling.phones import e164, spellings
from bot import settings
from bot.clinic import Clinic
from scheduling.demo import build
from scheduling.demo.cast import STRANGER, cast
from scheduling.structure import check
from tests.unit.demo_clinic.conftest import DAYS, ZONE, World

SHARED = {"+12075550146": {"ruth-keller", "walter-keller"}, "+12075550116": {"mei-chen", "lily-chen"}}


@pytest.mark.parametrize("day", [DAYS["golden Monday"], DAYS["clocks go forward"], DAYS["clocks go back"]], ids=str)
def test_every_resource_is_valid_r4(day: date) -> None:
    for resource in build(day, ZONE):
        construct_fhir_element(resource["resourceType"], json.loads(json.dumps(resource)))
        check(resource)


def test_ids_are_unique_and_references_point_backwards(world: World) -> None:
    seen: set[str] = set()
    for resource in world.resources:
        missing = set(_references(resource)) - seen
        assert not missing, f"{resource['id']} refers to {missing}"
        name = f"{resource['resourceType']}/{resource['id']}"
        assert name not in seen
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource["id"])
        seen.add(name)


def test_everybody_is_found_by_number_however_the_desk_typed_it(world: World) -> None:
    for resource in world.resources:
        for point in resource.get("telecom", ()):
            number = e164(point["value"])
            assert number is not None
            assert point["value"] in spellings(number), f"{resource['id']}: a server that compares text is never asked for {point['value']}"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_the_same_day_gives_the_same_clinic() -> None:
    first, second = (json.dumps(build(date(2025, 6, 2), ZONE)) for _ in range(2))
    assert first == second


def test_size(world: World, clinic: Clinic) -> None:
    assert 38 <= len(world.all("Patient")) <= 48
    practitioners = {f"Practitioner/{ident}" for ident in world.by_type["Practitioner"]}
    assert practitioners == {person.reference for person in clinic.staff if person.reference}
    assert {f"Location/{ident}" for ident in world.by_type["Location"]} == {place.reference for place in clinic.locations}
    assistants = [who["id"] for who in world.all("Practitioner") if "assistant" in who["qualification"][0]["code"]["text"]]
    assert assistants == ["marcus-bell"]


def test_locations_and_names_agree_with_the_clinic_file(golden: World, clinic: Clinic) -> None:
    for place in clinic.locations:
        stored = golden.by_type["Location"][place.code]
        assert stored["name"] == place.name
        assert place.address.startswith(stored["address"]["line"][0])
    for person in clinic.staff:
        if person.reference:
            name = golden.by_type["Practitioner"][person.reference.partition("/")[2]]["name"][0]
            assert f"{name['given'][0]} {name['family']}" == person.name


def test_phones_are_fictional_human_and_unique_except_where_shared(golden: World, clinic: Clinic) -> None:
    owners: dict[str, set[str]] = {}
    spellings = set()
    for patient in golden.all("Patient"):
        value = patient["telecom"][0]["value"]
        owners.setdefault(_e164(value), set()).add(patient["id"])
        spellings.add(re.sub(r"\d", "9", value))
    assert {number: ids for number, ids in owners.items() if len(ids) > 1} == SHARED
    assert all(re.fullmatch(r"\+120755501\d\d", number) for number in owners)
    assert len(spellings) >= 7
    own = {settings.DEMO_SMS_NUMBER, settings.DEMO_WHATSAPP_NUMBER, settings.DEMO_VOICE_NUMBER, clinic.front_desk, STRANGER}
    assert clinic.on_call is not None
    assert not owners.keys() & (own | {clinic.on_call.number})


def _e164(text: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(text, "US"), phonenumbers.PhoneNumberFormat.E164)


def test_caregivers(golden: World) -> None:
    people = {person["id"]: person for person in golden.all("RelatedPerson")}
    assert Counter(person["patient"]["reference"] for person in people.values()) == {
        "Patient/ruth-keller": 1,
        "Patient/mei-chen": 1,
        "Patient/lily-chen": 1,
    }
    anna = people["anna-for-ruth"]
    assert anna["active"] is True
    assert anna["period"]["start"] < golden.today.isoformat()
    own = golden.by_type["Patient"]["anna-keller"]["telecom"][0]["value"]
    assert _e164(anna["telecom"][0]["value"]) == _e164(own)
    assert _e164(people["wen-for-mei"]["telecom"][0]["value"]) == "+12075550116"


def test_birth_dates_give_the_ages_of_the_cast() -> None:
    ages = {
        "Maya Torres": 34, "Ruth Keller": 79, "Walter Keller": 80, "Anna Keller": 52, "Luis Ortega": 61, "Deshawn Price": 37,
        "Mei Chen": 16, "Lily Chen": 16, "Rosa Delgado": 58, "Tom Becker": 45, "Grace Lindqvist": 29, "Harold Finch": 68,
    }  # fmt: skip
    now = date(2025, 6, 2)
    told = {}
    for entry in cast(now, ZONE):
        born = date.fromisoformat(entry["birth_date"])
        told[entry["name"]] = now.year - born.year - ((now.month, now.day) < (born.month, born.day))
    assert told == ages


def test_the_cast_file_agrees_with_the_resources(world: World) -> None:
    for entry in cast(world.today, ZONE):
        patient = world.by_type["Patient"][entry["fhir_id"]]
        assert _e164(patient["telecom"][0]["value"]) == entry["number"]
        assert patient["birthDate"] == entry["birth_date"]
        assert entry["traits"]
        booked = [(visit["id"], visit["start"]) for visit in world.visits(entry["fhir_id"], "booked")]
        assert [(visit["fhir_id"], visit["start"]) for visit in entry["visits"]] == booked

"""Who is calling, which visits they have, which times are free: on servers that search, page and spell differently."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.scheduling.phones import e164, spellings
from actions.scheduling.types import Related
from tests.contract.scheduling_client.conftest import Line
from tests.support.schedules import FIRST, LENGTH, slot


@pytest.mark.parametrize(
    "stored", ["(207) 555-0142", "207.555.0142", "+12075550142", "1-207-555-0142", "2075550142", "207 555 0142", "(207) 555 0142"]
)
async def test_a_patient_is_found_however_the_number_is_stored(line: Line, stored: str) -> None:
    patient = {
        "resourceType": "Patient",
        "active": True,
        "name": [{"given": ["Maya"], "family": "Torres"}],
        "telecom": [{"system": "phone", "value": stored}],
        "birthDate": "1991-04-09",
    }
    reference = await line.clinic.post(patient)
    (found,) = await line.directory.people_by_phone("+12075550142")
    assert (found.reference, found.given, found.birth_date, found.relationship) == (reference, "Maya", date(1991, 4, 9), "self")
    assert found.phones == ("+12075550142",)


async def test_everyone_on_a_shared_number_is_found(line: Line) -> None:
    for given in ("Mei", "Lily"):
        name = [{"given": [given], "family": "Chen"}]
        await line.clinic.post(
            {"resourceType": "Patient", "name": name, "telecom": [{"system": "phone", "value": "207-555-0150"}], "birthDate": "2009-01-17"}
        )
    assert sorted(person.given for person in await line.directory.people_by_phone("+12075550150")) == ["Lily", "Mei"]


async def test_a_caregiver_stands_for_the_patient_while_the_permission_lasts(line: Line) -> None:
    number = [{"system": "phone", "value": "(207) 555-0160"}]
    patient = line.clinic.patients[0]
    for family, more in (
        ("Keller", {"active": True, "period": {"start": "2025-01-01", "end": "2025-06-02"}}),
        ("Past", {"active": True, "period": {"end": "2025-06-01"}}),
        ("Coming", {"active": True, "period": {"start": "2025-06-03"}}),
        ("Off", {"active": False}),
    ):
        name = [{"given": ["Anna"], "family": family}]
        kind = [{"text": "daughter"}]
        await line.clinic.post(
            {
                "resourceType": "RelatedPerson",
                "patient": {"reference": patient},
                "name": name,
                "telecom": number,
                "relationship": kind,
                **more,
            }
        )
    (found,) = await line.directory.people_by_phone("+12075550160")
    assert found.reference == patient
    assert isinstance(found.relationship, Related)
    assert (found.relationship.given, found.relationship.family, found.relationship.relationship) == ("Anna", "Keller", "daughter")


async def test_an_unknown_an_old_and_a_senseless_number_find_nobody(line: Line) -> None:
    await line.clinic.post(
        {
            "resourceType": "Patient",
            "name": [{"family": "Moved"}],
            "telecom": [{"system": "phone", "value": "(207) 555-0170", "use": "old"}],
        }
    )
    for number in ("+12075550170", "+12075550199", "anonymous", ""):
        assert await line.directory.people_by_phone(number) == []


async def test_upcoming_visits_come_in_order_with_names_and_without_what_is_past_or_cancelled(line: Line) -> None:
    patient = line.clinic.patients[0]
    later = await line.booking.book("SM1", None, patient, line.clinic.opening(5))
    sooner = await line.booking.book("SM2", None, patient, line.clinic.opening(2))
    gone = await line.booking.book("SM3", None, patient, line.clinic.opening(3))
    assert later.visit
    assert sooner.visit
    assert gone.visit
    await line.booking.cancel("SM4", None, patient, gone.visit)
    line.clock.move(FIRST - line.clock.now() + timedelta(minutes=1))
    visits = await line.directory.upcoming(patient)
    assert [visit.reference for visit in visits] == [sooner.visit.reference, later.visit.reference]
    assert visits[0].practitioner is not None
    assert visits[0].location is not None
    assert (visits[0].practitioner.name, visits[0].location.name, visits[0].minutes) == ("Dana Reyes", "Riverside", 45)
    assert visits[0].service_type == "PT follow-up"


async def test_openings_are_the_free_slots_of_the_windows_over_several_pages(line: Line) -> None:
    start = FIRST + timedelta(days=2)
    added = [await line.clinic.post(slot(line.clinic.schedule, start + number * LENGTH)) for number in range(16)]
    found = await line.directory.openings([(start, start + 16 * LENGTH)], minutes=45, limit=20)
    assert [opening.slot for opening in found.openings] == added
    assert found.given_up == ()
    first = found.openings[0]
    assert first.practitioner is not None
    assert first.location is not None
    assert (first.start, first.minutes, first.practitioner.name, first.location.name) == (start, 45, "Dana Reyes", "Riverside")
    two = [(start + 3 * LENGTH, start + 4 * LENGTH), (start, start + LENGTH)]
    found = await line.directory.openings(two, minutes=45, excluding=[added[0]])
    assert [opening.slot for opening in found.openings] == [added[3]]


async def test_an_opening_of_another_kind_does_not_hide_the_nearest_of_the_right_one(line: Line) -> None:
    day = FIRST + timedelta(days=3)
    await line.clinic.post({**slot(line.clinic.schedule, day), "serviceType": [{"text": "Evaluation"}]})
    found = await line.directory.openings([(day, day + timedelta(days=1))], minutes=45, limit=2, service_type="PT follow-up")
    assert [opening.slot for opening in found.openings] == line.clinic.slots[4:]
    assert found.given_up == ("time",)


async def test_a_taken_a_short_and_a_past_slot_is_never_offered(line: Line) -> None:
    everything = [(FIRST - timedelta(days=9), FIRST + timedelta(days=9))]
    offered = [opening.slot for opening in (await line.directory.openings(everything, minutes=45, limit=20)).openings]
    assert offered == line.clinic.slots[2:]
    assert (await line.directory.openings(everything, minutes=60)).openings == ()
    line.clock.move(FIRST + 3 * LENGTH + timedelta(minutes=1) - line.clock.now())
    offered = [opening.slot for opening in (await line.directory.openings(everything, minutes=45, limit=20)).openings]
    assert offered == line.clinic.slots[4:]


async def test_when_nothing_fits_the_nearest_openings_are_given_and_it_is_said(line: Line) -> None:
    day = [(FIRST + timedelta(days=3), FIRST + timedelta(days=4))]
    found = await line.directory.openings(day, minutes=45, limit=2)
    assert [opening.slot for opening in found.openings] == line.clinic.slots[4:]
    assert found.given_up == ("time",)
    found = await line.directory.openings(day, minutes=45, practitioner="Practitioner/77", limit=2)
    assert [opening.slot for opening in found.openings] == line.clinic.slots[4:]
    assert found.given_up == ("time", "practitioner")


async def test_openings_of_one_therapist_and_place_only(line: Line) -> None:
    other = await line.clinic.post({"resourceType": "Practitioner", "name": [{"given": ["Sam"], "family": "Okafor"}]})
    place = await line.clinic.post({"resourceType": "Location", "name": "Eastgate"})
    schedule = await line.clinic.post({"resourceType": "Schedule", "actor": [{"reference": other}, {"reference": place}]})
    added = await line.clinic.post(slot(schedule, FIRST + 3 * LENGTH))
    window = [(FIRST, FIRST + timedelta(days=1))]
    for wish in ({"practitioner": other}, {"location": place}, {"practitioner": other, "location": place}):
        (opening,) = (await line.directory.openings(window, minutes=45, limit=9, **wish)).openings
        assert opening.slot == added
        assert opening.practitioner is not None
        assert opening.practitioner.name == "Sam Okafor"  # read from the server: the schedule names nobody
    both = (await line.directory.openings(window, minutes=45, limit=9)).openings
    assert [opening.slot for opening in both] == [line.clinic.slots[2], added, *line.clinic.slots[3:]]  # same start: Eastgate, Riverside


def test_numbers_are_compared_in_one_form_and_asked_for_in_many() -> None:
    assert {e164(way) for way in spellings("+12075550142")} == {"+12075550142"}
    assert e164("207-555-0142 ext. 7") == "+12075550142"
    assert e164("12") is None
    assert all("," not in way for way in spellings("+12075550142"))

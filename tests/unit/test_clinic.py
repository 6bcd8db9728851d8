"""The clinic's file: what the shipped one says, how time works on it, and that every mistake is named with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.clinic import Clinic, ClinicError, load_clinic
from bot.closures import parse_closure

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "clinic.yml"


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic(SHIPPED)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_shipped_clinic_is_harbor(clinic: Clinic) -> None:
    assert (clinic.name, clinic.short_name) == ("Harbor Physical Therapy", "Harbor PT")
    assert clinic.zone == ZoneInfo("America/New_York")
    assert [place.name for place in clinic.locations] == ["Riverside", "Eastgate"]
    assert "Mill St" in clinic.location("riverside").parking
    assert (clinic.policies.notice_hours, clinic.policies.late_fee_dollars, clinic.policies.offers) == (24, 80, 3)
    assert (clinic.policies.identity_tries, clinic.policies.proof_hours) == (3, 24)
    assert clinic.on_call is not None
    assert clinic.on_call.staff.first_name == "Priya"
    assert [person.role for person in clinic.staff].count("assistant") == 1


def test_only_a_therapist_evaluates(clinic: Clinic) -> None:
    assert clinic.visit_type("evaluation").given_by == {"therapist"}
    assert clinic.visit_type("treatment").given_by == {"therapist", "assistant"}
    assert "new" not in clinic.visit_type("treatment").self_book


def test_what_the_scheduling_system_names_is_found_again(clinic: Clinic) -> None:
    sam = clinic.practitioner("Practitioner/sam-okafor")
    assert sam is not None
    assert sam.code == "sam"
    assert clinic.practitioner("Practitioner/nobody") is None
    eastgate = clinic.located("Location/eastgate")
    assert eastgate is not None
    assert eastgate.name == "Eastgate"
    kinds = [clinic.visit_type_of("treatment", 45), clinic.visit_type_of("short-treatment", 30), clinic.visit_type_of("massage", 30)]
    assert [kind and kind.code for kind in kinds] == ["treatment", "short_treatment", None]
    with pytest.raises(KeyError):
        clinic.member("nobody")


@pytest.mark.parametrize(
    ("instant", "location", "expected"),
    [
        ("2025-06-02T12:05", None, True),  # Monday 8:05 AM
        ("2025-06-02T10:59", None, False),  # a minute before seven
        ("2025-06-02T22:30", "riverside", True),  # 6:30 PM
        ("2025-06-02T22:30", "eastgate", False),
        ("2025-06-02T23:00", None, False),  # seven sharp in the evening
        ("2025-06-07T13:00", "riverside", True),  # Saturday morning
        ("2025-06-07T13:00", "eastgate", False),
        ("2025-07-04T14:00", None, False),  # a holiday
        ("2026-03-09T11:00", None, True),  # the Monday after the clocks went forward: 7:00 AM is 11:00 UTC
        ("2026-03-06T11:00", None, False),  # the Friday before it is 6:00 AM
    ],
)
def test_open_or_not(clinic: Clinic, instant: str, location: str | None, expected: bool) -> None:
    assert clinic.is_open(utc(instant), location) is expected


@pytest.mark.parametrize(
    ("instant", "location", "expected"),
    [
        ("2025-06-02T12:05", None, "2025-06-02T08:05:00-04:00"),  # open: now
        ("2025-06-03T02:00", None, "2025-06-03T07:00:00-04:00"),
        ("2025-06-07T17:00", None, "2025-06-09T07:00:00-04:00"),  # Saturday afternoon to Monday
        ("2025-05-24T17:00", None, "2025-05-27T07:00:00-04:00"),  # Memorial Day weekend
        ("2025-06-06T23:00", "eastgate", "2025-06-09T07:00:00-04:00"),  # Eastgate has no Saturday
        ("2025-12-25T03:00", None, "2025-12-26T07:00:00-05:00"),
        ("2026-03-07T18:00", None, "2026-03-09T07:00:00-04:00"),  # over the change to summer time
    ],
)
def test_next_opening(clinic: Clinic, instant: str, location: str | None, expected: str) -> None:
    assert clinic.next_opening(utc(instant), location).isoformat() == expected


def test_an_instant_without_offset_is_refused(clinic: Clinic) -> None:
    with pytest.raises(ValueError, match="2025-06-02T08:05:00 has no UTC offset"):
        clinic.local(datetime(2025, 6, 2, 8, 5))  # noqa: DTZ001 - the mistake under test


def test_quiet_hours_go_over_midnight(clinic: Clinic) -> None:
    quiet = clinic.policies.quiet_hours
    assert [quiet.holds(time(*at)) for at in ((19, 59), (20, 0), (0, 0), (7, 59), (8, 0))] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("on", "year", "expected"),
    [
        ("last monday of may", 2025, date(2025, 5, 26)),
        ("last monday of may", 2027, date(2027, 5, 31)),
        ("fourth thursday of november", 2025, date(2025, 11, 27)),
        ("first monday of september", 2025, date(2025, 9, 1)),
        ("07-04", 2026, date(2026, 7, 4)),
        ("02-29", 2026, None),
        ("02-29", 2028, date(2028, 2, 29)),
        ("2025-12-24", 2025, date(2025, 12, 24)),
        ("2025-12-24", 2026, None),
    ],
)
def test_closures(on: str, year: int, expected: date | None) -> None:
    assert parse_closure("x", on).date_in(year) == expected


def _edited(tmp_path: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    content = deepcopy(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    edit(content)
    path = tmp_path / "clinic.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_a_closure_of_one_location_leaves_the_other_open(tmp_path: Path) -> None:
    training = {"name": "Training", "day": "2025-06-05", "locations": ["eastgate"]}
    clinic = load_clinic(_edited(tmp_path, lambda c: c["closures"].append(training)))
    noon = utc("2025-06-05T16:00")
    assert not clinic.is_open(noon, "eastgate")
    assert clinic.is_open(noon, "riverside")
    assert clinic.is_open(noon)


def test_a_lunch_break_is_closed(tmp_path: Path) -> None:
    clinic = load_clinic(_edited(tmp_path, lambda c: c["locations"][1]["hours"].update(monday="07:00-12:00, 13:00-18:00")))
    assert not clinic.is_open(utc("2025-06-02T16:30"), "eastgate")
    assert clinic.next_opening(utc("2025-06-02T16:30"), "eastgate").time() == time(13)


def test_nobody_on_call(tmp_path: Path) -> None:
    assert load_clinic(_edited(tmp_path, lambda c: c.update(on_call=None))).on_call is None


MISTAKES: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda c: c.pop("name"), r"name is missing; add it"),
    (lambda c: c.update(nmae="x"), r"nmae is not known; use one of .*name"),
    (lambda c: c.update(time_zone="Maine/Portland"), r"time_zone is 'Maine/Portland'; write an IANA zone"),
    (lambda c: c.update(front_desk="207-555-0110"), r"front_desk is '207-555-0110'; write an E.164 number"),
    (lambda c: c.update(review_link="example.org"), r"review_link is 'example.org'; write a whole https"),
    (lambda c: c["on_call"].update(staff="zoe"), r"on_call.staff is 'zoe'; write one of dana, sam"),
    (lambda c: c.update(locations="Riverside"), r"locations is 'Riverside'; write a list"),
    (lambda c: c["locations"][0]["hours"].update(monday="7-19"), r"locations\[1\].hours.monday is '7-19'; write a span of the clock"),
    (lambda c: c["locations"][0]["hours"].update(funday="07:00-19:00"), r"locations\[1\].hours.funday is not known"),
    (
        lambda c: c["locations"][0]["hours"].update(monday="13:00-18:00, 07:00-12:00"),
        r"hours.monday is .*; write the spans of a day in order",
    ),
    (lambda c: [place["hours"].clear() for place in c["locations"]], r"locations is .*; give at least one location with hours"),
    (lambda c: c["locations"][1].update(code="riverside"), r"locations holds the code 'riverside' twice"),
    (lambda c: c["locations"][0].update(reference="riverside"), r"reference is 'riverside'; write it as Location/"),
    (lambda c: c["closures"].append({"name": "x", "day": "someday"}), r"closures\[7\].day is 'someday'; write it as 2025-12-24"),
    (lambda c: c["closures"].append({"name": "x", "day": "02-30"}), r"closures\[7\].day is '02-30'; write it as"),
    (
        lambda c: c["closures"].append({"name": "x", "day": "07-05", "locations": ["mars"]}),
        r"locations\[1\] is 'mars'; write one of eastgate",
    ),
    (lambda c: c["staff"][0].update(role="doctor"), r"staff\[1\].role is 'doctor'; write one of therapist, assistant, desk"),
    (lambda c: c["staff"][0].pop("reference"), r"a therapist has a calendar: add reference"),
    (lambda c: c["visit_types"][0].update(minutes="60"), r"visit_types\[1\].minutes is '60'; write a whole number of 5 or more"),
    (lambda c: c["visit_types"][0].update(given_by=[]), r"given_by is \[\]; name who may give it"),
    (lambda c: c["visit_types"][0].update(self_book=["everyone"]), r"self_book\[1\] is 'everyone'; write one of new, active, returning"),
    (lambda c: c["visit_types"][0].update(self_move="sometimes"), r"self_move is 'sometimes'; write true or false"),
    (lambda c: c["policies"].update(offers=0), r"policies.offers is 0; write a whole number of 1 or more"),
    (lambda c: c["policies"].update(offers=True), r"policies.offers is True; write a whole number"),
    (lambda c: c["policies"].update(pain_limit=11), r"policies.pain_limit is 11; write a score from 0 to 10"),
    (lambda c: c["policies"].pop("proof_hours"), r"policies.proof_hours is missing"),
    (lambda c: c.pop("retention"), r"retention is missing"),
    (lambda c: c["retention"].pop("audit"), r"retention.audit is missing"),
    (lambda c: c["retention"].update(forever=1), r"retention.forever is not known"),
    (lambda c: c["retention"].update(messages=0), r"retention.messages is 0; write a whole number of 1 or more"),
    (lambda c: c["retention"].update(trackers=401), r"retention.trackers is 401; write at most what messages are kept \(400\)"),
    (lambda c: c["policies"].update(quiet_hours="at night"), r"policies.quiet_hours is 'at night'; write a span"),
]


@pytest.mark.parametrize(("edit", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_named_with_its_remedy(tmp_path: Path, edit: Callable[[dict[str, Any]], Any], message: str) -> None:
    path = _edited(tmp_path, edit)
    with pytest.raises(ClinicError, match=message) as caught:
        load_clinic(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(("content", "message"), [("- a\n", "write a mapping"), ("a: [", "is not YAML"), (None, "cannot be read")])
def test_a_file_that_is_no_clinic(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "clinic.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ClinicError, match=message):
        load_clinic(path)

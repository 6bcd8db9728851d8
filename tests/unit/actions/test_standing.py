"""How patients stand with the clinic: from the plan of care, and from the visits alone where there is no plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actions.scheduling.types import Actor, Visit
from actions.standing import Standing, Usual, standing_of
from bot.clinic import Clinic
from tests.unit.actions.conftest import NOW, visits_of
from tests.unit.demo_clinic.conftest import ZONE, World

Stands = Callable[[str], Standing]


def test_an_active_patient_is_known_by_the_plan_of_care(stands: Stands) -> None:
    assert stands("maya-torres") == Standing(
        kind="active",
        visits_left=8,
        authorised=14,
        weekly=2,
        reevaluation_due=date(2025, 6, 12),
        therapist=Actor("Practitioner/dana-whitfield", "Dana Whitfield"),
        location=Actor("Location/riverside", "Riverside"),
        usual=Usual("Treatment visit", "treatment", 45),
        recent=(datetime(2025, 5, 27, 10, 0, tzinfo=ZONE),),
    )


def test_a_discharged_patient_returns_and_has_no_figures(stands: Stands) -> None:
    anna = stands("anna-keller")
    assert (anna.kind, anna.visits_left, anna.weekly, anna.reevaluation_due, anna.recent) == ("returning", None, None, None, ())
    assert anna.therapist == Actor("Practitioner/sam-okafor", "Sam Okafor")


def test_a_visit_that_stands_has_taken_the_last_authorised_one(stands: Stands) -> None:
    assert (stands("harold-finch").visits_left, stands("harold-finch").authorised) == (0, 7)


def test_a_missed_visit_is_not_one_that_was_held(stands: Stands, world: World) -> None:
    missed = [visit for visit in visits_of(world, "deshawn-price") if visit.status == "noshow" and visit.start >= NOW - timedelta(days=7)]
    assert missed
    assert stands("deshawn-price").recent == ()


def test_who_was_never_seen_is_new(clinic: Clinic) -> None:
    assert standing_of(clinic, NOW, [], [], None) == Standing("new")


@pytest.mark.parametrize(("days", "kind"), [(89, "active"), (91, "returning")])
def test_without_a_plan_the_last_visit_tells(clinic: Clinic, world: World, days: int, kind: str) -> None:
    start = NOW - timedelta(days=days)
    visit = replace(visits_of(world, "maya-torres")[0], start=start, end=start + timedelta(minutes=45), status="fulfilled")
    assert standing_of(clinic, NOW, [], [visit], None).kind == kind


def test_a_visit_that_is_booked_makes_a_patient_seen_long_ago_active(clinic: Clinic, world: World) -> None:
    past, coming = visits_of(world, "maya-torres")[0], visits_of(world, "maya-torres")[-1]
    long_ago = replace(past, start=NOW - timedelta(days=200), end=NOW - timedelta(days=200, minutes=-45), status="fulfilled")
    assert standing_of(clinic, NOW, [], [long_ago, coming], None).kind == "active"


def plan(status: str = "active", start: str = "2025-05-01", **values: Any) -> dict[str, Any]:
    """A plan of care of another vendor."""
    extensions = [{"url": f"https://other.example/x/{name.replace('_', '-')}", "valueInteger": value} for name, value in values.items()]
    return {"resourceType": "CarePlan", "status": status, "period": {"start": start}, "extension": extensions}


def test_figures_are_told_by_the_end_of_their_address_in_either_spelling(clinic: Clinic) -> None:
    standing = standing_of(clinic, NOW, [plan(authorized_visits=12, authorized_visits_left=4, weekly_visits=2)], [], None)
    assert (standing.authorised, standing.visits_left, standing.weekly) == (12, 4, 2)


@pytest.mark.parametrize("value", [-1, True, "four", None])
def test_a_figure_that_is_none_is_unknown(clinic: Clinic, value: Any) -> None:
    assert standing_of(clinic, NOW, [plan(authorised_visits_left=value)], [], None).visits_left is None


def test_of_two_running_plans_the_one_with_figures_counts(clinic: Clinic) -> None:
    plans = [plan(start="2025-04-01", weekly_visits=1), plan(start="2025-05-20")]
    assert standing_of(clinic, NOW, plans, [], None).weekly == 1
    assert standing_of(clinic, NOW, [plan("completed", weekly_visits=1)], [], None) == Standing("returning")


def test_a_therapist_who_left_is_not_named_from_the_record(clinic: Clinic, world: World) -> None:
    person = {"generalPractitioner": [{"reference": "Practitioner/gone"}, {"reference": "Practitioner/priya-raman"}]}
    assert standing_of(clinic, NOW, [], [], person).therapist == Actor("Practitioner/priya-raman", "Priya Raman")
    family_doctor = {"generalPractitioner": [{"reference": "Practitioner/family-doctor"}]}
    near: list[Visit] = visits_of(world, "maya-torres")
    assert standing_of(clinic, NOW, [], near, family_doctor).therapist == Actor("Practitioner/dana-whitfield", "Dana Whitfield")

"""The clinic's rules of booking, each by what it refuses and by the nearest case that it lets through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from actions import rules
from actions.kinds import kind_of, named_kind
from actions.rules import Refusal
from actions.scheduling.types import Actor, Opening, Visit
from actions.standing import Standing, Usual
from bot.clinic import Clinic
from tests.unit.actions.conftest import NOW, upcoming
from tests.unit.demo_clinic.conftest import ZONE, World

Stands = Callable[[str], Standing]
DANA = Actor("Practitioner/dana-whitfield", "Dana Whitfield")
MARCUS = Actor("Practitioner/marcus-bell", "Marcus Bell")
RIVERSIDE = Actor("Location/riverside", "Riverside")
EASTGATE = Actor("Location/eastgate", "Eastgate")
ACTIVE = Standing("active")


def opening(day: date, hour: int, minute: int = 0, *, code: str = "treatment", minutes: int = 45, who: Actor = DANA) -> Opening:
    start = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
    return Opening(f"Slot/{start:%m%d%H%M}", "1", start, start + timedelta(minutes=minutes), who, RIVERSIDE, service_code=code)


def visit(day: date, hour: int = 10, *, code: str = "treatment", minutes: int = 45) -> Visit:
    at = opening(day, hour, code=code, minutes=minutes)
    return Visit(f"Appointment/{day}-{hour}", "1", at.start, at.end, DANA, RIVERSIDE, at.slot, "booked", "", minutes, code)


def judge(
    clinic: Clinic, at: Opening, *, standing: Standing = ACTIVE, kind: str = "treatment", coming: tuple[Visit, ...] = (), **more: Visit
) -> Refusal | None:
    return rules.bookable(clinic, standing, clinic.visit_type(kind), coming, at, NOW, **more)


def test_an_active_patient_may_book_treatment(clinic: Clinic, world: World, stands: Stands) -> None:
    maya = stands("maya-torres")
    assert rules.may_book(clinic, maya, clinic.visit_type("treatment"), upcoming(world, "maya-torres"), NOW) is None


@pytest.mark.parametrize(
    ("standing", "kind", "refusal"),
    [
        ("new", "evaluation", Refusal("new_patient", "new")),
        ("new", "treatment", Refusal("new_patient", "new")),
        ("returning", "treatment", Refusal("not_self_booked", "returning")),
        ("returning", "evaluation", None),
        ("active", "evaluation", Refusal("not_self_booked", "active")),
        ("active", "reevaluation", Refusal("not_self_booked", "active")),
        ("active", "short_treatment", None),
    ],
)
def test_who_books_what(clinic: Clinic, standing: str, kind: str, refusal: Refusal | None) -> None:
    assert rules.may_book(clinic, Standing(standing), clinic.visit_type(kind), [], NOW) == refusal


def test_nobody_books_more_than_the_insurer_granted(clinic: Clinic, world: World, stands: Stands) -> None:
    harold, coming = stands("harold-finch"), upcoming(world, "harold-finch")
    assert rules.may_book(clinic, harold, clinic.visit_type("treatment"), coming, NOW) == Refusal("no_visits_left", "7")
    assert rules.may_book(clinic, replace(harold, visits_left=1), clinic.visit_type("treatment"), coming, NOW) is None
    assert rules.may_book(clinic, replace(harold, visits_left=None), clinic.visit_type("treatment"), coming, NOW) is None


@pytest.mark.parametrize(("due", "refused"), [(date(2025, 6, 1), True), (date(2025, 6, 2), False), (None, False)])
def test_an_overdue_reevaluation_comes_before_treatment(clinic: Clinic, due: date | None, refused: bool) -> None:
    standing = Standing("active", reevaluation_due=due)
    expected = Refusal("reevaluation_due", "2025-06-01") if refused else None
    assert rules.may_book(clinic, standing, clinic.visit_type("treatment"), [], NOW) == expected
    assert judge(clinic, opening(date(2025, 6, 5), 10), standing=standing) == expected


def test_treatment_is_offered_from_the_day_of_the_booked_reevaluation(clinic: Clinic) -> None:
    overdue = Standing("active", reevaluation_due=date(2025, 6, 1))
    done = visit(date(2025, 6, 4), code="reevaluation", minutes=60)
    assert rules.may_book(clinic, overdue, clinic.visit_type("treatment"), [done], NOW) is None
    assert judge(clinic, opening(date(2025, 6, 3), 10), standing=overdue, coming=(done,)) == Refusal("reevaluation_due", "2025-06-01")
    assert judge(clinic, opening(date(2025, 6, 5), 10), standing=overdue, coming=(done,)) is None


def test_an_overdue_reevaluation_does_not_hold_a_visit_fast(clinic: Clinic) -> None:
    overdue, standing_visit = Standing("active", reevaluation_due=date(2025, 6, 1)), visit(date(2025, 6, 4))
    assert judge(clinic, opening(date(2025, 6, 5), 10), standing=overdue, coming=(standing_visit,), moving=standing_visit) is None


def test_a_visit_that_has_begun_is_not_moved(clinic: Clinic) -> None:
    begun = replace(visit(date(2025, 6, 2)), start=NOW)
    assert rules.may_move(clinic, begun, NOW) == Refusal("begun", NOW.isoformat())
    assert rules.may_move(clinic, begun, NOW - timedelta(seconds=1)) is None


def test_a_kind_that_the_desk_keeps_is_not_moved(clinic: Clinic) -> None:
    kinds = tuple(replace(kind, self_move=kind.code != "evaluation") for kind in clinic.visit_types)
    kept = replace(clinic, visit_types=kinds)
    assert rules.may_move(kept, visit(date(2025, 6, 4), code="evaluation", minutes=60), NOW) == Refusal("not_self_moved", "evaluation")
    assert rules.may_move(kept, visit(date(2025, 6, 4)), NOW) is None


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (opening(date(2025, 6, 2), 9, 59), Refusal("too_soon", "60")),
        (opening(date(2025, 6, 2), 10), None),
        (opening(date(2025, 7, 14), 9), None),
        (opening(date(2025, 7, 14), 9, 1), Refusal("too_far", "42")),
        (opening(date(2025, 7, 4), 10), Refusal("closed", "Independence Day")),
        (opening(date(2025, 6, 8), 10), Refusal("closed", "hours")),
        (opening(date(2025, 6, 7), 11, 15), None),
        (opening(date(2025, 6, 7), 11, 30), Refusal("closed", "hours")),
        (replace(opening(date(2025, 6, 3), 18), location=EASTGATE), Refusal("closed", "hours")),
        (replace(opening(date(2025, 6, 3), 18), location=Actor("Location/unknown")), None),
        (opening(date(2025, 6, 3), 10, code="evaluation", minutes=60), Refusal("wrong_kind", "evaluation")),
        (opening(date(2025, 6, 3), 10, code="no-such-kind"), None),
        (opening(date(2025, 6, 3), 10, minutes=40), Refusal("wrong_kind", "40")),
        (opening(date(2025, 6, 3), 10, who=MARCUS), None),
    ],
)
def test_when_and_what_a_treatment_visit_may_be(clinic: Clinic, at: Opening, refusal: Refusal | None) -> None:
    assert judge(clinic, at) == refusal


def test_an_assistant_does_not_evaluate(clinic: Clinic) -> None:
    at = opening(date(2025, 6, 3), 10, code="evaluation", minutes=60, who=MARCUS)
    assert judge(clinic, at, kind="evaluation", standing=Standing("returning")) == Refusal("wrong_role", "assistant")
    unknown = replace(at, practitioner=Actor("Practitioner/locum"))
    assert judge(clinic, unknown, kind="evaluation", standing=Standing("returning")) is None


def test_one_visit_a_day(clinic: Clinic) -> None:
    there = visit(date(2025, 6, 4), 14)
    assert judge(clinic, opening(date(2025, 6, 4), 10), coming=(there,)) == Refusal("same_day", "2025-06-04")
    assert judge(clinic, opening(date(2025, 6, 5), 10), coming=(there,)) is None
    assert judge(clinic, opening(date(2025, 6, 4), 10), coming=(there,), moving=there) is None


def test_the_weekly_limit_counts_from_monday_to_sunday_with_visits_already_held(clinic: Clinic) -> None:
    twice = Standing("active", weekly=2, recent=(datetime(2025, 6, 2, 7, 0, tzinfo=ZONE), datetime(2025, 5, 30, 7, 0, tzinfo=ZONE)))
    booked = visit(date(2025, 6, 4))
    assert judge(clinic, opening(date(2025, 6, 6), 10), standing=twice, coming=(booked,)) == Refusal("weekly_limit", "2")
    assert judge(clinic, opening(date(2025, 6, 9), 10), standing=twice, coming=(booked,)) is None
    assert judge(clinic, opening(date(2025, 6, 6), 10), standing=twice) is None


def test_a_move_within_its_week_is_free_and_into_a_full_one_is_not(clinic: Clinic) -> None:
    once = Standing("active", weekly=1)
    this, following = visit(date(2025, 6, 4)), visit(date(2025, 6, 10))
    both = (this, following)
    assert judge(clinic, opening(date(2025, 6, 6), 10), standing=once, coming=both, moving=this) is None
    assert judge(clinic, opening(date(2025, 6, 12), 10), standing=once, coming=both, moving=this) == Refusal("weekly_limit", "1")


def test_the_policy_limits_where_the_plan_says_nothing(clinic: Clinic) -> None:
    three = tuple(visit(date(2025, 6, day)) for day in (3, 4, 5))
    assert judge(clinic, opening(date(2025, 6, 6), 10), coming=three) == Refusal("weekly_limit", "3")
    assert judge(clinic, opening(date(2025, 6, 6), 10), coming=three[:2]) is None


def test_what_is_left_out_is_recorded_with_its_reason_for_staff(clinic: Clinic) -> None:
    good, late = opening(date(2025, 6, 3), 10), opening(date(2025, 6, 8), 10)
    kept, dropped = rules.filtered(clinic, ACTIVE, clinic.visit_type("treatment"), [], [late, good], NOW)
    assert kept == [good]
    assert rules.as_record(dropped) == [
        {
            "slot": "Slot/06081000",
            "start": "2025-06-08T10:00:00-04:00",
            "practitioner": "Dana Whitfield",
            "reason": "closed",
            "detail": "hours",
        }
    ]


@pytest.mark.parametrize(("hours", "fee"), [(24, None), (23.99, 80), (0.5, 80)])
def test_the_fee_is_for_a_change_within_the_notice_period(clinic: Clinic, hours: float, fee: int | None) -> None:
    there = visit(date(2025, 6, 4))
    assert rules.late_fee(clinic, there, there.start - timedelta(hours=hours)) == fee


def test_the_notice_is_elapsed_time_over_a_change_of_clocks(clinic: Clinic) -> None:
    there = visit(date(2026, 3, 8), 10)  # the clocks went forward that morning
    assert rules.late_fee(clinic, there, datetime(2026, 3, 7, 10, 0, tzinfo=ZONE)) == 80
    assert rules.late_fee(clinic, there, datetime(2026, 3, 7, 9, 0, tzinfo=ZONE)) is None


def test_a_clinic_without_a_fee_tells_of_none(clinic: Clinic) -> None:
    free = replace(clinic, policies=replace(clinic.policies, late_fee_dollars=0))
    there = visit(date(2025, 6, 4))
    assert rules.late_fee(free, there, there.start - timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("standing", "said", "code"),
    [
        (Standing("active"), None, "treatment"),
        (Standing("active"), "another visit please", "treatment"),
        (Standing("active"), "a quick visit", "short_treatment"),
        (Standing("active"), "my re-evaluation", "reevaluation"),
        (Standing("active"), "an evaluation", "evaluation"),
        (Standing("active", usual=Usual("Short treatment visit", "short-treatment", 30)), "a session", "short_treatment"),
        (Standing("active", usual=Usual("Short treatment visit", "", 30)), None, "short_treatment"),
        (Standing("active", usual=Usual("Hydrotherapy", "", 30)), None, "treatment"),
        (Standing("returning"), "a visit", "evaluation"),
        (Standing("new"), None, "evaluation"),
    ],
)
def test_which_kind_a_booking_means(clinic: Clinic, standing: Standing, said: str | None, code: str) -> None:
    assert rules.kind_for(clinic, standing, said).code == code


def test_a_kind_is_known_by_code_or_by_words(clinic: Clinic) -> None:
    at = opening(date(2025, 6, 3), 10)
    by_words = replace(at, service_code="", service_type="Treatment visit")
    assert [kind and kind.code for kind in (kind_of(clinic, at), kind_of(clinic, by_words))] == ["treatment", "treatment"]
    assert kind_of(clinic, replace(at, service_code="", service_type="")) is None
    assert named_kind(clinic, "hello") is None

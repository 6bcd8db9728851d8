"""What holds for the rules of booking whatever the schedule: limits are kept, moves are never worse, and clock changes change nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from actions import rules
from actions.scheduling.types import Actor, Opening, Visit
from actions.standing import Standing
from bot.clinic import load_clinic
from tests.unit.demo_clinic.conftest import ZONE

CLINIC = load_clinic(Path(__file__).resolve().parents[3] / "data" / "clinic.yml")
DANA, RIVERSIDE = Actor("Practitioner/dana-whitfield", "Dana Whitfield"), Actor("Location/riverside", "Riverside")
TREATMENT = CLINIC.visit_type("treatment")
# Mondays at nine: a plain week, and those before the clocks go forward and back.
MONDAYS = [date(2025, 6, 2), date(2026, 3, 2), date(2026, 10, 26)]
CLOCKS_CHANGE = (6, time(3, 30))  # the Sunday of such a week, an hour and a half after the change

mondays = st.sampled_from(MONDAYS)
places = st.tuples(st.integers(0, 27), st.sampled_from([time(8), time(10, 15), time(13), time(17, 30)]))
visits_of_plan = st.lists(places, max_size=10, unique_by=lambda place: place[0])
weekly = st.integers(1, 4)


def opening(monday: date, place: tuple[int, time]) -> Opening:
    start = datetime.combine(monday + timedelta(days=place[0]), place[1], ZONE)
    return Opening(f"Slot/{place[0]}-{place[1]:%H%M}", "1", start, start + timedelta(minutes=45), DANA, RIVERSIDE, "", "treatment")


def visit(monday: date, place: tuple[int, time]) -> Visit:
    at = opening(monday, place)
    return Visit(f"Appointment/{at.slot}", "1", at.start, at.end, DANA, RIVERSIDE, at.slot, "booked", "", 45, "treatment")


def nine(monday: date) -> datetime:
    return datetime.combine(monday, time(9), ZONE)


def week_of(instant: datetime) -> date:
    day = instant.astimezone(ZONE).date()
    return day - timedelta(days=day.weekday())


@settings(deadline=None, max_examples=60)
@given(mondays, visits_of_plan, st.lists(places, max_size=12, unique=True), weekly)
def test_booking_every_opening_that_is_offered_never_passes_a_limit(
    monday: date, held: list[tuple[int, time]], wanted: list[tuple[int, time]], limit: int
) -> None:
    coming = [visit(monday, place) for place in held]
    before = Counter(week_of(one.start) for one in coming)
    for place in wanted:
        at = opening(monday, place)
        if rules.bookable(CLINIC, Standing("active", weekly=limit), TREATMENT, coming, at, nine(monday)) is None:
            coming.append(replace(visit(monday, place), reference=f"Appointment/made-{len(coming)}"))
    days = Counter(one.start.astimezone(ZONE).date() for one in coming)
    assert max(days.values(), default=0) <= CLINIC.policies.visits_per_day
    for week, count in Counter(week_of(one.start) for one in coming).items():
        assert count <= max(limit, before[week])


@settings(deadline=None, max_examples=60)
@given(mondays, st.lists(places, min_size=1, max_size=8, unique_by=lambda place: place[0]), places, weekly)
def test_what_may_be_booked_may_be_moved_to_as_well(
    monday: date, held: list[tuple[int, time]], place: tuple[int, time], limit: int
) -> None:
    coming, standing = [visit(monday, one) for one in held], Standing("active", weekly=limit)
    at = opening(monday, place)
    booking = rules.bookable(CLINIC, standing, TREATMENT, coming, at, nine(monday))
    moving = rules.bookable(CLINIC, standing, TREATMENT, coming, at, nine(monday), coming[0])
    assert booking is not None or moving is None


@settings(deadline=None)
@given(mondays, st.lists(places, max_size=12, unique=True))
def test_every_opening_is_either_kept_or_dropped_in_its_order(monday: date, wanted: list[tuple[int, time]]) -> None:
    openings = [opening(monday, place) for place in wanted]
    kept, dropped = rules.filtered(CLINIC, Standing("active"), TREATMENT, (), openings, nine(monday))
    assert [at for at in openings if at in kept] == kept
    assert [at for at in openings if at not in kept] == [at for at, _ in dropped]
    assert len(rules.as_record(dropped)) == len(dropped)


@settings(deadline=None)
@given(mondays, st.integers(0, 48 * 60))
def test_the_fee_follows_elapsed_time_alone(monday: date, minutes: int) -> None:
    there = visit(monday, CLOCKS_CHANGE)
    asked = datetime.fromtimestamp(there.start.timestamp() - 60 * minutes, tz=ZONE)
    assert (rules.late_fee(CLINIC, there, asked) is not None) is (minutes < 24 * 60)


@settings(deadline=None)
@given(mondays, st.integers(0, 180))
def test_the_lead_time_is_elapsed_time_alone(monday: date, minutes: int) -> None:
    at = opening(monday, CLOCKS_CHANGE)
    asked = datetime.fromtimestamp(at.start.timestamp() - 60 * minutes, tz=ZONE)
    refusal = rules.bookable(CLINIC, Standing("active"), TREATMENT, (), at, asked)
    assert refusal is not None, "nothing is open at that hour"
    assert (refusal.reason == "too_soon") is (minutes < CLINIC.policies.lead_minutes)

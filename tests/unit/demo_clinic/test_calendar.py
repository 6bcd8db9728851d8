"""The calendar is one that a clinic could keep: no double booking, inside opening hours, right offsets, a believable load."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from bot.clinic import Clinic
from tests.unit.demo_clinic.conftest import ZONE, World, start_of

ACTIVE = ("booked", "fulfilled", "noshow")


def test_slots_have_the_wall_clock_and_offset_of_their_day(world: World) -> None:
    for slot in world.all("Slot"):
        start = start_of(slot)
        local = datetime.fromisoformat(slot["start"][:19]).replace(tzinfo=ZONE)
        assert start.utcoffset() == local.utcoffset()
        assert start.minute % 15 == 0


def test_both_offsets_appear_around_the_change_of_clocks(world: World) -> None:
    future = {slot["start"][19:] for slot in world.all("Slot") if slot["start"][:10] > world.today.isoformat()}
    months = (world.today.month, world.today.month + 1)
    changes = world.today.isoformat() in ("2026-03-05", "2026-10-29", "2028-02-29")
    assert future == ({"-04:00", "-05:00"} if changes else {"-04:00"} if 4 <= months[0] <= 9 else {"-05:00"})


def test_slots_lie_in_opening_hours_and_never_on_closures(world: World, clinic: Clinic) -> None:
    for slot in world.all("Slot"):
        schedule = world.by_type["Schedule"][slot["schedule"]["reference"].partition("/")[2]]
        place = clinic.located(schedule["actor"][1]["reference"])
        assert place is not None
        start, end = start_of(slot), datetime.fromisoformat(slot["end"])
        assert clinic.is_open(start, place.code), slot["id"]
        assert clinic.is_open(end - timedelta(minutes=1), place.code), slot["id"]


def test_every_kind_of_slot_is_a_visit_type_of_the_clinic(world: World, clinic: Clinic) -> None:
    for schedule in world.all("Schedule"):
        code = schedule["serviceType"][0]["coding"][0]["code"]
        slots = [slot for slot in world.all("Slot") if slot["schedule"]["reference"] == f"Schedule/{schedule['id']}"]
        minutes = {int((datetime.fromisoformat(slot["end"]) - start_of(slot)).total_seconds() // 60) for slot in slots}
        assert len(minutes) == 1
        kind = clinic.visit_type_of(code, minutes.pop())
        person = clinic.practitioner(schedule["actor"][0]["reference"])
        assert kind is not None
        assert person is not None
        assert slots[0]["serviceType"] == schedule["serviceType"]
        assert person.role in kind.given_by
        place = clinic.located(schedule["actor"][1]["reference"])
        assert place is not None
        assert place.code in person.locations


def test_nobody_is_in_two_places_at_once(world: World) -> None:
    for who in world.by_type["Practitioner"]:
        spans = sorted(
            (start_of(slot), datetime.fromisoformat(slot["end"]))
            for slot in world.all("Slot")
            if slot["schedule"]["reference"].startswith(f"Schedule/{who}")
        )
        assert all(before[1] <= after[0] for before, after in pairwise(spans)), who


def test_an_active_visit_holds_a_busy_slot_alone_and_a_cancelled_one_none(world: World) -> None:
    holders: Counter[str] = Counter()
    for visit in world.all("Appointment"):
        if visit["status"] == "waitlist":
            continue
        slot = world.by_type["Slot"].get(visit["slot"][0]["reference"].partition("/")[2])
        assert slot is not None
        assert (slot["start"], slot["end"]) == (visit["start"], visit["end"])
        assert visit["minutesDuration"] == (datetime.fromisoformat(slot["end"]) - start_of(slot)).total_seconds() / 60
        if visit["status"] in ACTIVE:
            holders[slot["id"]] += 1
    assert set(holders.values()) == {1}
    assert {slot["id"] for slot in world.all("Slot") if slot["status"] == "busy"} == set(holders)


def test_a_patient_comes_at_most_once_a_day_and_keeps_the_weekly_limit(world: World) -> None:
    weekly = {plan["subject"]["reference"]: _value(plan, "weekly-visits") for plan in world.all("CarePlan") if plan["status"] == "active"}
    days: Counter[tuple[str, str]] = Counter()
    weeks: Counter[tuple[str, int, int]] = Counter()
    for visit in world.all("Appointment"):
        if visit["status"] in ACTIVE:
            who = visit["participant"][0]["actor"]["reference"]
            days[who, visit["start"][:10]] += 1
            weeks[who, *start_of(visit).isocalendar()[:2]] += 1
    assert set(days.values()) == {1}
    # Discharged patients have no plan any more; two a week was theirs.
    assert {(who, count) for (who, *_), count in weeks.items() if count > weekly.get(who, 2)} == set()


def _value(plan: dict, name: str) -> int:  # type: ignore[type-arg]
    return next(each["valueInteger"] for each in plan["extension"] if each["url"].endswith(f"/{name}"))


def test_statuses_fit_their_time(world: World) -> None:
    today = world.today.isoformat()
    for visit in world.all("Appointment"):
        if visit["status"] == "waitlist":
            assert all(period["start"][:10] > today for period in visit["requestedPeriod"])
        elif visit["status"] == "booked":
            assert visit["start"][:10] >= today
        else:
            assert visit["start"][:10] < today
        assert visit["created"] <= min(visit.get("start", "9"), f"{today}T23")
        assert ("cancelationReason" in visit) == (visit["status"] in ("cancelled", "noshow"))


def test_six_weeks_are_planned_and_the_near_ones_are_mostly_taken(world: World) -> None:
    last = max(slot["start"][:10] for slot in world.all("Slot"))
    assert world.today + timedelta(days=39) <= datetime.fromisoformat(last).date() <= world.today + timedelta(days=42)
    near = [slot for slot in world.all("Slot") if world.today <= start_of(slot).date() < world.today + timedelta(days=14)]
    taken = sum(slot["status"] != "free" for slot in near) / len(near)
    visits = sum(slot["status"] == "busy" for slot in near) / len(near)
    assert 0.62 <= taken <= 0.82
    assert visits >= 0.52
    past = Counter(visit["status"] for visit in world.all("Appointment") if visit["status"] not in ("booked", "waitlist"))
    assert past["fulfilled"] > 200
    assert past["noshow"] >= 5
    assert past["cancelled"] >= 5


def test_all_lengths_and_some_saturdays(world: World) -> None:
    lengths = {(datetime.fromisoformat(slot["end"]) - start_of(slot)).total_seconds() / 60 for slot in world.all("Slot")}
    assert lengths == {30, 45, 60}
    saturdays = {slot["start"][:10] for slot in world.all("Slot") if start_of(slot).weekday() == 5 and start_of(slot).date() > world.today}
    assert 2 <= len(saturdays) <= 4
    assert not [slot for slot in world.all("Slot") if start_of(slot).weekday() == 6]

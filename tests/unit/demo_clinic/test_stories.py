"""The five dialogues can be played, whatever day it is; and the cast has the traits that the stories need."""

from __future__ import annotations

from datetime import date, timedelta

from bot.clinic import Clinic
from tests.unit.demo_clinic.conftest import World, start_of


def _next_open_tuesday(world: World, clinic: Clinic) -> date:
    day = world.today + timedelta(days=1)
    while day.weekday() != 1 or clinic.closure(day):
        day += timedelta(days=1)
    return day


def _parts(visit: dict) -> tuple[date, str, str, str]:  # type: ignore[type-arg]
    who, where = (part["actor"]["reference"].partition("/")[2] for part in visit["participant"][1:])
    return start_of(visit).date(), visit["start"][11:16], who, where


def test_maya_has_two_visits_and_openings_later_in_the_week_of_the_first(world: World, clinic: Clinic) -> None:
    tuesday = _next_open_tuesday(world, clinic)
    first, second = world.visits("maya-torres", "booked")
    assert _parts(first) == (tuesday, "10:00", "dana-whitfield", "riverside")
    assert start_of(second).date() > tuesday + timedelta(days=5)
    wished = {1: "17:15", 2: "12:30", 3: "08:00"}
    offered = [(ahead, at) for ahead in wished for at in world.free("dana-whitfield", tuesday + timedelta(days=ahead))]
    for ahead, at in wished.items():
        if not clinic.closure(tuesday + timedelta(days=ahead)):
            first_of_day = next(time for day, time in offered if day == ahead)
            assert first_of_day in (at, "07:15"), f"{ahead} days after the Tuesday"
            assert (ahead, at) in offered
    assert len(offered) >= 3


def test_the_golden_monday_has_exactly_the_openings_of_dialogue_a(golden: World) -> None:
    first, _ = golden.visits("maya-torres", "booked")
    assert _parts(first)[:2] == (date(2025, 6, 3), "10:00")
    free = {day: golden.free("dana-whitfield", date(2025, 6, day)) for day in (4, 5, 6)}
    assert free[4] == ["17:15"]
    assert free[5] == ["12:30"]
    assert free[6][0] == "08:00"


def test_the_golden_monday_has_the_openings_of_dialogues_b_and_c(golden: World) -> None:
    (visit,) = golden.visits("ruth-keller", "booked")
    assert _parts(visit) == (date(2025, 6, 3), "10:00", "sam-okafor", "eastgate")
    assert golden.free("sam-okafor", date(2025, 6, 5)) == ["08:30", "11:00", "14:30"]
    assert [at for at in golden.free("sam-okafor", date(2025, 6, 9)) if at >= "12:00"] == ["13:30"]
    assert [at for at in golden.free("sam-okafor", date(2025, 6, 10)) if at >= "12:00"] == ["14:00"]
    (walter,) = golden.visits("walter-keller", "booked")
    assert start_of(walter).date() == date(2025, 6, 6)


def test_the_golden_monday_has_the_openings_of_dialogue_e(golden: World) -> None:
    (visit,) = golden.visits("deshawn-price", "booked")
    assert _parts(visit) == (date(2025, 6, 4), "16:00", "priya-raman", "riverside")
    assert golden.free("priya-raman", date(2025, 6, 5)) == ["16:30"]
    assert golden.free("priya-raman", date(2025, 6, 6)) == ["15:45"]


def test_every_story_has_an_opening_on_every_day(world: World) -> None:
    for patient, therapist in (("ruth-keller", "sam-okafor"), ("deshawn-price", "priya-raman")):
        (visit,) = world.visits(patient, "booked")
        day = start_of(visit).date()
        assert any(world.free(therapist, day + timedelta(days=ahead)) for ahead in range(1, 8))


def test_deshawn_missed_two_visits_and_was_billed(world: World) -> None:
    missed = world.visits("deshawn-price", "noshow")
    assert len(missed) == 2
    last_seen = world.visits("deshawn-price", "fulfilled", "noshow")[-1]
    assert last_seen == missed[-1]
    (cancelled,) = world.visits("deshawn-price", "cancelled")
    assert "$80" in cancelled["comment"]


def test_harold_comes_next_and_has_one_visit_left(world: World, clinic: Clinic) -> None:
    (visit,) = world.visits("harold-finch", "booked")
    tomorrow = world.today + timedelta(days=1)
    if tomorrow.weekday() < 5 and not clinic.closure(tomorrow):
        assert start_of(visit).date() == tomorrow
    left = _extension(world.by_type["CarePlan"]["plan-harold-finch"], "authorised-visits-left")
    assert left == 1


def test_authorised_visits_cover_what_is_booked(world: World) -> None:
    for plan in world.all("CarePlan"):
        if plan["status"] == "active":
            patient = plan["subject"]["reference"].partition("/")[2]
            assert _extension(plan, "authorised-visits-left") >= len(world.visits(patient, "booked"))


def test_anna_was_discharged_long_ago(world: World, clinic: Clinic) -> None:
    assert world.visits("anna-keller", "booked") == []
    last = start_of(world.visits("anna-keller", "fulfilled")[-1]).date()
    assert (world.today - last).days > clinic.policies.recall_days
    assert world.by_type["CarePlan"]["plan-anna-keller"]["status"] == "completed"


def test_luis_hurts_more_each_time_and_has_a_limit_of_seven(world: World) -> None:
    scores = sorted(
        (each["effectiveDateTime"], each["valueQuantity"]["value"])
        for each in world.all("Observation")
        if each["subject"]["reference"] == "Patient/luis-ortega"
    )
    assert [score for _, score in scores] == [3, 5, 7]
    assert _extension(world.by_type["CarePlan"]["plan-luis-ortega"], "pain-limit") == 7
    assert all(task["status"] == "requested" for task in world.all("Task"))


def test_grace_waits_for_mayas_tuesday(world: World) -> None:
    wish = world.by_type["Appointment"]["grace-lindqvist-waitlist"]
    visit = world.visits("maya-torres", "booked")[0]
    (period,) = wish["requestedPeriod"]
    assert period["start"] <= visit["start"] < period["end"]
    assert wish["minutesDuration"] == visit["minutesDuration"]
    assert all(start_of(own).date() != start_of(visit).date() for own in world.visits("grace-lindqvist", "booked"))


def test_programs_are_such_as_a_therapist_writes(golden: World) -> None:
    for plan in golden.all("CarePlan"):
        details = [each["detail"] for each in plan["activity"]]
        assert 3 <= len(details) <= 7
        for detail in details:
            names = {each["url"].rpartition("/")[2] for each in detail["extension"]}
            assert {"sets", "repetitions", "side", "video"} <= names
            assert len(detail["description"]) > 60
            assert "{" not in detail["description"]
    cast = [plan for plan in golden.all("CarePlan") if plan["title"].count(" ") >= 2 and plan["id"].partition("-")[2] in _CAST]
    assert len(cast) == 12
    assert all(len(plan["activity"]) >= 5 for plan in cast)


_CAST = {
    "maya-torres", "ruth-keller", "walter-keller", "anna-keller", "luis-ortega", "deshawn-price", "mei-chen", "lily-chen",
    "rosa-delgado", "tom-becker", "grace-lindqvist", "harold-finch",
}  # fmt: skip


def test_tom_has_two_bridges_and_one_exercise_was_removed(golden: World) -> None:
    details = [each["detail"] for each in golden.by_type["CarePlan"]["plan-tom-becker"]["activity"]]
    current = [each["code"]["text"] for each in details if each["status"] == "in-progress"]
    assert [name for name in current if "bridge" in name.lower()] == ["Bridge", "Single-leg bridge"]
    (removed,) = [each for each in details if each["status"] == "stopped"]
    assert removed["statusReason"]["text"]
    assert removed["code"]["text"] not in current


def _extension(plan: dict, name: str) -> int:  # type: ignore[type-arg]
    return next(each["valueInteger"] for each in plan["extension"] if each["url"].endswith(f"/{name}"))

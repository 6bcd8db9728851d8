"""The home program as the plan of care says it, and how its doses are told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dosage import dose, side
from actions.programs import Exercise, Program, program_of
from bot.clinic import Clinic
from tests.unit.demo_clinic.conftest import World


def of(world: World, clinic: Clinic, patient: str) -> Program:
    plans = [plan for plan in world.all("CarePlan") if plan["subject"]["reference"] == f"Patient/{patient}"]
    program = program_of(clinic, plans)
    assert program is not None
    return program


def test_a_program_is_read_from_the_active_plan(world: World, clinic: Clinic) -> None:
    tom = of(world, clinic, "tom-becker")
    assert [each.name for each in tom.active][:2] == ["Bridge", "Single-leg bridge"]
    assert tom.therapist is not None
    assert tom.therapist.code == "priya"
    bridge = tom.named("Bridge")
    assert bridge is not None
    assert (bridge.sets, bridge.repetitions, bridge.hold, bridge.times, bridge.period) == (2, 12, 3, 1, "day")
    assert bridge.how.startswith("Lie on your back")
    assert bridge.video.endswith("/bridge")


def test_what_was_taken_out_is_known_but_not_to_be_done(world: World, clinic: Clinic) -> None:
    tom = of(world, clinic, "tom-becker")
    plank = tom.named("Side plank from the knees")
    assert plank is not None
    assert plank.removed
    assert plank not in tom.active


@pytest.mark.parametrize(("patient", "limit"), [("luis-ortega", 7), ("tom-becker", 5)])
def test_the_limit_of_pain_is_the_patients_own(world: World, clinic: Clinic, patient: str, limit: int) -> None:
    assert of(world, clinic, patient).pain_limit == limit


def test_who_was_discharged_has_no_program(world: World, clinic: Clinic) -> None:
    plans = [plan for plan in world.all("CarePlan") if plan["subject"]["reference"] == "Patient/anna-keller"]
    assert plans
    assert program_of(clinic, plans) is None


@pytest.mark.parametrize(
    ("exercise", "said"),
    [
        (Exercise("x", sets=2, repetitions=12, hold=3, times=1, side="both"), "2 sets of 12, hold 3 seconds, once a day"),
        (Exercise("x", sets=1, repetitions=20, times=3, side="right"), "20 times, 3 times a day, right side"),
        (Exercise("x", sets=1, repetitions=3, hold=60, times=2), "3 times, hold 1 minute, twice a day"),
        (Exercise("x", sets=2, repetitions=6, times=3, period="week", side="left"), "2 sets of 6, 3 times a week, left side"),
        (Exercise("x", sets=1, repetitions=1, times=3), "1 time, 3 times a day"),
        (Exercise("x", side="left"), ""),
    ],
)
def test_a_dose_is_told_in_plain_words(exercise: Exercise, said: str) -> None:
    assert dose(exercise) == said


def test_a_side_that_the_plan_does_not_tell_is_not_guessed() -> None:
    assert side(Exercise("x")) == ""


def plan(**detail: Any) -> dict[str, Any]:
    return {"resourceType": "CarePlan", "status": "active", "activity": [{"detail": {"code": {"text": "Bridge"}, **detail}}]}


def test_what_another_vendor_leaves_out_stays_unknown(clinic: Clinic) -> None:
    program = program_of(clinic, [plan()])
    assert program is not None
    assert program.exercises == (Exercise("Bridge"),)
    assert (program.therapist, program.pain_limit) == (None, None)


def test_a_hold_in_another_unit_is_not_read_as_seconds(clinic: Clinic) -> None:
    hold = {"url": "https://other.example/hold", "valueDuration": {"value": 2, "code": "min"}}
    program = program_of(clinic, [plan(extension=[hold])])
    assert program is not None
    assert program.exercises[0].hold == 120
    hold["valueDuration"] = {"value": 2, "code": "h"}
    program = program_of(clinic, [plan(extension=[hold])])
    assert program is not None
    assert program.exercises[0].hold is None

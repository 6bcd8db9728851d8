"""The second held-out set of scheduling conversations keeps its form, and starts from visits that the demo clinic has."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from scheduling.demo import draw
from scheduling.demo.roster import everyone

FOLDER = Path(__file__).parents[2] / "evaluation"
HOUSEHOLDS = {
    "mei-chen": {"mei-chen", "lily-chen"},
    "lily-chen": {"mei-chen", "lily-chen"},
    "anna-keller": {"anna-keller", "ruth-keller"},
}


def scenarios(name: str = "scenarios_second.yml") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def visits() -> set[tuple[str, str]]:
    """(patient, start) of every visit of the demo clinic that is ahead."""
    diary, _ = draw(date(2025, 6, 2), ZoneInfo("America/New_York"))
    return {(visit.patient, f"{visit.opening.start:%Y-%m-%dT%H:%M}") for visit in diary.visits if visit.status == "booked"}


def test_there_are_seventy_with_names_of_their_own_in_both_sets() -> None:
    assert len(scenarios()) >= 70
    names = Counter(each["name"] for each in (*scenarios(), *scenarios("scenarios.yml")))
    assert [name for name, times in names.items() if times > 1] == []


def test_its_turns_and_expectations_are_of_the_first_sets_kinds() -> None:
    first = scenarios("scenarios.yml")
    events = {event for each in first for turn in each["says"] if isinstance(turn, dict) for event in turn}
    outcomes = {key for each in first for key in each["expect"]}
    for each in scenarios():
        assert set(each) == {"name", "who", "folder", "says", "expect"}
        assert each["folder"] in {other["folder"] for other in first}
        assert each["who"] in {"stranger", *(person.id for person in everyone())}
        assert {event for turn in each["says"] if isinstance(turn, dict) for event in turn} <= events, each["name"]
        assert set(each["expect"]) <= outcomes, each["name"]
        assert each["expect"]["person"] in {"never", "may", "must"}


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_a_visit_that_is_moved_cancelled_confirmed_or_late_stands_in_the_demo_clinic(
    scenario: dict[str, Any], visits: set[tuple[str, str]]
) -> None:
    expect = scenario["expect"]
    starts = [*expect.get("cancelled", ()), *expect.get("confirmed", ())]
    starts += [expect["moved"]["from"]] if "moved" in expect else []
    starts += [expect["late"]["visit"]] if "late" in expect else []
    for start in starts:
        assert {person for person, at in visits if at == start} & HOUSEHOLDS.get(scenario["who"], {scenario["who"]}), start


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_every_span_runs_forwards(scenario: dict[str, Any]) -> None:
    for outcome in scenario["expect"].values():
        if isinstance(outcome, dict):
            pairs = [outcome[key] for key in ("to", "between") if key in outcome]
            for first, last in (*pairs, *outcome.get("to_any", ()), *outcome.get("between_any", ())):
                assert datetime.fromisoformat(first) < datetime.fromisoformat(last)

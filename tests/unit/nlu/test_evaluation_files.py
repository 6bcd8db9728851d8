"""The held-out files of `tests/evaluation` keep their form: what is measured against them is only as good as they are."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from scheduling.demo import draw
from scheduling.demo.roster import everyone

FOLDER = Path(__file__).parents[2] / "evaluation"
INTENTS = frozenset(
    (
        "book_appointment",
        "reschedule_appointment",
        "cancel_appointment",
        "confirm_appointment",
        "check_appointment",
        "running_late",
        "join_waitlist",
        "request_telehealth",
        "ask_exercise_howto",
        "ask_exercise_dose",
        "ask_exercise_program",
        "report_exercise_done",
        "report_exercise_missed",
        "report_exercise_difficulty",
        "ask_self_care",
        "report_pain",
        "report_red_flag",
        "express_self_harm",
        "ask_medical_advice",
        "give_nps_score",
        "give_feedback",
        "file_complaint",
        "consider_stopping_care",
        "ask_hours",
        "ask_location",
        "ask_billing_insurance",
        "ask_visits_remaining",
        "ask_visit_prep",
        "update_contact",
        "set_channel_preference",
        "set_language",
        "opt_out",
        "opt_in",
        "identify_self",
        "act_as_caregiver",
        "wrong_person",
        "affirm",
        "deny",
        "inform",
        "choose_option",
        "ask_more_options",
        "correct_value",
        "repeat_that",
        "slow_down",
        "wait_please",
        "talk_to_human",
        "greet",
        "goodbye",
        "thank",
        "ask_capabilities",
        "ask_are_you_bot",
        "out_of_scope",
    )
)
STYLES = {"plain", "terse", "teen", "elder", "caregiver", "spanish_english", "asr", "rambling"}
OUTCOMES = {
    "moved", "booked", "booked_from_waitlist", "cancelled", "confirmed", "visit_at", "unchanged", "waitlisted", "off_waitlist", "late",
    "requested", "still_subscribed", "answers_to_last_burst", "told", "not_told", "person",
}  # fmt: skip
EVENTS = {"burst", "clock", "reminder", "waitlist_offer", "taken", "scheduling", "mode", "tapback"}
SYMBOL = re.compile(r"\{(birth_date|birth_date_of: [a-z-]+|choice: [1-9]|yes)\}")
MONDAY = date(2025, 6, 2)
HOUSEHOLDS = {
    "mei-chen": {"mei-chen", "lily-chen"},
    "lily-chen": {"mei-chen", "lily-chen"},
    "anna-keller": {"anna-keller", "ruth-keller"},
}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def scenarios() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / "scenarios.yml").read_text(encoding="utf-8"))
    return found


def folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip() or text


@pytest.mark.parametrize(
    ("name", "columns", "lines"),
    [
        ("intents.tsv", ["text", "intent", "style"], 700),
        ("two_intents.tsv", ["text", "intents"], 120),
        ("exercise_routes.tsv", ["text", "route"], 120),
    ],
)
def test_a_file_has_its_columns_and_enough_lines(name: str, columns: list[str], lines: int) -> None:
    rows = table(name)
    assert len(rows) >= lines
    for row in rows:
        assert list(row) == columns
        assert all(value is not None and value == value.strip() and value for value in row.values()), row


def test_no_line_stands_twice_in_any_file() -> None:
    seen = Counter(folded(row["text"]) for name in ("intents.tsv", "two_intents.tsv", "exercise_routes.tsv") for row in table(name))
    assert [text for text, times in seen.items() if times > 1] == []


def test_every_intent_has_at_least_ten_lines_and_out_of_scope_120() -> None:
    lines = Counter(row["intent"] for row in table("intents.tsv"))
    assert set(lines) == INTENTS
    assert [intent for intent, number in lines.items() if number < 10] == []
    assert lines["out_of_scope"] >= 120


def test_every_style_has_lines_of_many_intents_and_sounds_like_itself() -> None:
    rows = table("intents.tsv")
    assert {row["style"] for row in rows} == STYLES
    for style in STYLES:
        assert len({row["intent"] for row in rows if row["style"] == style}) >= 40
    assert [row for row in rows if row["style"] == "asr" and re.search(r"[A-Z0-9.,?!;:]", row["text"])] == []
    assert [row for row in rows if row["style"] == "terse" and len(row["text"].split()) > 3] == []


def test_no_line_is_a_bare_digit() -> None:
    assert [row["text"] for row in table("intents.tsv") if not re.search(r"[A-Za-z%]", row["text"])] == []


def test_two_intents_are_two_known_and_different_ones() -> None:
    for row in table("two_intents.tsv"):
        first, second = row["intents"].split(",")
        assert first != second
        assert {first, second} <= INTENTS - {"out_of_scope"}, row


def test_exercise_questions_have_a_route_and_enough_of_each() -> None:
    routes = Counter(row["route"] for row in table("exercise_routes.tsv"))
    assert set(routes) == {"answer", "refer", "staff"}
    assert routes["answer"] >= 40
    assert routes["refer"] >= 40
    assert routes["staff"] >= 10


def test_there_are_enough_scenarios_of_each_behaviour_and_no_name_twice() -> None:
    found = scenarios()
    assert len(found) >= 120
    assert len({each["name"] for each in found}) == len(found)
    assert [folder for folder, number in Counter(each["folder"] for each in found).items() if number < 8] == []


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_a_scenario_says_who_speaks_what_and_what_is_true_at_the_end(scenario: dict[str, Any]) -> None:
    assert set(scenario) == {"name", "who", "folder", "says", "expect"}
    assert scenario["who"] in {"stranger", *(person.id for person in everyone())}
    assert scenario["says"]
    for turn in scenario["says"]:
        if isinstance(turn, str):
            assert SYMBOL.fullmatch(turn) if turn.startswith("{") else turn.strip(), turn
        else:
            (event,) = turn
            assert event in EVENTS
    assert set(scenario["expect"]) <= OUTCOMES
    assert len(scenario["expect"]) >= 2
    assert scenario["expect"]["person"] in {"never", "may", "must"}


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_the_times_of_a_scenario_are_times_and_its_spans_run_forwards(scenario: dict[str, Any]) -> None:
    for text in _strings([scenario["expect"], *(turn for turn in scenario["says"] if isinstance(turn, dict) and "burst" not in turn)]):
        if text.startswith("20"):
            assert datetime.fromisoformat(text).year == 2025
    for first, last in _spans(scenario["expect"]):
        assert datetime.fromisoformat(first) < datetime.fromisoformat(last)


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_a_visit_that_a_scenario_moves_cancels_or_confirms_is_in_the_demo_clinic(
    scenario: dict[str, Any], visits: set[tuple[str, str]]
) -> None:
    expect = scenario["expect"]
    starts = [expect["moved"]["from"]] if "moved" in expect else []
    starts += [*expect.get("cancelled", ()), *expect.get("confirmed", ())]
    starts += [expect["late"]["visit"]] if "late" in expect else []
    for start in starts:
        assert {person for person, at in visits if at == start} & HOUSEHOLDS.get(scenario["who"], {scenario["who"]}), start


@pytest.fixture(scope="module")
def visits() -> set[tuple[str, str]]:
    """(patient, start) of every visit of the demo clinic that is ahead."""
    diary, _ = draw(MONDAY, ZoneInfo("America/New_York"))
    return {(visit.patient, f"{visit.opening.start:%Y-%m-%dT%H:%M}") for visit in diary.visits if visit.status == "booked"}


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _strings(each)


def _spans(node: Any) -> Iterator[list[str]]:
    """Yield every pair that stands under `to`, `between`, `book`, or a list of them under `to_any`, `between_any`."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in ("to_any", "between_any"):
            yield from value
        elif key in ("to", "between", "book"):
            yield value
        else:
            yield from _spans(value)

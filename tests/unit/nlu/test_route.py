"""Who a message goes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.route import REFERRED, STAFFED, route_of
from bot.types import Awaiting


@pytest.mark.parametrize(
    ("intents", "level", "route"),
    [
        (["reschedule_appointment"], "none", "answer"),
        (["ask_exercise_howto"], "none", "answer"),
        (["ask_medical_advice"], "none", "refer"),
        (["reschedule_appointment", "ask_medical_advice"], "none", "refer"),
        (["ask_medical_advice", "talk_to_human"], "none", "staff"),
        (["greet"], "urgent", "staff"),
        (["out_of_scope"], "none", "answer"),
    ],
)
def test_the_most_careful_route_wins(intents: list[str], level: str, route: str) -> None:
    assert route_of(intents, level) == route


def test_pain_told_in_answer_to_the_question_is_taken_down() -> None:
    assert route_of(["report_pain"], "none", Awaiting.PAIN_SCORE) == "answer"
    assert route_of(["report_pain"], "emergency", Awaiting.PAIN_SCORE) == "staff"


def test_every_intent_named_here_is_trained() -> None:
    import yaml

    with open("domain.yml", encoding="utf-8") as stream:
        named = {entry if isinstance(entry, str) else next(iter(entry)) for entry in yaml.safe_load(stream)["intents"]}
    assert named >= REFERRED | STAFFED


DEVELOPMENT = [Path(__file__).parent / name for name in ("dev_routes.tsv", "dev_routes_voices.tsv")]


def lines() -> list[tuple[str, str]]:
    rows = [row for path in DEVELOPMENT for row in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [(text, route) for text, route in (row.split("\t") for row in rows)]


def test_judgement_is_referred_whatever_it_was_taken_for() -> None:
    asked = [text for text, route in lines() if route == "refer"]
    assert [text for text in asked if route_of(["ask_exercise_dose"], "none", text=text) == "answer"] == []


def test_what_the_program_tells_is_answered() -> None:
    asked = [text for text, route in lines() if route == "answer"]
    refused = [text for text in asked if route_of(["ask_exercise_howto"], "none", text=text) != "answer"]
    assert len(refused) <= 0.03 * len(asked), refused


@pytest.mark.parametrize(
    ("text", "intents", "route"),
    [
        ("my band snapped, can i get a new one", ["ask_exercise_program"], "staff"),
        ("can you send my exercises to my trainer", ["ask_exercise_program"], "staff"),
        ("the video won't play", ["ask_exercise_howto"], "staff"),
        ("is it ok to come ten minutes early", ["confirm_appointment"], "answer"),
        ("can i bring my daughter", ["ask_visit_prep"], "answer"),
        ("is it normal for my knee to swell", ["ask_visit_prep"], "refer"),
    ],
)
def test_words_decide_beside_the_intent(text: str, intents: list[str], route: str) -> None:
    assert route_of(intents, "none", text=text) == route

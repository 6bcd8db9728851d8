"""Who a message goes to."""

from __future__ import annotations

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

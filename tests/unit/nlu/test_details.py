"""What messages name: bodies, sides, exercises, scores, languages, channels, kin, reasons and names."""

from __future__ import annotations

import pytest

from bot.nlu.details import find
from bot.types import Awaiting


def named(text: str, *intents: str, awaiting: Awaiting = Awaiting.NONE) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for each in sorted(find(text, intents, awaiting), key=lambda each: each.start):
        assert text[each.start : each.end].strip()
        found.setdefault(each.name, []).append(each.value)
    return found


@pytest.mark.parametrize(
    ("text", "intents", "name", "values"),
    [
        ("my left knee is sore", ["report_pain"], "body_part", ["knee"]),
        ("my left knee is sore", ["report_pain"], "side", ["left"]),
        ("me duele la rodilla derecha", ["report_pain"], "side", ["right"]),
        ("both shoulders ache", ["report_pain"], "body_part", ["shoulder"]),
        ("my lower back hurts", ["report_pain"], "body_part", ["lower back"]),
        ("back pain again", ["report_pain"], "body_part", ["back"]),
        ("left", ["inform"], "side", ["left"]),
        ("no the other one, the right", ["correct_value"], "side", ["right"]),
        ("do you speak portuguese", ["set_language"], "language", ["Portuguese"]),
        ("en español por favor", ["set_language"], "language", ["Spanish"]),
        ("text me, don't call", ["set_channel_preference"], "channel", ["sms", "call"]),
        ("whats app is better", ["set_channel_preference"], "channel", ["whatsapp"]),
        ("i'm writing for my mom", ["act_as_caregiver"], "relationship", ["mother"]),
        ("it's about my mother-in-law", ["act_as_caregiver"], "relationship", ["in-law"]),
        ("can we do it by video", ["request_telehealth"], "visit_type", ["telehealth"]),
        ("i need a first visit", ["book_appointment"], "visit_type", ["evaluation"]),
        ("can't come, i have the flu", ["cancel_appointment"], "reason", ["sick"]),
        ("my boss needs me that day", ["reschedule_appointment"], "reason", ["work"]),
        ("how many clams do i do", ["ask_exercise_dose"], "exercise", ["clamshells"]),
        ("how do the heal slides go", ["ask_exercise_howto"], "exercise", ["heel slides"]),
        ("my knee is a 6 out of 10", ["report_pain"], "pain_score", [6]),
        ("i'd give you a 9", ["give_nps_score"], "nps_score", [9]),
        ("this is ruth keller, born march 14 1946", ["identify_self"], "patient_name", ["ruth keller"]),
        ("Tom Becker here", ["identify_self"], "patient_name", ["Tom Becker"]),
        ("harold finch", ["identify_self"], "patient_name", ["harold finch"]),
        ("me llamo Carmen Ruiz", ["identify_self"], "patient_name", ["Carmen Ruiz"]),
        ("hi i'm maya and i need to move", ["identify_self"], "patient_name", ["maya"]),
    ],
)
def test_it_is_found(text: str, intents: list[str], name: str, values: list[object]) -> None:
    assert named(text, *intents)[name] == values


@pytest.mark.parametrize(
    ("text", "intents", "name"),
    [
        ("call me back", ["talk_to_human"], "body_part"),
        ("on the other hand friday works", ["inform"], "body_part"),
        ("i can't do it right now", ["wait_please"], "side"),
        ("how many visits do i have left", ["ask_visits_remaining"], "side"),
        ("that's right", ["affirm"], "side"),
        ("cancel my tuesday", ["cancel_appointment"], "reason"),
        ("i called yesterday about work", ["check_appointment"], "reason"),
        ("this is ridiculous", ["identify_self"], "patient_name"),
        ("i'm running late", ["running_late"], "patient_name"),
        ("i'm the daughter", ["identify_self"], "patient_name"),
        ("can i come at 3", ["reschedule_appointment"], "pain_score"),
    ],
)
def test_it_is_not_imagined(text: str, intents: list[str], name: str) -> None:
    assert name not in named(text, *intents)


def test_an_asked_score_goes_by_the_question() -> None:
    assert named("11", "give_nps_score", awaiting=Awaiting.NPS_SCORE) == {"nps_score": [11]}
    assert named("seven or eight", "report_pain", awaiting=Awaiting.PAIN_SCORE) == {"pain_score": [7, 8]}
    assert named("no pain", "report_pain", awaiting=Awaiting.PAIN_SCORE) == {"pain_score": [0]}

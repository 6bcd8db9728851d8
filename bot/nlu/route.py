"""Who a message goes to: the line answers it, refers it to the patient's therapist, or hands it to the staff.

By intent, what is in neither set below is answered by the line itself. A question about exercises that asks for a judgement
(`bot.nlu.judgement`) is referred, whatever it was taken for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from bot.nlu.judgement import asks_errand, asks_judgement
from bot.types import Awaiting

Route = Literal["answer", "refer", "staff"]

# Questions of judgement, and what the therapist must hear of.
REFERRED = frozenset({"ask_medical_advice", "report_pain", "report_exercise_difficulty"})

# The desk's business, people in distress, and whoever wants a person.
STAFFED = frozenset(
    {
        "talk_to_human",
        "report_red_flag",
        "express_self_harm",
        "file_complaint",
        "consider_stopping_care",
        "ask_billing_insurance",
        "request_telehealth",
    }
)

# Other business: there, "is it ok to come early" asks for no judgement of a therapist.
ADMINISTRATIVE = frozenset(
    {
        "reschedule_appointment", "cancel_appointment", "book_appointment", "confirm_appointment", "check_appointment", "join_waitlist",
        "ask_hours", "ask_location", "ask_visits_remaining", "ask_visit_prep", "update_contact", "set_channel_preference",
        "set_language", "opt_in", "identify_self", "act_as_caregiver", "wrong_person", "report_death", "greet", "goodbye", "thank",
        "give_nps_score", "give_feedback", "report_exercise_done", "report_exercise_missed", "affirm", "deny", "never_mind",
        "choose_option", "wait_please", "repeat_that", "slow_down", "ask_are_you_bot", "insult",
    }
)  # fmt: skip
_EXERCISES = frozenset({"ask_exercise_howto", "ask_exercise_dose", "ask_exercise_program", "ask_self_care"})
# Short questions about exercises are easily taken for these.
_MISTAKEN = frozenset(
    {"ask_visit_prep", "report_exercise_done", "report_exercise_missed", "repeat_that", "affirm", "greet", "choose_option"}
)
# Words that make any question one about exercises or the body.
_BODY = re.compile(
    r"\b(?:exercis\w*|stretch\w*|reps?|sets?|bands?|squats?|bridges?|clams?\w*|planks?|lunges?|raises?|curls?|slides?|lifts?|rows?|weights?|"
    r"step ?ups?|routine|program|knees?|hips?|shoulders?|ankles?|backs?|necks?|legs?|wrists?|elbows?|joints?|muscles?|swell\w*|swollen|"
    r"sore\w*|pain\w*|hurts?|ache\w*)\b",
    re.IGNORECASE,
)

# Told in answer to the line's own question, pain is written down and compared.
_ASKED_FOR = {Awaiting.PAIN_SCORE: frozenset({"report_pain"})}


def route_of(intents: Collection[str], level: str, awaiting: Awaiting = Awaiting.NONE, text: str = "") -> Route:
    """Return the route of a message by its intents, the safety screen's level and its words; the most careful one of several."""
    said = set(intents) - _ASKED_FOR.get(awaiting, frozenset())
    if level != "none" or said & STAFFED:
        return "staff"
    if said & REFERRED:
        return "refer"
    if said & _EXERCISES and asks_errand(text):
        return "staff"
    return "refer" if is_judgement(intents, text) else "answer"


def is_judgement(intents: Collection[str], text: str) -> bool:
    """Is a message with these intents a question about exercises or the body that a therapist must judge?"""
    if not asks_judgement(text):
        return False
    return not set(intents) <= ADMINISTRATIVE or (bool(_BODY.search(text)) and set(intents) <= _MISTAKEN)

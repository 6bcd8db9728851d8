"""One clause that may hold two wishes: "did all my stretches and dana is the best", "loved it today when's the next one".

People join wishes with a comma, an "and" or nothing at all, and the same words join the parts of one wish. So every place where a
second wish could begin is tried: both halves are understood, and the cut stands only if each of them is surely about something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.reading import CHANGE, OUT_OF_SCOPE, SMALL_TALK

# How many cuts are tried of a clause, and of which lengths in words; each costs the encoding of two short texts.
MAX_CUTS = 2
SHORTEST, LONGEST = 4, 30

# What each half needs to be sure of: after a comma or a conjunction, or without any sign. Fitted on 95 messages about two things and
# 950 about one, of which one in seventy is cut wrongly.
SURE = 0.6
SURE_UNMARKED = 0.7
# A half that the whole clause hardly speaks of must be surer still.
SURE_ALONE = 0.8
SUPPORT = 0.03
# What is often said of one and the same thing needs this much, or this much support.
SURE_OF_KIN = 0.7
SUPPORT_OF_KIN = 0.1

_WHAT = r"what|what'?s|when|when'?s|where|where'?s|how|how'?s|who|which|why"
_HELPING = r"can|could|do|does|did|will|would|should|am|are|is|was"
_WHO = r"i|you|u|ya|we|she|he|it|that|there|this|my|mom|dad|the|someone|somebody"
_BEGINS = rf"(?:{_WHAT}|(?:{_HELPING}) (?:{_WHO}))\b|(?:please|pls|plz|my|im|i'm|i need|i want|stop|just|i'?ll)\s"
_CUT = re.compile(
    r"(?P<mark>\s*,\s+(?:(?:and|but|so|also|plus|then|or)\s+)?|\s+[-–—]+\s+|\s+(?:and|but|so|cuz|cause|because|bc|also|plus|then|btw|or)\s+)"
    rf"|\s+(?={_BEGINS})",
    re.IGNORECASE,
)
_IS_QUESTION = re.compile(rf"(?:(?:hi|hey|hello|ok|so|and|well|yes|no)[ ,]+)*(?:{_WHAT}|{_HELPING})\b", re.IGNORECASE)

# Answers and courtesies beside something else: `bot.nlu.clauses` and `bot.nlu.reading` know what to make of them.
_NO_WISH = SMALL_TALK | {
    OUT_OF_SCOPE, "affirm", "deny", "inform", "never_mind", "correct_value", "repeat_that", "ask_capabilities", "opt_in", "slow_down",
    "ask_more_options", "choose_option", "ask_are_you_bot",
}  # fmt: skip
# Intents of one group are taken for each other, or said of one thing.
_KIN = tuple(
    frozenset(group.split())
    for group in (
        "report_pain report_red_flag report_exercise_difficulty ask_medical_advice express_self_harm report_exercise_missed",
        "ask_exercise_howto ask_exercise_dose ask_self_care ask_medical_advice report_exercise_difficulty",
        "ask_visits_remaining ask_billing_insurance check_appointment consider_stopping_care",
        "opt_out set_channel_preference act_as_caregiver wrong_person identify_self report_death set_language update_contact talk_to_human",
        "give_feedback file_complaint give_nps_score consider_stopping_care talk_to_human",
        "confirm_appointment check_appointment running_late join_waitlist reschedule_appointment book_appointment cancel_appointment",
        "request_telehealth confirm_appointment check_appointment running_late reschedule_appointment book_appointment",
        "cancel_appointment consider_stopping_care report_death",
        "ask_visit_prep ask_exercise_program ask_medical_advice check_appointment ask_capabilities",
        "ask_hours check_appointment reschedule_appointment book_appointment",
    )
)


@dataclass(frozen=True)
class Cut:
    """A place where a second wish could begin; `marked` when a comma, a dash or a conjunction stands there."""

    left: str
    right: str
    marked: bool


def possible(text: str) -> list[Cut]:
    """Return the places to try, the marked ones first; none in a text too short or too long to hold two wishes side by side."""
    if not SHORTEST <= len(text.split()) <= LONGEST:
        return []
    found = []
    for match in _CUT.finditer(text):
        left, right = text[: match.start()].strip(), text[match.end() :].strip()
        marked = match.group("mark") is not None
        if len(left.split()) < 2 or len(right.split()) < (2 if marked else 3):
            continue
        # "how often should she do it": inside a question, another question word begins nothing.
        if marked or not _IS_QUESTION.match(left):
            found.append(Cut(left, right, marked))
    return sorted(found, key=lambda cut: not cut.marked)[:MAX_CUTS]


def merit(whole: np.ndarray, left: np.ndarray, right: np.ndarray, names: Sequence[str], *, marked: bool) -> float:
    """Return how sure it is, 0 to 1, that the halves are two wishes; 0 where the clause is to stay whole. The arrays are probabilities."""
    first, second = int(left.argmax()), int(right.argmax())
    both = (names[first], names[second])
    if first == second or _NO_WISH & set(both) or set(both) <= set(CHANGE):
        return 0.0
    weaker = float(min(left[first], right[second]))
    if weaker < (SURE if marked else SURE_UNMARKED):
        return 0.0
    if any(half[index] < SURE_ALONE and whole[index] < SUPPORT for half, index in ((left, first), (right, second))):
        return 0.0
    if weaker < SURE_ALONE and "act_as_caregiver" in both:  # "my mother can't come" speaks for her, but is no wish to
        return 0.0
    kin = any(set(both) <= group for group in _KIN)
    if kin and weaker < SURE_OF_KIN and min(whole[first], whole[second]) < SUPPORT_OF_KIN:
        return 0.0
    return float(left[first] * right[second])

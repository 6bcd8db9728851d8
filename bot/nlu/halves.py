"""A message that may hold two wishes: "did all my stretches and dana is the best", "loved it today when's the next one".

People join wishes with a full stop, a comma, an "and" or nothing at all, and the same words join the parts of one wish. So every place
where a second wish could begin is tried: both halves are understood, and a small regression over how sure they are, what the whole
speaks of and what stands between them tells whether they are two.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.reading import CHANGE, OUT_OF_SCOPE, PART_OF, SMALL_TALK

# How many cuts are tried of a message, and of which lengths in words; each costs the encoding of two short texts.
MAX_CUTS = 4
SHORTEST, LONGEST = 3, 30
# From this probability on, the halves are two wishes.
SURE = 0.35

_WHAT = r"what|what'?s|wat|when|when'?s|where|where'?s|how|how'?s|who|who'?s|which|why"
_HELPING = r"can|could|do|does|did|will|would|should|shall|may|am|are|is|was|r"
_WHO = r"i|you|u|ya|we|she|he|it|that|there|this|they|my|mom|dad|the|someone|somebody|your|his|her"
_BEGINS = (
    rf"(?:{_WHAT}|(?:{_HELPING}) (?:{_WHO}))\b|(?:please|pls|plz|my|im|i'm|i|need|want|stop|just|i'?ll|cancel|move|book|confirm|send|call|"
    r"tell|put|take|also|still|no|she'?s|he'?s)\s"
)
_LEAD = r"(?:(?:and|but|so|also|plus|then|or|oh|btw)\s+)*"
_CUT = re.compile(
    rf"(?P<end>[.!?;\n]+\s+{_LEAD})|(?P<mark>\s*,\s*{_LEAD}|\s+[-–—]+\s+|"
    r"\s+(?:and also|and then|oh and|by the way|and|but|so|cuz|cause|because|bc|also|plus|then|btw|or|n|y|though)\s+)"
    rf"|\s+(?={_BEGINS})",
    re.IGNORECASE,
)
_IS_QUESTION = re.compile(rf"(?:(?:hi|hey|hello|ok|so|and|well|yes|no)[ ,]+)*(?:{_WHAT}|{_HELPING})\b", re.IGNORECASE)
_ASKS_OR_ORDERS = re.compile(
    rf"(?:{_WHAT}|(?:{_HELPING})\b|please|pls|send|tell|cancel|move|book|confirm|call|put|take|i need|i want|i'?d)", re.IGNORECASE
)
# A half that ends so, or that asks "how many visits" without a verb, is none: what follows goes on.
_GOES_ON = re.compile(
    rf"\b(?:a|an|all|the|my|your|his|her|our|their|this|that|these|of|for|to|at|on|in|with|about|from|by|than|after|before|if|when|where|"
    rf"and|or|but|so|just|not|i|we|you|u|he|she|they|it's|to be|want|wanna|need|text|until|as|{_WHAT}|{_HELPING}|do|be|been|have|has|had|"
    r"may|might|must|rather than|wants?|instead of)$",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(rf"(?:(?:and|so|ok|hi|hey)[ ,]+)*(?:{_WHAT})\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|am|was|were|do|does|did|can|could|will|would|should|'s|s|has|have|gets?|goes|r|u)\b|'s\b", re.IGNORECASE)

# Answers and courtesies beside something else: `bot.nlu.clauses` and `bot.nlu.reading` know what to make of them.
_NO_WISH = SMALL_TALK | {OUT_OF_SCOPE, "inform", "never_mind"}
_ANSWERS = frozenset({"affirm", "deny", "identify_self", "correct_value", "choose_option", "ask_more_options"})
# Said together, these are one wish: "yes that's right, i'll be there", "i have a question, get me a person".
_ONE = (frozenset({"affirm", "confirm_appointment"}), frozenset({"ask_capabilities", "talk_to_human"}))
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
    """A place where a second wish could begin: what stands before and after it, and what joins them, "" for nothing at all."""

    left: str
    right: str
    join: str

    @property
    def marked(self) -> bool:
        """Does a sentence end, a comma, a dash or a conjunction stand there?"""
        return bool(self.join)


def possible(text: str) -> list[Cut]:
    """Return the places to try, the marked ones first; none in a text too short or too long to hold two wishes side by side."""
    if not SHORTEST <= len(text.split()) <= LONGEST:
        return []
    found = []
    for match in _CUT.finditer(text):
        join = match.group().strip().lower() or ("," if match.group("mark") else "\n" if match.group("end") else "")
        cut = Cut(text[: match.start()].strip(), text[match.end() :].strip(), join)
        if cut.left and len(cut.right.split()) >= (2 if cut.marked else 3) and (cut.marked or _may_end(cut.left)):
            found.append(cut)
    return sorted(found, key=lambda cut: not cut.marked)[:MAX_CUTS]


def _may_end(left: str) -> bool:
    """May a clause end here, though no sign says so?"""
    if len(left.split()) < 2 or _GOES_ON.search(left):
        return False
    return not (_QUESTION_WORD.match(left) and not _VERB.search(left))


# Weights of what speaks for two wishes, fitted to the development files (`tests/unit/nlu/dev_*.tsv`, cross-validated). Confidences come
# as log odds.
WEIGHTS: Mapping[str, float] = {
    "bias": -2.09,
    "left": 0.21,
    "right": 0.28,
    "weaker": 0.46,
    "left_in_whole": 0.18,
    "right_in_whole": 0.25,
    "both_in_whole": 0.03,
    "whole": -3.27,
    "out_of_scope": -0.85,
    "sentence_end": 0.0,
    "comma": -0.38,
    "also": 0.41,
    "and": 0.36,
    "but": -0.12,
    "unmarked": -0.34,
    "kin": -0.23,
    "asks": 0.99,
    "after_question": 0.0,
    "words_left": 0.56,
    "words_right": 0.43,
    "caregiver": -0.37,
    "change": 0.21,
    "answer": -1.60,
}


def features(whole: np.ndarray, left: np.ndarray, right: np.ndarray, names: Sequence[str], cut: Cut) -> dict[str, float] | None:
    """Return what speaks for and against two wishes; None where the halves can be none. The arrays are probabilities."""
    first, second = int(left.argmax()), int(right.argmax())
    both = {names[first], names[second]}
    if first == second or _NO_WISH & both or both <= set(CHANGE) or both in _ONE:
        return None
    if names[first] in PART_OF.get(names[second], ()) or names[second] in PART_OF.get(names[first], ()):
        return None
    out = names.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in names else None
    joined = cut.join.strip(" ,")
    words = set(re.findall(r"\w+", joined))
    return {
        "left": _odds(left[first]),
        "right": _odds(right[second]),
        "weaker": min(_odds(left[first]), _odds(right[second])),
        "left_in_whole": _odds(whole[first]),
        "right_in_whole": _odds(whole[second]),
        "both_in_whole": _odds(whole[first] + whole[second]),
        "whole": float(whole.max()),
        "out_of_scope": float(left[out] + right[out]) if out is not None else 0.0,
        "sentence_end": float(bool(cut.join) and cut.join[0] in ".!?;\n"),
        "comma": float(cut.join.startswith(",") and not words),
        "also": float(bool(words & {"also", "plus", "btw", "way"})),
        "and": float(bool(words & {"and", "n", "y"})),
        "but": float(bool(words & {"but", "though", "or", "so", "cuz", "cause", "bc", "because"})),
        "unmarked": float(not cut.marked),
        "kin": float(any(both <= group for group in _KIN)),
        "asks": float(bool(_ASKS_OR_ORDERS.match(cut.right))),
        "after_question": float(bool(_IS_QUESTION.match(cut.left))),
        "words_left": float(min(len(cut.left.split()), 3)),
        "words_right": float(min(len(cut.right.split()), 4)),
        "caregiver": float("act_as_caregiver" in both),
        "change": float(bool(both & set(CHANGE))),
        "answer": float(bool(both & _ANSWERS)),
    }


def merit(whole: np.ndarray, left: np.ndarray, right: np.ndarray, names: Sequence[str], cut: Cut) -> float:
    """Return how likely it is, 0 to 1, that the halves are two wishes."""
    found = features(whole, left, right, names, cut)
    if found is None:
        return 0.0
    return 1 / (1 + math.exp(-WEIGHTS["bias"] - sum(WEIGHTS[name] * value for name, value in found.items())))


def _odds(probability: float) -> float:
    bounded = min(max(float(probability), 1e-3), 1 - 1e-3)
    return math.log(bounded / (1 - bounded))

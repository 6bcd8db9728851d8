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
from functools import lru_cache

import numpy as np

from bot.nlu.reading import CHANGE, OUT_OF_SCOPE, PART_OF, SMALL_TALK

# How many cuts are tried of a message, and of which lengths in words; each costs the encoding of two short texts.
MAX_CUTS = 4
SHORTEST, LONGEST = 3, 30
# A probability below this tells nothing.
_LITTLE = 1e-3
# From this probability on, the halves are two wishes.
SURE = 0.4
# Where the whole message surely is one wish, a half that is doubtful by itself is none: "it's my first visit, what do i need to bring".
SURE_WHOLE, DOUBTFUL = 0.97, 0.5

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
# "It", "they": what follows speaks of the same thing.
_SPOKEN_OF = re.compile(r"(?:it|that|they|those|this|he|she)\b", re.IGNORECASE)
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


# How much the whole message says about which two wishes its halves are, beside the halves themselves.
WHOLE_SAYS = 0.15

# Weights of what speaks for two wishes, fitted to the development files (`tests/unit/nlu/dev_*.tsv`: cross-validated, 74 % of 268 pairs are
# found and 29 of 1,524 single wishes are cut). Confidences come as log odds.
WEIGHTS: Mapping[str, float] = {
    "bias": -3.89,
    "left": 0.34,
    "right": 0.15,
    "weaker": 0.46,
    "left_in_whole": 0.28,
    "right_in_whole": 0.42,
    "both_in_whole": 0.03,
    "left_in_right": -0.17,
    "right_in_left": -0.07,
    "whole": -3.42,
    "out_of_scope": -0.01,
    "comma": -0.10,
    "also": -0.08,
    "and": 0.21,
    "but": 0.40,
    "unmarked": -0.03,
    "kin": -0.43,
    "asks": 1.20,
    "one_asks": -0.41,
    "goes_on": -0.13,
    "words_left": 0.94,
    "words_right": 0.35,
    "caregiver": 0.07,
    "change": 0.35,
    "answer": -1.72,
}


@dataclass(frozen=True)
class Pair:
    """The two wishes that the halves of a cut most likely are, as positions among the intents, and how likely it is that they are two."""

    left: int
    right: int
    merit: float


def pair(whole: np.ndarray, left: np.ndarray, right: np.ndarray, names: Sequence[str], cut: Cut) -> Pair:
    """Return the likeliest two wishes. The arrays are probabilities of the intents `names`.

    The likeliest intent of a half need not be its wish: "how do i sign up" behind "what do you do there" is a new patient's.
    """
    of_whole = WHOLE_SAYS * np.log(whole + _LITTLE)
    together = (np.log(left + _LITTLE) + of_whole)[:, None] + (np.log(right + _LITTLE) + of_whole)[None, :]
    first, second = divmod(int(np.where(_allowed(tuple(names)), together, -np.inf).argmax()), len(names))
    if whole.max() >= SURE_WHOLE and min(left[first], right[second]) < DOUBTFUL:
        return Pair(first, second, 0.0)
    found = features(whole, left, right, names, cut, first, second)
    return Pair(first, second, 1 / (1 + math.exp(-WEIGHTS["bias"] - sum(WEIGHTS[name] * value for name, value in found.items()))))


def features(
    whole: np.ndarray, left: np.ndarray, right: np.ndarray, names: Sequence[str], cut: Cut, first: int, second: int
) -> dict[str, float]:
    """Return what speaks for and against the wishes at `first` and `second`, one of each half."""
    both = {names[first], names[second]}
    joined = cut.join.strip(" ,")
    words = set(re.findall(r"\w+", joined))
    outside = names.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in names else None
    asks = bool(_IS_QUESTION.match(cut.left)), bool(_IS_QUESTION.match(cut.right))
    return {
        "left": _odds(left[first]),
        "right": _odds(right[second]),
        "weaker": min(_odds(left[first]), _odds(right[second])),
        "left_in_whole": _odds(whole[first]),
        "right_in_whole": _odds(whole[second]),
        "both_in_whole": _odds(whole[first] + whole[second]),
        "left_in_right": _odds(right[first]),
        "right_in_left": _odds(left[second]),
        "whole": float(whole.max()),
        "out_of_scope": float(left[outside] + right[outside]) if outside is not None else 0.0,
        "comma": float(cut.join.startswith(",") and not words),
        "also": float(bool(words & {"also", "plus", "btw", "way"})),
        "and": float(bool(words & {"and", "n", "y"})),
        "but": float(bool(words & {"but", "though", "or", "so", "cuz", "cause", "bc", "because"})),
        "unmarked": float(not cut.marked),
        "kin": float(any(both <= group for group in _KIN)),
        "asks": float(bool(_ASKS_OR_ORDERS.match(cut.right))),
        "one_asks": float(asks[0] != asks[1]),
        "goes_on": float(bool(_SPOKEN_OF.match(cut.right))),
        "words_left": float(min(len(cut.left.split()), 3)),
        "words_right": float(min(len(cut.right.split()), 4)),
        "caregiver": float("act_as_caregiver" in both),
        "change": float(bool(both & set(CHANGE))),
        "answer": float(bool(both & _ANSWERS)),
    }


@lru_cache(maxsize=4)
def _allowed(names: tuple[str, ...]) -> np.ndarray:
    """Return which intents may be two wishes side by side, as an array of shape (len(names), len(names))."""

    def may(first: str, second: str) -> bool:
        both = {first, second}
        if first == second or _NO_WISH & both or both <= set(CHANGE) or both in _ONE:
            return False
        return first not in PART_OF.get(second, ()) and second not in PART_OF.get(first, ())

    return np.array([[may(first, second) for second in names] for first in names])


def _odds(probability: float) -> float:
    bounded = min(max(float(probability), 1e-3), 1 - 1e-3)
    return math.log(bounded / (1 - bounded))

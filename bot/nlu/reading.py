"""From clauses with intents to what the dialogue acts on: one reading, or several in the order they are to be answered.

Clauses about the same change belong together ("no. friday."), small talk beside a wish is dropped, quick answers come before
changes, and a wish for a person outranks everything else in the message: the person is told the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

OUT_OF_SCOPE = "out_of_scope"
PERSON = "talk_to_human"

# What `data/` adds to the fixed names of intents, and which of them it refines.
# Abuse is met calmly and with the offer of a person.
SUB_INTENTS = {"never_mind": "deny", "report_death": "wrong_person", "insult": "talk_to_human"}

# Said beside something else, these carry no wish of their own.
SMALL_TALK = frozenset({"greet", "thank", "goodbye", "wait_please", "insult"})

# Said beside the first, the others are part of it: nobody is asked which visit of the deceased to cancel.
PART_OF = {
    "report_death": frozenset(
        {
            "cancel_appointment",
            "opt_out",
            "reschedule_appointment",
            "wrong_person",
            "act_as_caregiver",
            "identify_self",
            "set_channel_preference",
        }
    ),
    "report_red_flag": frozenset({"report_pain"}),
    # An exercise that hurts is not read out: it is the pain that is told.
    "report_pain": frozenset({"ask_exercise_howto"}),
}

# One conversation about one change: the strongest of them names it, and all their clauses are read together.
CHANGE = (
    "reschedule_appointment",
    "cancel_appointment",
    "book_appointment",
    "join_waitlist",
    "correct_value",
    "choose_option",
    "ask_more_options",
    "never_mind",
    "deny",
    "affirm",
    "inform",
    "identify_self",
)
_STRENGTH = {name: len(CHANGE) - index for index, name in enumerate(CHANGE)}


# "Cancel wed, and put the 12th a day later" changes two visits: each is named by its own day, and neither takes the other's place.
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?:the )?\d{1,2}(?:st|nd|rd|th)|tomorrow|tmrw|today)"
_VISIT_OF = rf"(?:(?:my|the|our|his|her)\s+)?(?:(?:visit|appointment|appt|session|one)\s+)?(?:(?:on|of|for)\s+)?(?:next |this )?{_DAY}\b"
_MOVES = re.compile(
    rf"\b(?:move|put|push|shift|change|switch|bring|reschedule)\s+{_VISIT_OF}.*\b(?:to|later|earlier|back|forward|up|until|till|another|by)\b",
    re.IGNORECASE,
)
_CANCELS = re.compile(rf"\b(?:cancel|drop|scratch|scrap|kill|delete|skip|take off)\s+{_VISIT_OF}", re.IGNORECASE)

# "Sorry." beside a wish asks for nothing to be said again.
AGAIN = "repeat_that"
# Whatever else a message asks for, these words ask for a person.
ASKS_PERSON = re.compile(
    r"\b(?:have|let|get)\s+(?:(?:a|an|some|any|the|real|live|actual)\s+)*(?:human|person|somebody|someone|receptionist|manager)\b[^.?!]{0,30}?"
    r"\b(?:call|ring|phone|contact)\s+(?:me|us|him|her|back)\b"
    r"|\bgive me (?:somebody|someone|(?:a|an|the) (?:real |live |actual )?(?:human|person))\b",
    re.IGNORECASE,
)
# A clause so doubtful beside one so sure is no second wish.
HARDLY, SURE = 0.3, 0.8


@dataclass(frozen=True)
class Heard:
    """A clause and the intent it was understood as."""

    text: str
    intent: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """One thing to act on. `text` is what entities are looked for in; `beside` are wishes that are met along with it, not by themselves."""

    text: str
    intent: str
    confidence: float
    beside: tuple[str, ...] = ()


def readings(whole: Heard, clauses: Sequence[Heard]) -> list[Reading]:
    """Return what to act on, in order; exactly one when the message is about one thing.

    `whole` is the whole message as understood at once: it decides when no clause alone is understood.
    """
    acting = [clause for clause in clauses if clause.intent != OUT_OF_SCOPE and clause.intent not in SMALL_TALK]
    acting = [clause for clause in acting if clause.intent != AGAIN] or acting
    if ASKS_PERSON.search(whole.text):
        others = acting if len(clauses) > 1 else [whole]
        return [Reading(whole.text, PERSON, max(whole.confidence, SURE), _others(others, PERSON))]
    sure = any(clause.confidence >= SURE for clause in acting)
    acting = [clause for clause in acting if clause.confidence >= HARDLY or not sure]
    if len(clauses) < 2 or not acting:
        return [Reading(whole.text, whole.intent, whole.confidence)]
    covered = frozenset().union(*(PART_OF.get(clause.intent, frozenset()) for clause in acting))
    acting = [clause for clause in acting if clause.intent not in covered]
    for clause in acting:
        if clause.intent == PERSON:
            return [Reading(whole.text, PERSON, clause.confidence, _others(acting, PERSON))]
    change = [clause for clause in acting if clause.intent in _STRENGTH]
    quick: dict[str, Reading] = {}
    for clause in acting:
        if clause.intent not in _STRENGTH:
            earlier = quick.get(clause.intent)
            text = f"{earlier.text}. {clause.text}" if earlier else clause.text
            quick[clause.intent] = Reading(text, clause.intent, clause.confidence)
    found = list(quick.values())
    two = _two_visits(change)
    if two:
        return found + two
    if change:
        strongest = max(change, key=lambda clause: _STRENGTH[clause.intent])
        # What was not understood by itself ("later that week") still belongs to the change it stands beside.
        text = ". ".join(clause.text for clause in clauses if clause in change or clause.intent == OUT_OF_SCOPE)
        named = [clause for clause in change if clause.intent == "identify_self"]
        found.append(Reading(text, strongest.intent, strongest.confidence, _others(named, strongest.intent)))
    if len(found) == 1:
        return [replace(found[0], text=whole.text)]
    return found


def _two_visits(change: Sequence[Heard]) -> list[Reading]:
    """Return both changes when one visit is cancelled and another moved, in the order in which they were said; else nothing."""
    cancelled = [clause for clause in change if clause.intent == "cancel_appointment" and _CANCELS.search(clause.text)]
    moved = [clause for clause in change if clause.intent == "reschedule_appointment" and _MOVES.search(clause.text)]
    if len(cancelled) != 1 or len(moved) != 1:
        return []
    return [Reading(clause.text, clause.intent, clause.confidence) for clause in change if clause in (*cancelled, *moved)]


def intents_of(found: Sequence[Reading]) -> tuple[str, ...]:
    """Return every intent that is acted on, in order, under the names of the training data."""
    return tuple(dict.fromkeys(name for each in found for name in (*each.beside, each.intent)))


def _others(clauses: Sequence[Heard], but: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause.intent for clause in clauses if clause.intent != but))

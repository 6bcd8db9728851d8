"""Which of a patient's coming visits is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from actions import wishes, wording
from actions.journey import visits_of
from actions.scheduling.types import Visit, to_json
from actions.step import Step

# "the other one" among two that were named.
_OTHER = re.compile(r"\b(?:the )?other(?: one)?\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:both|all(?: of (?:them|it|those))?|everything|every (?:one|visit|appointment))\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:it|that|that one|this one|the one|this)\b", re.IGNORECASE)
# How long a visit that was asked after may be pointed to by a mere "it".
TOLD_WITHIN = timedelta(minutes=30)
DAYS_OF_A_WEEK = 7
_SHORT = ("mon", "tues?", "weds?", "thurs?|thu|thrs", "fri", "sat", "sun")
_CANNOT = re.compile(r"\bcan ?(?:no|')?t\b|\bcannot\b|\bcan not\b", re.IGNORECASE)
_ELSEWHEN = re.compile(
    r"\b(?:different|other|another) (?:time|hour|slot)s?\b"
    r"|\b(?:something|smth|sth|anything|any|one|slot|opening|it|me) (?:later|earlier|sooner)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\b(?:next|soonest|first|upcoming) (?:one|visit|appointment|appt|session)\b", re.IGNORECASE)


def says_all(text: str) -> bool:
    """Does the patient mean all of her visits?"""
    return bool(_ALL.search(text))


def settle(step: Step, visits: Sequence[Visit]) -> Visit | None:
    """Return the visit that is meant and keep it in the journey; None when it must be asked for, with the choices kept."""
    journey = step.journey
    known = journey.visit
    if known is not None:
        standing = next((visit for visit in visits if visit.reference == known.reference), None)
        if standing and standing.start == known.start:
            journey.visit = standing
            return standing
        journey.visit = None
        journey.forget_offers()
        step.turn.say("utter_visit_has_changed")
    found = _named(step, visits)
    if found is None:
        journey.choices = [{**(to_json(visit) or {})} for visit in visits[: step.context.clinic.policies.offers]]
        return None
    journey.visit, journey.choices = found, []
    return found


def ask(step: Step, visits: Sequence[Visit]) -> str:
    """Ask which visit is meant."""
    shown = visits[: step.context.clinic.policies.offers]
    starts = [step.context.clinic.local(visit.start) for visit in shown]
    options = wording.options(starts, step.turn.channel)
    buttons = wording.taps([wording.when(start) for start in starts])
    return step.ask("visit", "utter_ask_which_visit", options=options, whose=step.whose, buttons=buttons)


def corrected(step: Step, visits: Sequence[Visit]) -> Visit | None:
    """Return another visit of the patient that this message names in place of the one in hand; None when it names none."""
    said = step.saying
    if said is None or step.journey.visit is None:
        return None
    found = wishes.read(said)
    if found is None:
        return None
    named = found.visit_reference or (found.constraint if step.intent == "correct_value" and _CANNOT.search(step.turn.text) else None)
    if named is None:
        return None
    starts = [step.context.clinic.local(visit.start).replace(tzinfo=None) for visit in visits]
    meant = [visit for visit, start in zip(visits, starts, strict=True) if named.allows(start)]
    return meant[0] if len(meant) == 1 and meant[0].reference != step.journey.visit.reference else None


def _named(step: Step, visits: Sequence[Visit]) -> Visit | None:
    """Return the visit that was meant, by the choice just made, the day the message names, or because there is only one."""
    choice, asked = step.choice, visits_of(step.journey.choices)
    if asked and choice is not None:
        index = len(asked) - 1 if choice == -1 else choice - 1
        if 0 <= index < len(asked):
            return next((visit for visit in visits if visit.reference == asked[index].reference), None)
    if len(visits) == 1:
        return visits[0]
    if asked and not step.quiet:
        if _NEXT.search(step.turn.text):
            return visits[0]
        if len(asked) == 2 and _OTHER.search(step.turn.text):
            return _other(step, visits)
    if (told := _just_told(step, visits)) is not None:
        return told
    starts = [step.context.clinic.local(visit.start) for visit in visits]
    answering = bool(asked) and not step.quiet and step.saying is not None
    meant = wishes.visits_meant(step.journey.said, starts, answering=answering)
    if len(meant) == 1:
        return visits[meant[0]]
    elsewhen = bool(_ELSEWHEN.search(step.journey.words))
    mentioned = [visit for visit in visits if _mentions(step, visit, elsewhen=elsewhen)]
    if len(mentioned) != 1 and step.journey.kind == "cancel":
        # Where nothing is wished for, a day can only name the visit: "I'm on a plane June 12, so that one has to go".
        mentioned = [visits[place] for place in wishes.visits_meant(step.journey.said, starts, answering=True)]
    return mentioned[0] if len(mentioned) == 1 else None


def _just_told(step: Step, visits: Sequence[Visit]) -> Visit | None:
    """Return the visit that was asked after a moment ago, where the words only point to it: "then drop it"."""
    told = step.turn.get("visit_told")
    if not told or step.journey.said or step.now - datetime.fromisoformat(told["at"]) > TOLD_WITHIN:
        return None
    pointed = _POINTS.search(step.journey.words) is not None
    return next((visit for visit in visits if pointed and visit.reference == told["visit"]), None)


def _mentions(step: Step, visit: Visit, *, elsewhen: bool) -> bool:
    """Do the words name the visit's day, without wishing for it? `elsewhen`: another time of that day is wished for."""
    words = f"{step.journey.words} {'' if step.quiet else step.turn.text}".lower()
    local = step.context.clinic.local(visit.start)
    ahead = (local.date() - step.now.date()).days
    near = {0: r"today|tonight", 1: r"tomorrow|tmrw|tmr|tomorow|2moro"}.get(ahead, "")
    number = rf"{local.day}(?:st|nd|rd|th)"
    # A bare weekday is the next such day: a wish for Thursday does not mean the visit on the Thursday after.
    weekday = (f"{local:%A}s?".lower(), _SHORT[local.weekday()]) if 0 < ahead <= DAYS_OF_A_WEEK else ()
    names = "|".join(part for part in (near, *weekday, number) if part)
    if not re.search(rf"\b(?:{names})\b", words):
        return False
    wish = wishes.constraint(step.journey.said, local)
    return elsewhen or wish is None or not wish.allows(local.replace(tzinfo=None))


def _other(step: Step, visits: Sequence[Visit]) -> Visit | None:
    """Return the visit that is not the one named beside "the other": "not tomorrow's, the other"."""
    starts = [step.context.clinic.local(visit.start).replace(tzinfo=None) for visit in visits]
    said = step.saying
    found = wishes.read(said) if said else None
    named = (found.visit_reference or found.constraint) if found else None
    if named is None:
        return visits[1]
    left = [visit for visit, start in zip(visits, starts, strict=True) if not named.allows(start)]
    ruled_out = found is not None and found.ruled_out
    if ruled_out:
        left = [visit for visit, start in zip(visits, starts, strict=True) if named.allows(start)]
    return left[0] if len(left) == 1 else None

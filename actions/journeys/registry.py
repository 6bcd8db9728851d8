"""The kinds of journeys: how each goes on, whether it needs a proven identity, and whether it fits beside an open question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from actions.journeys import (
    book,
    cancel,
    check,
    confirm,
    consent,
    contact,
    exercise,
    exercise_log,
    late,
    offered_person,
    pain,
    preferences,
    recovery,
    referral,
    relations,
    reschedule,
    self_care,
    survey,
    undo,
    waitlist,
)  # fmt: skip
from actions.step import Step

Advance = Callable[[Step], Awaitable[str | None]]
# Asks whether a message answers something that the line asked of its own accord; returns the kind of journey that takes it, or "".
Listener = Callable[[Step], str]


@dataclass(frozen=True)
class Kind:
    """A kind of journey.

    `advance` takes a message one step further and returns the slot it asks for, None when it is over. `proof`: it discloses or changes
    what only the patient may know or do. `beside`: a quick matter that is settled at once beside an open journey, which then goes on.
    `opens` does what cannot wait for the proof, once, with the message that opens the journey. `hears` asks whether a message, whatever it
    was understood as, answers the question that the journey has put.
    """

    advance: Advance
    proof: bool = True
    beside: bool = False
    opens: Callable[[Step], Awaitable[None]] | None = None
    hears: Callable[[Step], bool] | None = None


KINDS: Mapping[str, Kind] = {
    "reschedule": Kind(reschedule.advance),
    "book": Kind(book.advance),
    "cancel": Kind(cancel.advance),
    "confirm": Kind(confirm.advance),
    "check": Kind(check.advance, beside=True),
    "late": Kind(late.advance),
    "waitlist": Kind(waitlist.join),
    "leave_waitlist": Kind(waitlist.leave),
    "take_offer": Kind(waitlist.take_offer),
    "undo": Kind(undo.advance),
    "visits_left": Kind(check.visits_left, beside=True),
    "identify": Kind(check.identify),
    "exercise": Kind(exercise.advance, beside=True, hears=exercise.hears),
    "exercise_report": Kind(exercise_log.advance, beside=True, hears=exercise_log.hears),
    "exercise_check_in": Kind(exercise_log.answer, proof=False, beside=True, opens=exercise_log.opens_check_in, hears=exercise_log.hears),
    "pain": Kind(pain.advance, beside=True, opens=pain.opens, hears=pain.hears),
    "pain_check_in": Kind(pain.answer, proof=False, beside=True, opens=pain.opens_check_in, hears=pain.hears),
    "question": Kind(referral.advance, proof=False, beside=True),
    "self_care": Kind(self_care.advance, proof=False, beside=True),
    "survey": Kind(survey.advance, proof=False, beside=True),
    "feedback": Kind(recovery.feedback, proof=False, beside=True),
    "complaint": Kind(recovery.complaint, proof=False, beside=True),
    "leaving": Kind(recovery.leaving, proof=False, beside=True),
    "caregiver": Kind(relations.caregiver),
    "contact": Kind(contact.advance, beside=True, hears=contact.hears),
    "channel": Kind(preferences.channel, proof=False, beside=True, hears=preferences.hears),
    "language": Kind(preferences.language, proof=False, beside=True, hears=preferences.hears),
    "opt_out": Kind(consent.stop, proof=False),
    "opt_in": Kind(consent.start, proof=False, beside=True),
    "wrong_person": Kind(relations.wrong_person, proof=False),
    "death": Kind(relations.death, proof=False),
    "offered_person": Kind(offered_person.advance, proof=False),
}

LISTENERS: tuple[Listener, ...] = (offered_person.answered, survey.listening, pain.listen, exercise_log.listen, exercise.listen)


def hears(step: Step) -> bool:
    """Does the message answer the open question of a journey that listens for itself?"""
    kind = KINDS.get(step.journey.kind)
    return bool(kind is not None and kind.hears is not None and step.asked and not step.quiet and kind.hears(step))


def listening(step: Step) -> str:
    """Return the kind of journey that answers what the line asked of its own accord; "" when nothing of that waits."""
    return next((kind for listener in LISTENERS if (kind := listener(step))), "")

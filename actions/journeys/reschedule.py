"""Moving a visit: which one, when instead, three openings, one explicit yes, and only then the change."""

from __future__ import annotations

import re

from actions import rules, which
from actions.choosing import choose, keep_saying
from actions.journeys import book, outcomes
from actions.journeys.need import need_for
from actions.scheduling.types import Opening, Status, Visit
from actions.standing import standing
from actions.step import Step

_MOVES = re.compile(r"\b(?:mov(?:e|ing)|chang(?:e|ing)|reschedul\w+|switch\w*|push|swap|instead)\b", re.IGNORECASE)
TOLD = {Status.DONE: "utter_moved", Status.REQUESTED: "utter_move_requested", Status.REFUSED: "utter_move_refused"}


async def advance(step: Step) -> str | None:
    """Ask, one thing at a time, for visit, opening and consent; then move."""
    journey = step.journey
    agreed = step.asked == "confirmed" and step.assent and not _changes(step)
    # Nothing is read before: when this turn is repeated after a crash, the visit may have moved already, under this turn's key.
    if agreed and journey.opening and journey.visit and await _move(step, journey.visit, journey.opening):
        return None
    told = keep_saying(step)
    visits = await step.context.directory.upcoming(step.patient)
    if not visits:
        if not journey.said or _MOVES.search(journey.words):
            step.turn.say("utter_no_visit_to_move", **step.names())
            return None
        journey.kind = "book"  # a wish for a time, and nothing stands that could be meant
        return await book.advance(step)
    if (other := which.corrected(step, visits)) is not None:
        journey.visit, journey.said = other, []
        journey.forget_offers()
    visit = which.settle(step, visits)
    if visit is None:
        return which.ask(step, visits)
    if rules.may_move(step.context.clinic, visit, step.now) is not None:
        step.turn.say("utter_move_is_desks", **step.names(visit))
        step.to_person("move_not_allowed")
        return None
    own = await standing(step.context, step.patient)
    need = need_for(step, own, visits, moving=visit)
    found = await choose(step, need, step.context.clinic.local(visit.start), told=told or _names_somebody(step))
    if isinstance(found, str):
        return found
    if found is None:
        step.turn.say("utter_nothing_open_at_all", **step.names(visit))
        step.to_person("no_openings")
        return None
    return _confirm(step, visit, found)


def _changes(step: Step) -> bool:
    """Does the message say yes and yet something else ("yes but at three")?"""
    return bool(step.turn.get("when") or step.turn.choice or step.turn.get("therapist"))


def _names_somebody(step: Step) -> bool:
    return not step.quiet and bool(step.turn.get("therapist") or step.turn.get("location"))


def _confirm(step: Step, visit: Visit, opening: Opening) -> str:
    fee = rules.late_fee(step.context.clinic, visit, step.now)
    name = "utter_confirm_move" if fee is None else "utter_confirm_move_late"
    return step.ask("confirmed", name, **step.names(visit, opening), fee=fee, hours=step.context.clinic.policies.notice_hours)


async def _move(step: Step, visit: Visit, opening: Opening) -> bool:
    """Move the visit and tell the outcome; return whether the journey is over."""
    key = f"move-{step.turn.message_id}"
    outcome = await step.context.booking.move(
        key, conversation_id=step.turn.conversation, patient=step.patient, visit=visit, opening=opening
    )
    return outcomes.settle(step, outcome, TOLD)

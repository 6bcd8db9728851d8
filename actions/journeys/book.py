"""Booking another visit: the kind and who may book it, three openings, one explicit yes, and only then the booking."""

from __future__ import annotations

from actions import rules
from actions.choosing import choose, keep_saying
from actions.journeys import outcomes
from actions.journeys.need import need_for
from actions.scheduling.types import Opening, Status
from actions.standing import Standing, standing
from actions.step import Step
from bot.clinic import VisitType

TOLD = {Status.DONE: "utter_booked", Status.REQUESTED: "utter_book_requested", Status.REFUSED: "utter_book_refused"}


async def advance(step: Step) -> str | None:
    """Say at once when the desk must book, else ask for opening and consent; then book."""
    journey = step.journey
    agreed = step.asked == "confirmed" and step.assent and not step.turn.get("when") and not step.turn.choice
    if agreed and journey.opening and await _book(step, journey.opening):
        return None
    told = keep_saying(step)
    own = await standing(step.context, step.patient)
    kind = rules.kind_for(step.context.clinic, own, journey.words)
    visits = await step.context.directory.upcoming(step.patient)
    refusal = rules.may_book(step.context.clinic, own, kind, visits, step.now)
    if refusal is not None:
        step.turn.say(f"utter_book_{refusal.reason}", **step.names(), kind=kind.name)
        step.to_person(refusal.reason)
        return None
    named = not step.quiet and bool(step.turn.get("therapist") or step.turn.get("location"))
    found = await choose(step, need_for(step, own, visits, kind=kind), None, told=told or named)
    if isinstance(found, str):
        return found
    if found is None:
        step.turn.say("utter_nothing_open_to_book")
        step.to_person("no_openings")
        return None
    return _confirm(step, own, kind, found)


def _confirm(step: Step, own: Standing, kind: VisitType, opening: Opening) -> str:
    left = own.visits_left if kind.uses_authorised_visit else None
    few = left is not None and 0 < left <= step.context.clinic.policies.warn_visits_left
    return step.ask(
        "confirmed", "utter_confirm_book_last" if few else "utter_confirm_book", **step.names(None, opening), kind=kind.name, left=left
    )


async def _book(step: Step, opening: Opening) -> bool:
    key = f"book-{step.turn.message_id}"
    outcome = await step.context.booking.book(key, conversation_id=step.turn.conversation, patient=step.patient, opening=opening)
    return outcomes.settle(step, outcome, TOLD)

"""Taking back the last change: after a move the visit goes back, a booking is cancelled, a cancelled visit is booked again.

Always after one explicit yes, and only while the old time is still free.
"""

from __future__ import annotations

from datetime import timedelta

from actions.journeys import outcomes
from actions.scheduling.types import Opening, Status, Visit, visit_from_json
from actions.step import Step

TOLD = {Status.DONE: "utter_undone", Status.REQUESTED: "utter_move_requested", Status.REFUSED: "utter_undo_refused"}


async def advance(step: Step) -> str | None:
    """Ask whether to take the last change back, then do it."""
    change = step.turn.get("last_change") or {}
    before, now = visit_from_json(change.get("before")), visit_from_json(change.get("now"))
    kind = change.get("kind", "")
    step.journey.visit = now if kind != "cancel" else before
    if step.asked == "confirmed" and step.assent:
        return await _undo(step, kind, before, now)
    if step.asked == "confirmed" and step.assent is False:
        step.turn.say("utter_left")
        return None
    if kind == "book" and now is not None:
        return step.ask("confirmed", "utter_confirm_cancel", **step.names(now))
    if before is None or not await _is_free(step, before):
        step.turn.say("utter_cannot_undo", **step.names(now if kind != "cancel" else before))
        return None
    name = "utter_confirm_rebook" if kind == "cancel" else "utter_confirm_undo"
    return step.ask("confirmed", name, **step.names(now, before))


async def _undo(step: Step, kind: str, before: Visit | None, now: Visit | None) -> str | None:
    key, conversation = f"undo-{step.turn.message_id}", step.turn.conversation
    booking = step.context.booking
    if kind == "book" and now is not None:
        step.journey.opening = None
        outcome = await booking.cancel(key, conversation_id=conversation, patient=step.patient, visit=now)
        settled = outcomes.settle(step, outcome, TOLD | {Status.DONE: "utter_cancelled"})
    elif before is not None:
        opening = await _opening(step, before)
        if opening is None:
            step.turn.say("utter_cannot_undo", **step.names(now or before))
            return None
        step.journey.opening = opening
        if now is not None and kind != "cancel":
            outcome = await booking.move(key, conversation_id=conversation, patient=step.patient, visit=now, opening=opening)
        else:
            outcome = await booking.book(key, conversation_id=conversation, patient=step.patient, opening=opening)
        settled = outcomes.settle(step, outcome, TOLD)
        if not settled:
            step.turn.say("utter_cannot_undo", **step.names(now or before))
    step.turn.clear("last_change")
    return None


async def _is_free(step: Step, visit: Visit) -> bool:
    return await _opening(step, visit) is not None


async def _opening(step: Step, visit: Visit) -> Opening | None:
    """Return the old time as an opening, if nobody has taken it since."""
    found = await step.context.directory.openings(
        [(visit.start, visit.start + timedelta(minutes=1))],
        minutes=visit.minutes,
        practitioner=visit.practitioner.reference if visit.practitioner else None,
        service_type=visit.service_type,
    )
    return next((each for each in found.openings if each.start == visit.start), None) if not found.given_up else None

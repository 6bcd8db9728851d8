"""Giving the conversation to a person, with what the line already learned, and taking it back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, suspension, wording
from actions.context import Context, current
from actions.journey import Journey
from actions.misunderstood import ActionNotUnderstood
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import Visit, to_json
from actions.switching import PUT_BACK
from actions.turn import Turn

# Reasons that are told; others follow from what was just said.
LEADS = frozenset(
    {"asked_for_person", "request_for_desk", "identity", "not_understood", "complaint", "billing", "telehealth", "upset", "dispute"}
)
# Reasons for which nobody is to wait long.
PRESSING = frozenset({"complaint"})


# A wish understood with less confidence than this does not call a person by itself; a repeated one does.
DOUBTFUL = 0.4
NEVER_DOUBTED = frozenset({"report_red_flag", "express_self_harm", "file_complaint"})


class ActionHandOff(Action):
    """Puts the conversation into the staff queue and says so. A form that was under way is suspended, not lost."""

    # Why, when no form has said so.
    reason = "asked_for_person"

    def name(self) -> str:
        return "action_hand_off"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        if turn.get("last_change") and not tracker.active_loop_name and PUT_BACK.search(turn.text):
            return [FollowupAction("journey_form")]
        if 0.0 < turn.confidence < DOUBTFUL and turn.intent not in NEVER_DOUBTED and not turn.get("handoff_reason"):
            # Rather asked again than sent to the desk for something that was hardly understood.
            return await ActionNotUnderstood().run(dispatcher, tracker, domain)
        reason = turn.get("handoff_reason") or self.reason
        journey = Journey.from_json(turn.get("journey"))
        visit = journey.visit if journey else None
        urgency = "high" if reason in PRESSING else "normal"
        turn.record("handoff", reason=reason, urgency=urgency, summary="", facts=self._facts(turn, context, journey))
        if reason in LEADS:
            turn.say(f"utter_lead_{reason}")
        open_now = context.clinic.is_open(context.clock.now())
        turn.say(
            "utter_hand_off_open" if open_now else "utter_hand_off_closed",
            minutes=context.clinic.policies.desk_answer_minutes,
            opening=wording.when(context.clinic.next_opening(context.clock.now()), turn.channel),
        )
        if visit and await _stands(context, visit):
            turn.say("utter_visit_unchanged", visit=wording.when(context.clinic.local(visit.start), turn.channel))
        turn.clear("handoff_reason", "next_step", "misunderstood")
        # Whatever led here, a rule or another action, this is where the turn ends.
        return [*turn.events(), *suspension.suspend(tracker), FollowupAction("action_listen")]

    def _facts(self, turn: Turn, context: Context, journey: Journey | None) -> dict[str, Any]:
        """Return what staff see on the card: proven identity, the visit concerned, what was offered and what was wished."""
        proof = identity.proof_of(turn, context.now())
        return {
            "patient": proof.patient if proof else None,
            "actor": proof.actor if proof else None,
            "journey": journey.kind if journey else None,
            "visit": to_json(journey.visit) if journey else None,
            "offers": [to_json(each) for each in journey.offers] if journey else None,
            "wish": {"said": journey.said} if journey and journey.said else None,
            "last_message": turn.message_id,
        }


class ActionHandOffRequest(ActionHandOff):
    """The same for a wish that the line leaves to the desk. Beside an open question staff get a task and the line goes on."""

    reason = "request_for_desk"

    def name(self) -> str:
        return "action_hand_off_request"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        if not tracker.active_loop_name or turn.intent in NEVER_DOUBTED or turn.confidence < DOUBTFUL:
            return await super().run(dispatcher, tracker, domain)
        detail = {"about": turn.intent, "message": turn.message_id}
        turn.record("staff_task", kind="question", detail=detail, dedupe_key=f"question:{turn.message_id}:{turn.intent}", due_at=None)
        turn.say("utter_holding_queue")
        return []


class ActionResume(Action):
    """Takes the conversation back after staff are done: reads the schedule again, then goes on where it was."""

    def name(self) -> str:
        return "action_resume"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        events = suspension.resume(tracker)
        if not events:
            turn.clear("journey", "pending", "next_step")
            turn.say("utter_back_to_bot")
            return turn.events()
        turn.say("utter_back_to_bot_and_form")
        # Offers made before the pause may be gone; the form reads the schedule again and offers afresh.
        journey = Journey.from_json(turn.get("journey"))
        if journey is not None:
            journey.forget_offers()
            turn.set(journey=journey.as_json())
        restored = next(event for event in events if event["event"] == "active_loop")
        return [*turn.events(), *events, FollowupAction(restored["name"])]


async def _stands(context: Context, visit: Visit) -> bool:
    """Is the visit still as the conversation knows it? A change that was cut off may have happened all the same."""
    try:
        now = await context.directory.visit(visit.reference)
    except SchedulingError:
        return False  # what cannot be read is not promised
    return now.start == visit.start and now.status == visit.status

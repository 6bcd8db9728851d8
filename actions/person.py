"""Giving the conversation to a person, with what the line already learned, and taking it back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, suspension, wording
from actions.context import Context, current
from actions.form import forget_journey
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import Visit, visit_from_json
from actions.turn import Turn

# Reasons that are told; others follow from what was just said.
LEADS = frozenset({"asked_for_person", "request_for_desk", "identity", "not_understood"})


class ActionHandOff(Action):
    """Puts the conversation into the staff queue and says so. A form that was under way is suspended, not lost."""

    # Why, when no form has said so.
    reason = "asked_for_person"

    def name(self) -> str:
        return "action_hand_off"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        reason = turn.get("handoff_reason") or self.reason
        visit = visit_from_json(turn.get("visit"))
        turn.record("handoff", reason=reason, urgency="normal", summary="", facts=self._facts(turn, context))
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

    def _facts(self, turn: Turn, context: Context) -> dict[str, Any]:
        """Return what staff see on the card: proven identity, the visit concerned, what was offered and what was wished."""
        proof = identity.proof_of(turn, context.now())
        return {
            "patient": proof.patient if proof else None,
            "actor": proof.actor if proof else None,
            "form": turn.tracker.active_loop_name,
            "visit": turn.get("visit"),
            "offers": turn.get("offers"),
            "wish": turn.get("wish"),
            "last_message": turn.message_id,
        }


class ActionHandOffRequest(ActionHandOff):
    """The same for a wish that the line leaves to the desk."""

    reason = "request_for_desk"

    def name(self) -> str:
        return "action_hand_off_request"


class ActionResume(Action):
    """Takes the conversation back after staff are done: reads the schedule again, then goes on where it was."""

    def name(self) -> str:
        return "action_resume"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        events = suspension.resume(tracker)
        if not events:
            forget_journey(turn)
            turn.say("utter_back_to_bot")
            return turn.events()
        turn.say("utter_back_to_bot_and_form")
        # Offers made before the pause may be gone; the form reads the schedule again and offers afresh.
        turn.clear("offers", "opening", "offer_page")
        restored = next(event for event in events if event["event"] == "active_loop")
        return [*turn.events(), *events, FollowupAction(restored["name"])]


class ActionLeave(Action):
    """Ends a form that the patient gave up: everything stays as it was, and that is said."""

    def name(self) -> str:
        return "action_leave"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        visit = visit_from_json(turn.get("visit"))
        if turn.get("next_step") == "leave":
            if visit and await _stands(context, visit):
                turn.say("utter_left_unchanged", visit=wording.when(context.clinic.local(visit.start), turn.channel))
            else:
                turn.say("utter_left")
        forget_journey(turn)
        return [*turn.events(), ActiveLoop(None), SlotSet("requested_slot", None)]


async def _stands(context: Context, visit: Visit) -> bool:
    """Is the visit still as the conversation knows it? A change that was cut off may have happened all the same."""
    try:
        now = await context.directory.visit(visit.reference)
    except SchedulingError:
        return False  # what cannot be read is not promised
    return now.start == visit.start and now.status == visit.status

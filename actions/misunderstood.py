"""What is said when a message is not understood: once rephrased, twice narrowed, and the third time a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import small_talk
from actions.context import current
from actions.journey import Journey
from actions.journeys.registry import listening
from actions.step import Step
from actions.tickets import needs_person, open_ticket
from actions.turn import Turn


class ActionNotUnderstood(Action):
    """Counts misunderstandings in a row. It never reverts the message: a reverted one would be lost from the transcript."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        if not tracker.active_loop_name and listening(Step(turn, context, Journey("answer", turn.message_id, turn.text))):
            return [FollowupAction("journey_form")]
        if not tracker.active_loop_name and (response := small_talk.response_to(turn.text)):
            turn.say(response)
            return [*turn.events(), FollowupAction("action_listen")]
        if needs_person(turn.text):
            # A threat that sounds like nothing else is a complaint all the same.
            open_ticket(Step(turn, context, Journey("complaint", turn.message_id, turn.text)), "complaint")
            turn.set(handoff_reason="complaint")
            return [*turn.events(), FollowupAction("action_hand_off")]
        times = int(turn.get("misunderstood") or 0) + 1
        if times >= context.clinic.policies.misunderstandings:
            turn.set(handoff_reason="not_understood")
            return [*turn.events(), FollowupAction("action_hand_off")]
        turn.set(misunderstood=times)
        if tracker.active_loop_name:
            turn.say("utter_not_understood_in_form" if times == 1 else "utter_not_understood_in_form_again")
            return turn.events()  # the form asks again by itself
        turn.say("utter_not_understood" if times == 1 else "utter_not_understood_again")
        # Rasa also falls back on this action where no rule applies, and then predicts it again and again.
        return [*turn.events(), FollowupAction("action_listen")]


class ActionNothingOpen(ActionNotUnderstood):
    """Answers an answer to nothing: a "yes" or a "2" when no question is open. Inside a form it is simply not understood."""

    def name(self) -> str:
        return "action_nothing_open"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if tracker.active_loop_name:
            return await super().run(dispatcher, tracker, domain)
        turn = Turn(dispatcher, tracker)
        if turn.intent in ("inform", "correct_value", "ask_more_options"):
            return await super().run(dispatcher, tracker, domain)
        turn.clear("next_step")
        turn.say("utter_nothing_open")
        return turn.events()

"""Small talk with the line: saying its last answer again, and meeting rudeness calmly."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn

# A first insult is met calmly, a second with the offer of a person, the next with a person.
OFFERED_AT = 2


class ActionSayAgain(Action):
    """Says the last answer again. Inside the form the form asks again by itself."""

    # What is said first, if anything.
    lead = ""

    def name(self) -> str:
        return "action_say_again"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        said = last_answer(tracker)
        if not said:
            turn.say("utter_nothing_to_repeat")
            return []
        if self.lead:
            turn.say(self.lead)
        for each in said:
            dispatcher.utter_message(text=each["text"], metadata=each["metadata"])
        return []


class ActionSaySlowly(ActionSayAgain):
    """The same for whom the line is too quick."""

    lead = "utter_slowly"

    def name(self) -> str:
        return "action_say_slowly"


class ActionMeetInsult(Action):
    """Answers abuse calmly, never in kind, and offers a person when it goes on."""

    def name(self) -> str:
        return "action_meet_insult"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        times = int(turn.get("insults") or 0) + 1
        turn.set(insults=times)
        if times > OFFERED_AT:
            turn.set(handoff_reason="upset", insults=None)
            return [*turn.events(), FollowupAction("action_hand_off")]
        if times < OFFERED_AT:
            turn.say("utter_calm")
        elif tracker.active_loop_name:
            turn.say("utter_calm_again_in_form")
        else:
            turn.set(person_offered=turn.message_id)
            turn.say("utter_calm_again")
        return turn.events()


def last_answer(tracker: Tracker) -> list[dict[str, Any]]:
    """Return what the line said in answer to the message before this one: texts with what they wait for. Empty when it said nothing."""
    messages = [event.get("message_id") for event in tracker.events if event["event"] == "user"]
    earlier = [one for one in messages if one != messages[-1]]
    if not earlier:
        return []
    found, inside = [], False
    for event in tracker.events:
        if event["event"] == "user":
            inside = event.get("message_id") == earlier[-1]
        elif inside and event["event"] == "bot" and event.get("text"):
            found.append({"text": event["text"], "metadata": (event.get("metadata") or {}).get("metadata") or {}})
    return found

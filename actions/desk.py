"""Questions that only the desk can settle. Staff get a task, the conversation stays with the line; whoever is angry gets a person."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, wording
from actions.context import current
from actions.promises import call_back
from actions.switching import opens_a_journey
from actions.turn import Turn

_ANGRY = re.compile(
    r"[?!]{2,}|\b(?:ridiculous|outrageous|scam\w*|fraud|rip ?-?off|robb\w+|lawyer|attorney|sue|suing|bbb|furious|angry|pissed|mad|wtf|bs|"
    r"bullsh\w+|damn|hell|stupid|crap|unacceptable|disgust\w+|fed up|sick of|thieves|crooks|manager)\b",
    re.IGNORECASE,
)


def sounds_angry(text: str) -> bool:
    """Do the words call for a person rather than for a task?"""
    shouted = [word for word in re.findall(r"[^\W\d_]{3,}", text) if word.isupper()]
    return bool(_ANGRY.search(text)) or len(shouted) >= 3


class ActionAskDeskBilling(Action):
    """Leaves a question about bills, insurance or prices to the desk, with the time by which it answers."""

    # Of the task, of the reason for a person, and in the names of action and response.
    task = "billing"

    def name(self) -> str:
        return f"action_ask_desk_{self.task}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        if opens_a_journey(turn.intent, turn.text) and not tracker.active_loop_name:
            return [FollowupAction("journey_form")]
        if sounds_angry(turn.text):
            turn.set(handoff_reason=self.task)
            return [*turn.events(), FollowupAction("action_hand_off")]
        due = call_back(context)
        proof = identity.proof_of(turn, context.now())
        turn.record(
            "staff_task",
            kind=self.task,
            owner="desk",
            detail={"message": turn.message_id, "patient": proof.patient if proof else None},
            dedupe_key=f"{self.task}:{turn.message_id}",
            due_at=due.isoformat(),
        )
        turn.clear("misunderstood")
        turn.say(f"utter_desk_{self.task}", by=wording.when(due, turn.channel))
        return turn.events()


class ActionAskDeskTelehealth(ActionAskDeskBilling):
    """The same for a visit by video."""

    task = "telehealth"

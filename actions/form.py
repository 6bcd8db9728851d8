"""What the forms' validate actions share: when a message concerns the form at all, and how it ends.

Rasa calls `validate_<form>` when the form opens, when a message filled one of its slots, and when the form is come back to after a
question on the side. One action both checks what came and asks for what is missing, because a call to the action server costs more than
anything inside it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import identity
from actions.context import Context, current
from actions.turn import Turn

# Filled by single messages; each is read in the turn that brought it and emptied at its end.
PASSING_SLOTS = ("assent", "choice", "when", "more", "stop", "therapist", "location")
# What a journey holds until it ends.
JOURNEY_SLOTS = ("visit", "visits", "wish", "offers", "opening", "offer_page")


class FormAction(Action, ABC):
    """A form's one action. A subclass names its form and says in `advance` what comes next."""

    form = ""

    def name(self) -> str:
        return f"validate_{self.form}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        opening = tracker.get_slot("requested_slot") is None  # a form under way always waits for something
        coming_back = turn.answered_on_the_side(self.form)
        if not opening and not coming_back and not turn.fresh():
            return []  # nothing here is for the form: Rasa lets the rules answer
        context = current()
        if turn.get("stop"):
            turn.set(next_step="leave")
            requested = None
        else:
            if coming_back:
                turn.say("utter_back_to_visit")
            requested = await self._advance(turn, context, opening=opening)
        turn.clear(*PASSING_SLOTS, *(() if coming_back else ("misunderstood",)))
        return [*turn.events(), SlotSet("requested_slot", requested)]

    async def _advance(self, turn: Turn, context: Context, *, opening: bool) -> str | None:
        if opening:
            self.open(turn)
        asked = await identity.settle(turn, context)
        if asked is not None:
            self.keep(turn, context)
            return asked or None
        return await self.advance(turn, context)

    def open(self, turn: Turn) -> None:
        """Say something when the form opens, before anything is asked."""

    def keep(self, turn: Turn, context: Context) -> None:
        """Keep what the message already said about the journey while the identity is still being asked for."""

    @abstractmethod
    async def advance(self, turn: Turn, context: Context) -> str | None:
        """Take the proven patient's message one step further; return the slot asked for, or None when the form is done."""


def forget_journey(turn: Turn) -> None:
    """Empty everything a finished journey held."""
    turn.clear(*JOURNEY_SLOTS, *PASSING_SLOTS, "next_step")

"""When the line asks first how it goes: the worst pain of the last 24 hours, and whether the exercises were done.

Like a reminder, the question opens no form and waits in a slot. It names its patient where the number speaks for several.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, outreach
from actions.context import current
from actions.journeys import exercise_log, pain
from actions.programs import read_program
from actions.standstill import may_write_first
from actions.turn import Turn


class ActionAskPain(Action):
    """Asks for the worst pain of the last 24 hours."""

    slot = pain.WAITING
    response = "utter_ask_pain"

    def name(self) -> str:
        return "action_ask_pain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        if not await may_write_first(context, turn.conversation):
            return []
        patient = str(turn.values["patient"])
        if not await outreach.may_write(turn, context, patient, "exercise"):
            return []
        persons = await identity.known(turn, context)
        asked = next((person for person in persons if person.reference == patient), None)
        if asked is None or not await self._fits(context, patient):
            return []
        shared = len({person.reference for person in persons}) > 1
        turn.say(f"{self.response}_of" if shared else self.response, given=asked.given)
        turn.set(**{self.slot: {"patient": patient, "at": context.now().isoformat()}})
        return turn.events()

    async def _fits(self, _context: Any, _patient: str) -> bool:
        return True


class ActionAskExercises(ActionAskPain):
    """Asks whether today's exercises were done, if the patient has any."""

    slot = exercise_log.WAITING
    response = "utter_ask_exercises"

    def name(self) -> str:
        return "action_ask_exercises"

    async def _fits(self, context: Any, patient: str) -> bool:
        own = await read_program(context, patient)
        return own is not None and bool(own.active)

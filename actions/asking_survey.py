"""The line asks the one-question survey: how likely the patient is to recommend the clinic.

What was asked waits in the slot `surveys` for its answer (`actions/journeys/survey.py`), so that no form stands open meanwhile.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, outreach
from actions.context import current
from actions.journeys.survey import Asked
from actions.standstill import may_write_first
from actions.turn import Turn

# Surveys kept in mind of one number: those of a family.
KEPT = 4


class ActionAskSurvey(Action):
    """Asks for a score, naming the patient on a shared phone. Nothing is asked while an incident is open, or after an opt-out."""

    def name(self) -> str:
        return "action_ask_survey"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        if not await may_write_first(context, turn.conversation):
            return []
        patient = str(turn.values.get("patient") or "")
        if not await outreach.may_write(turn, context, patient, "survey"):
            return []
        persons = await identity.known(turn, context)
        given = next((person.given for person in persons if person.reference == patient), "")
        shared = len({person.reference for person in persons}) > 1
        asked = Asked(
            id=str(turn.values.get("survey") or turn.message_id),
            patient=patient,
            given=given if shared else "",
            at=context.now().isoformat(),
        )
        turn.say("utter_ask_survey_of" if asked.given else "utter_ask_survey", given=given)
        waiting = [one for one in turn.get("surveys") or () if one["id"] != asked.id and one["patient"] != patient]
        turn.set(surveys=[*waiting, asked.as_json()][-KEPT:])
        return turn.events()

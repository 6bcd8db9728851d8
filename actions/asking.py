"""When the line writes first: a reminder of a visit, and an opening offered to somebody on the waitlist.

No form is opened: the patient's next words may be about something else. What was asked waits in a slot for its answer.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, outreach
from actions.context import Context, current
from actions.journey import Journey
from actions.scheduling.resources import actors
from actions.scheduling.types import Opening, to_json
from actions.step import Step
from actions.turn import Turn

logger = logging.getLogger(__name__)


class ActionAskReminder(Action):
    """Reminds of a visit that still stands and asks whether the patient will come."""

    def name(self) -> str:
        return "action_ask_reminder"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        visit = await context.directory.visit(str(turn.values["visit"]))
        if visit.status not in ("booked", "pending") or visit.start <= context.now():
            return []
        patient = await _patient_of(context, visit.reference)
        if not await outreach.may_write(turn, context, patient, "reminder"):
            return []
        persons = await identity.known(turn, context)
        given = next((person.given for person in persons if person.reference == patient), "")
        step = Step(turn, context, Journey("confirm"))
        shared = len({person.reference for person in persons}) > 1
        turn.say("utter_ask_reminder_of" if shared else "utter_ask_reminder", given=given, **(step.names(None, visit)))
        others = [one for one in turn.get("reminders") or () if one["visit"] != visit.reference]
        reminder = {"visit": visit.reference, "patient": patient, "given": given, "start": visit.start.isoformat()}
        turn.set(reminders=[*others, reminder])
        return turn.events()


class ActionOfferOpening(Action):
    """Holds an opening for a patient of the waitlist and offers it."""

    def name(self) -> str:
        return "action_offer_opening"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        waitlist = str(turn.values["waitlist"])
        patient = await _patient_of(context, waitlist)
        if not await outreach.may_write(turn, context, patient, "waitlist"):
            return []
        opening = await _opening(context, str(turn.values["slot"]))
        if opening is None:
            return []
        minutes = context.clinic.policies.waitlist_hold_minutes
        until = context.now() + timedelta(minutes=minutes)
        held = await context.waitlist.hold(opening, until)
        if held is None:
            return []
        offer = {
            "opening": to_json(held),
            "waitlist": waitlist,
            "patient": patient,
            "until": until.isoformat(),
        }
        turn.set(waitlist_offer=offer)
        step = Step(turn, context, Journey("take_offer"))
        turn.say("utter_place_came_free", minutes=minutes, **step.names(None, held))
        return turn.events()


async def _patient_of(context: Context, appointment: str) -> str:
    who = actors(await context.client.read(appointment)).get("Patient")
    return who.reference if who else ""


async def _opening(context: Context, slot: str) -> Opening | None:
    resource = await context.client.read(slot)
    if resource.get("status") != "free":
        return None
    return await context.directory.opening(resource)

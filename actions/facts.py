"""What anyone may know about the clinic: where it is and when it is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.context import Context, current
from actions.journey import Journey
from actions.kinds import kind_of
from actions.turn import Turn
from bot.clinic import Location


class ActionTellLocation(Action):
    """Says address and parking of the location that was named, that the visit is at, or of all."""

    def name(self) -> str:
        return "action_tell_location"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        for place in _meant(turn, context):
            turn.say("utter_location", location=place.name, address=place.address, parking=place.parking)
        return []


class ActionTellHours(Action):
    """Says whether the clinic is open now, and until or from when."""

    def name(self) -> str:
        return "action_tell_hours"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        now = context.now()
        for place in _meant(turn, context):
            spans = [(start, end) for start, end in context.clinic.openings(now.date(), place.code) if start <= now < end]
            if spans:
                turn.say("utter_open_now", location=place.name, until=wording.clock(spans[0][1], turn.channel))
            else:
                opens = context.clinic.next_opening(now + timedelta(minutes=1), place.code)
                turn.say("utter_closed_now", location=place.name, opening=wording.when(opens, turn.channel))
        return []


class ActionTellPrep(Action):
    """Says what to bring and wear, for the kind of visit in hand or else for a treatment visit."""

    def name(self) -> str:
        return "action_tell_prep"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        journey = Journey.from_json(turn.get("journey"))
        kind = kind_of(context.clinic, journey.visit) if journey and journey.visit else None
        usual = next((each for each in context.clinic.visit_types if "active" in each.self_book), context.clinic.visit_types[0])
        turn.say("utter_prep", prep=(kind or usual).prep)
        return []


def _meant(turn: Turn, context: Context) -> tuple[Location, ...]:
    named = next(turn.tracker.get_latest_entity_values("location"), None)
    journey = Journey.from_json(turn.get("journey"))
    visit = journey.visit if journey else None
    at_visit = context.clinic.located(visit.location.reference) if visit and visit.location else None
    named_place = next((place for place in context.clinic.locations if place.name == named), None)
    place = named_place or at_visit
    return (place,) if place else context.clinic.locations

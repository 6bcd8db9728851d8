"""What anyone may know about the clinic: where it is, when it is open, how to park, and what to bring to a visit."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import identity, opening_hours, wishes, wording
from actions.context import Context, current
from actions.journey import Journey
from actions.kinds import kind_of, named_kind
from actions.opening_hours import Asked
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import Visit
from actions.turn import Turn
from bot.clinic import Location, VisitType

logger = logging.getLogger(__name__)

_PARKING = re.compile(r"\bpark(?:s|ed|ing)?\b|\bgarage\b|\b(?:leave|put) (?:my|the|our) car\b", re.IGNORECASE)
_WHERE = re.compile(
    r"\bwhere (?:are|r|is|'?s|do i (?:go|come))\b(?!.{0,20}\bpark)|\baddress|\bdirections?\b"
    r"|\bhow (?:do|can|would) (?:i|we|you) (?:get|find)\b|\blocat(?:ed|ion)|\bmap\b|\bstreet\b",
    re.IGNORECASE,
)
_MY_VISIT = re.compile(r"\b(?:my|mom'?s|his|her|the|our) (?:\w+ )?(?:visit|appointment|appt|session)\b", re.IGNORECASE)
_FIRST_VISIT = re.compile(
    r"\b(?:first (?:time|visit|appointment|appt|session|day)|new patient|new here|never been|initial|paperwork|forms?)\b", re.IGNORECASE
)
_WEAR = re.compile(r"\b(?:wear|clothes|clothing|dress|shoes|sneakers|shorts|pants|jeans|sweats|outfit|leggings|put on)\b", re.IGNORECASE)
_BRING = re.compile(r"\b(?:bring|need|take|card|id|papers?|early|documents?|referral|know|expect|prepare)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!])\s+")


class ActionTellLocation(Action):
    """Says where a place is, or only how to park there: the place named, that of the patient's visit, or all of them."""

    def name(self) -> str:
        return "action_tell_location"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        visit = await _visit(turn, context)
        places = _named(turn, context) or _at_visit(context, visit) or context.clinic.locations
        response = "utter_parking" if _PARKING.search(turn.text) and not _WHERE.search(turn.text) else "utter_location"
        if response == "utter_location" and len(places) > 1:
            response = "utter_location_of_several"
        for place in places:
            turn.say(response, location=place.name, address=place.address, parking=place.parking, map=place.map)
        if visit is None and len(places) > 1 and _MY_VISIT.search(turn.text):
            turn.say("utter_which_place_is_yours")
        return []


class ActionTellHours(Action):
    """Answers the question about hours that was asked: now, certain days, the week, or the holidays."""

    def name(self) -> str:
        return "action_tell_hours"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        now = context.now()
        said = turn.saying(now)
        question = opening_hours.read(turn.text, wishes.read(said) if said else None, now.date())
        journey = Journey.from_json(turn.get("journey"))
        places = _named(turn, context) or _at_visit(context, journey.visit if journey else None) or context.clinic.locations
        if question.asked is Asked.HOLIDAYS:
            turn.say("utter_closures", closures=opening_hours.closures(context.clinic, now.date()))
        for day in question.days:
            _tell_day(turn, context, places, day)
        for place in places:
            if question.asked is Asked.WEEK:
                turn.say("utter_hours_of_week", location=place.name, hours=opening_hours.week(place, turn.channel))
            elif question.asked is Asked.NOW:
                _tell_now(turn, context, place)
        return []


class ActionTellPrep(Action):
    """Says what to bring and wear: for the visit in hand or the next one, for the kind named, or else for a treatment visit."""

    def name(self) -> str:
        return "action_tell_prep"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, context = Turn(dispatcher, tracker), current()
        clinic = context.clinic
        first = clinic.visit_types[0]
        usual = next((each for each in clinic.visit_types if "active" in each.self_book), first)
        named = first if _FIRST_VISIT.search(turn.text) else _named_kind(turn, context)
        visit = await _visit(turn, context) if named is None else None
        kind = named or (kind_of(clinic, visit) if visit else None)
        if kind is None and _BRING.search(turn.text) and not _WEAR.search(turn.text):
            turn.say("utter_prep_first_or_not", first=first.prep, usual=usual.prep)
        else:
            turn.say("utter_prep", prep=_about(turn.text, (kind or usual).prep))
        return []


def _tell_now(turn: Turn, context: Context, place: Location) -> None:
    now = context.now()
    until = next((end for start, end in context.clinic.openings(now.date(), place.code) if start <= now < end), None)
    if until is not None:
        turn.say("utter_open_now", location=place.name, until=wording.clock(until, turn.channel))
        return
    opens = context.clinic.next_opening(now + timedelta(minutes=1), place.code)
    turn.say("utter_closed_now", location=place.name, opening=wording.when(opens, turn.channel))


def _tell_day(turn: Turn, context: Context, places: tuple[Location, ...], day: date) -> None:
    """Say the hours of a day at each place, in one sentence where all are closed."""
    clinic, said = context.clinic, wording.day(day, turn.channel)
    opened = {place.code: clinic.openings(day, place.code) for place in places}
    if not any(opened.values()):
        holiday = next((closure for place in places if (closure := clinic.closure(day, place.code))), None)
        ahead = clinic.local(context.clock.now()) if day == context.now().date() else context.now() + (day - context.now().date())
        opens = wording.when(clinic.next_opening(ahead, places[0].code if len(places) == 1 else None), turn.channel)
        where = places[0].name if len(places) == 1 else clinic.short_name
        if holiday:
            turn.say("utter_closed_for_holiday", location=where, day=said, holiday=holiday.name, opening=opens)
        else:
            turn.say("utter_closed_on_day", location=where, day=said, opening=opens)
        return
    for place in places:
        if opened[place.code]:
            hours = opening_hours.spans(opened[place.code], turn.channel)
            turn.say("utter_open_on_day", location=place.name, day=said, hours=hours)
        else:
            turn.say("utter_other_closed_on_day", location=place.name, day=said)


async def _visit(turn: Turn, context: Context) -> Visit | None:
    """Return the visit in hand, or the next one of a patient whose identity is proven; None when nobody knows."""
    journey = Journey.from_json(turn.get("journey"))
    if journey and journey.visit:
        return journey.visit
    proof = identity.proof_of(turn, context.now())
    if proof is None:
        return None
    try:
        coming = await context.directory.upcoming(proof.patient)
    except SchedulingError as error:
        logger.warning("the next visit cannot be read (%s); the answer is the general one", type(error).__name__)
        return None
    return coming[0] if coming else None


def _named(turn: Turn, context: Context) -> tuple[Location, ...]:
    named = set(turn.tracker.get_latest_entity_values("location"))
    return tuple(place for place in context.clinic.locations if place.name in named)


def _at_visit(context: Context, visit: Visit | None) -> tuple[Location, ...]:
    place = context.clinic.located(visit.location.reference) if visit and visit.location else None
    return (place,) if place else ()


def _named_kind(turn: Turn, context: Context) -> VisitType | None:
    """Return the kind of visit that the words name, unless it is the one that every visit is called by."""
    kind = named_kind(context.clinic, turn.text)
    return kind if kind is not None and "active" not in kind.self_book else None


def _about(text: str, prep: str) -> str:
    """Return of the preparations what was asked for: clothes alone when the question is only about clothes."""
    if not _WEAR.search(text) or _BRING.search(text):
        return prep
    clothes = [sentence for sentence in _SENTENCE.split(prep) if _WEAR.search(sentence)]
    return " ".join(clothes) or prep

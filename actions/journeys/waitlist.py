"""The waitlist: joining it for a wish that nothing fits, leaving it, and taking an opening that was offered from it."""

from __future__ import annotations

import re
from datetime import datetime

from actions import openings, wishes, wording
from actions.choosing import keep_saying
from actions.journeys import outcomes
from actions.journeys.need import need_for
from actions.openings import Need
from actions.rules import kind_for
from actions.scheduling.types import Opening, Status, opening_from_json
from actions.standing import standing
from actions.step import Step

TOLD = {Status.DONE: "utter_booked", Status.REQUESTED: "utter_book_requested", Status.REFUSED: "utter_book_refused"}
SHOWN = 2
_LIST = r"(?:list|waitlist|standby|stand-by|wait|waiting)"
_LEAVING = re.compile(
    rf"\b(?:off|leave|remove|stop|cancel|drop|scratch|forget)\b.{{0,40}}\b{_LIST}\b"
    rf"|\bno (?:need|longer)\b.{{0,60}}\b{_LIST}\b"
    rf"|\b(?:don'?t|do not) need\b.{{0,30}}\b{_LIST}\b",
    re.IGNORECASE,
)


def says_leave(text: str) -> bool:
    """Does the patient want off the waitlist?"""
    return bool(_LEAVING.search(text.replace("’", "'")))


async def join(step: Step) -> str | None:
    """Ask for what to wait for and for the yes, then put the patient on the waitlist."""
    journey = step.journey
    visits = await step.context.directory.upcoming(step.patient)
    own = await standing(step.context, step.patient)
    kind = kind_for(step.context.clinic, own, None)
    need = need_for(step, own, visits, moving=journey.visit) if journey.visit else need_for(step, own, visits, kind=kind)
    if step.asked == "confirmed" and step.assent and journey.details.get("windows"):
        return await _join(step, need)
    if step.asked == "confirmed" and step.assent is False and not step.saying:
        step.turn.say("utter_left")
        return None
    if keep_saying(step):
        journey.details.pop("windows", None)
    before = step.context.clinic.local(journey.visit.start) if journey.visit else None
    wish = wishes.constraint(journey.said, before)
    windows = openings.reachable(step.context, wish) if wish else []
    if not windows:
        return step.ask("when", "utter_ask_waitlist_when")
    journey.details["windows"] = [[start.isoformat(), end.isoformat()] for start, end in windows]
    # "with Priya" is waited for only when it was said; else whoever is free will do for the patient's own therapist.
    return step.ask("confirmed", "utter_confirm_waitlist", wish=_words(step, windows), **step.names())


async def _join(step: Step, need: Need) -> str | None:
    windows = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in step.journey.details["windows"]]
    key = f"waitlist-{step.turn.message_id}"
    waiting = await step.context.waitlist.join(
        key,
        step.patient,
        windows,
        minutes=need.minutes,
        service_type=need.service_type,
        service_code="",
        practitioner=need.first,
        location=need.location,
    )
    if waiting is None:
        step.task("waitlist", {"patient": step.patient, "windows": step.journey.details["windows"], "minutes": need.minutes}, key=key)
    step.audit("waitlist_joined", key=key, recorded=waiting is not None)
    name = "utter_waitlisted_and_visit" if step.journey.visit else "utter_waitlisted"
    step.turn.say(name, wish=_words(step, windows), **step.names(step.journey.visit))
    return None


async def leave(step: Step) -> str | None:
    """Take the patient off the waitlist after a yes."""
    waiting = await step.context.waitlist.of(step.patient)
    if not waiting:
        step.turn.say("utter_not_waitlisted")
        return None
    if step.asked == "confirmed" and step.assent:
        gone = [await step.context.waitlist.leave(one) for one in waiting]
        if not all(gone):
            step.task("waitlist_leave", {"patient": step.patient}, key=f"waitlist-leave-{step.turn.message_id}")
        step.audit("waitlist_left", count=len(waiting))
        step.turn.say("utter_off_waitlist")
        return None
    if step.asked == "confirmed" and step.assent is False:
        step.turn.say("utter_left")
        return None
    return step.ask("confirmed", "utter_confirm_leave_waitlist", wish=_words(step, waiting[0].windows))


async def take_offer(step: Step) -> str | None:
    """Book the opening that was offered from the waitlist; the yes to the offer is the yes."""
    journey = step.journey
    offer = step.turn.get("waitlist_offer") or {}
    opening = opening_from_json(offer.get("opening"))
    if opening is None or offer.get("patient") != step.patient:
        step.turn.say("utter_place_is_gone")
        step.turn.clear("waitlist_offer")
        return None
    if not journey.details.get("agreed") and not step.assent:
        return step.ask("confirmed", "utter_confirm_book", **step.names(None, opening), kind="visit")
    journey.opening = opening
    if datetime.fromisoformat(offer["until"]) <= step.now and not await _is_free(step, opening):
        step.turn.say("utter_opening_taken")
        step.turn.say("utter_still_waitlisted")
        step.turn.clear("waitlist_offer")
        return None
    key = f"book-{step.turn.message_id}"
    outcome = await step.context.booking.book(key, conversation_id=step.turn.conversation, patient=step.patient, opening=opening)
    if not outcomes.settle(step, outcome, TOLD):
        step.turn.say("utter_still_waitlisted")
    elif outcome.status is Status.DONE:
        for one in await step.context.waitlist.of(step.patient):
            if one.reference == offer.get("waitlist"):
                await step.context.waitlist.leave(one)
    step.turn.clear("waitlist_offer")
    return None


async def _is_free(step: Step, opening: Opening) -> bool:
    found = await step.context.directory.openings(
        [(opening.start, opening.end)],
        minutes=opening.minutes,
        practitioner=opening.practitioner.reference if opening.practitioner else None,
    )
    return not found.given_up and any(each.slot == opening.slot for each in found.openings)


def _words(step: Step, windows: list[openings.Window] | tuple[openings.Window, ...]) -> str:
    local = [(step.context.clinic.local(start), step.context.clinic.local(end)) for start, end in windows[:SHOWN]]
    return " or ".join(wording.span(start, end, step.turn.channel).removeprefix("on ").removeprefix("at ") for start, end in local)

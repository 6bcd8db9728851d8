"""Cancelling: another day is offered first, the fee is told, the reason is kept for the therapist, and one explicit yes ends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from actions import mentions, rules, which, wishes, wording
from actions.choosing import keep_saying
from actions.journey import visits_of
from actions.journeys import outcomes
from actions.scheduling.types import Status, Visit, to_json
from actions.step import Step

_NO_OTHER = re.compile(
    r"\b(?:no|not|don'?t|dont|nope|without|nor)\b.{0,25}\b(?:other|another|different|new) (?:days?|times?|dates?|one|appointment|visit)\b"
    r"|\b(?:just|only|simply) (?:cancel|drop|take|scratch|remove|delete)\b"
    r"|\b(?:don'?t|dont|no need to|not) (?:want to )?(?:move|reschedule|rebook)\b"
    r"|\b(?:no|without|don'?t need(?: a| any)?) (?:replacements?|rebooking|rescheduling|make-?up)\b",
    re.IGNORECASE,
)

# Nothing is cancelled on these, whatever else is said: "yes keep it", "never mind cancelling".
_KEEPS = re.compile(
    r"\b(?:don'?t|dont|do not|not|no need to|rather than|instead of|never ?mind|nvm|nevermind|forget|stop)"
    r" (?:about |the |that |to |it |any |with )*(?:cancel\w*|drop\w*)"
    r"|\b(?<!need to )(?<!don't )(?<!dont )(?<!not )(?<!can't )(?<!cant )(?:(?:keep|hold) (?:it|my|the|that|them|both|those|me|everything)"
    r"|leave (?:it|them|both|those|everything|things|(?:the|my) (?:visits?|appointments?|appts?)))\b"
    r"|\bi(?:'?ll| will) (?:be there|come|make it)\b|\bstill (?:coming|want (?:it|to come))\b",
    re.IGNORECASE,
)
_SAYS_CANCEL = re.compile(r"\bcancel|\b(?:take|call|cross) (?:it|that|me|this) off\b|\bdrop\b", re.IGNORECASE)

TOLD = {Status.DONE: "utter_cancelled", Status.REQUESTED: "utter_cancel_requested", Status.REFUSED: "utter_cancel_refused"}


def keeps_visit(text: str) -> bool:
    """Do the words want the visit to stand, though they speak of cancelling?"""
    return _KEEPS.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")) is not None


async def advance(step: Step) -> str | None:
    """Ask which visit, whether another day would help, and for the yes; then cancel."""
    journey = step.journey
    several = visits_of(journey.details.get("several", ()))
    if step.asked == "confirmed" and not step.quiet and keeps_visit(step.turn.text):
        step.turn.say("utter_left")
        return None
    again = step.intent == "cancel_appointment" and step.saying is None and not step.turn.unseen_question
    if step.asked == "confirmed" and (step.assent or again or _means_it(step, several)) and (journey.visit or several):
        for each in several or ([journey.visit] if journey.visit else []):
            await _cancel(step, each)
        return None
    if step.asked == "confirmed" and step.assent is False:
        step.turn.say("utter_left")
        return None
    keep_saying(step)
    visits = await step.context.directory.upcoming(step.patient)
    if not visits:
        step.turn.say("utter_no_visit_to_cancel", **step.names())
        return None
    if len(visits) > 1 and which.says_all(journey.words if step.quiet else f"{journey.words} {step.turn.text}"):
        journey.details["several"] = [to_json(visit) for visit in visits]
        return _confirm_several(step, visits)
    if (other := which.corrected(step, visits)) is not None:
        journey.visit = other
    visit = which.settle(step, visits)
    if visit is None:
        return which.ask(step, visits)
    if rules.may_move(step.context.clinic, visit, step.now) is not None:
        step.turn.say("utter_move_is_desks", **step.names(visit))
        step.to_person("cancel_not_allowed")
        return None
    if step.asked == "another_day" and not step.quiet:
        return await _after_offer(step, visit)
    if _wishes_to_move(step, visit):
        return await _move(step)
    if _NO_OTHER.search(journey.words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        journey.details["sure"] = True
    if step.asked in ("reason", "confirmed") or journey.details.get("sure"):
        return _confirm(step, visit)
    return _offer_another_day(step, visit)


def _means_it(step: Step, several: Sequence[Visit]) -> bool:
    """Does a "no" mean no other day, rather than not to cancel ("both, no replacements")?"""
    text = step.turn.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    says_cancel = _SAYS_CANCEL.search(text) is not None
    if says_cancel and step.intent == "never_mind":
        return True  # "don't move them, cancel the two of them"
    if _NO_OTHER.search(text) and (says_cancel or which.says_all(text)):
        return True
    return bool(several) and step.assent is None and which.says_all(text)


def _offer_another_day(step: Step, visit: Visit) -> str:
    fee = rules.late_fee(step.context.clinic, visit, step.now)
    name = "utter_another_day" if fee is None else "utter_another_day_late"
    return step.ask("another_day", name, **step.names(visit), fee=fee, hours=step.context.clinic.policies.notice_hours)


async def _after_offer(step: Step, visit: Visit) -> str | None:
    """Read the answer to "shall I find another day?": a yes or a day moves the visit, all else is taken for the reason."""
    journey = step.journey
    if _NO_OTHER.search(step.turn.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        journey.details |= {"sure": True, "reason": step.turn.text}
        return _confirm(step, visit)
    if step.assent or step.intent in ("reschedule_appointment", "ask_more_options", "book_appointment") or _names_another_day(step, visit):
        if not _names_another_day(step, visit):
            journey.said = []
        return await _move(step)
    journey.details |= {"sure": True, "reason": step.turn.text}
    return _confirm(step, visit)


def _wishes_to_move(step: Step, visit: Visit) -> bool:
    """Was another day wished for at once, and no word said of cancelling ("can't come tomorrow. friday maybe?")?"""
    if step.asked is not None and step.asked not in ("date_of_birth", "first_name", "visit"):
        return False
    start = step.context.clinic.local(visit.start)
    wish = wishes.constraint(step.journey.said, start)
    wished = wish is not None and not wish.is_time_only and not wish.allows(start.replace(tzinfo=None))
    if not wished or _SAYS_CANCEL.search(step.journey.words):
        return False
    return mentions.meant(step.journey.words, [start.replace(tzinfo=None)], _said_at(step)) == 0


def _said_at(step: Step) -> datetime:
    said = next((each["said_at"] for each in step.journey.said if "said_at" in each), None)
    return datetime.fromisoformat(said) if said else step.now.replace(tzinfo=None)


async def _move(step: Step) -> str | None:
    from actions.journeys import reschedule

    step.journey.kind = "reschedule"
    return await reschedule.advance(step)


def _names_another_day(step: Step, visit: Visit) -> bool:
    """Does the message wish for a time, other than that of the visit itself, without a no?"""
    if step.assent is False or step.intent in ("cancel_appointment", "never_mind"):
        return False
    said = step.saying
    found = wishes.read(said, step.context.clinic.local(visit.start)) if said else None
    start: datetime = step.context.clinic.local(visit.start).replace(tzinfo=None)
    return found is not None and found.constraint is not None and not found.ruled_out and not found.constraint.allows(start)


def _confirm(step: Step, visit: Visit) -> str:
    fee = rules.late_fee(step.context.clinic, visit, step.now)
    name = "utter_confirm_cancel" if fee is None else "utter_confirm_cancel_late"
    return step.ask("confirmed", name, **step.names(visit), fee=fee, hours=step.context.clinic.policies.notice_hours)


def _confirm_several(step: Step, visits: Sequence[Visit]) -> str:
    starts = [step.context.clinic.local(visit.start) for visit in visits]
    fees = [rules.late_fee(step.context.clinic, visit, step.now) for visit in visits]
    fee = sum(each for each in fees if each)
    name = "utter_confirm_cancel_several_late" if fee else "utter_confirm_cancel_several"
    return step.ask("confirmed", name, **step.names(), options=wording.options(starts, step.turn.channel), fee=fee, count=len(visits))


async def _cancel(step: Step, visit: Visit) -> None:
    step.journey.visit, step.journey.opening = visit, None
    key = f"cancel-{step.turn.message_id}-{visit.reference.rpartition('/')[2]}"[:120]
    outcome = await step.context.booking.cancel(key, conversation_id=step.turn.conversation, patient=step.patient, visit=visit)
    outcomes.settle(step, outcome, TOLD)
    if reason := step.journey.details.get("reason"):
        step.audit("cancel_reason", visit=visit.reference, reason=reason)

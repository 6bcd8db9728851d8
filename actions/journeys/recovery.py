"""What patients say of the clinic by themselves: praise, suggestions, complaints, and thoughts of leaving.

Complaints and thoughts of leaving make a ticket with an owner and a time, which are told. Nothing is disclosed, so that the number
alone is enough. Anger and threats of law get a person at once, without argument.
"""

from __future__ import annotations

import re

from actions.journeys.survey import whose
from actions.step import Step
from actions.tickets import needs_person, open_ticket
from bot import survey

# A wish for something to be otherwise, in words of praise or beside them.
_SUGGESTS = re.compile(
    r"\b(?:suggest\w*|should|could (?:you|y'?all|u|they|we|use|be)|would (?:be (?:nice|great|good|cool|helpful)|love|like|help)|wish|"
    r"it'?d be (?:nice|great|good|cool)|please (?:add|get|put|play|turn|fix|open|have|offer|bring|make)|why (?:don'?t|not)|"
    r"how about|what if|maybe (?:you|y'?all|add|get|have)|needs? (?:more|a|an|some|better|new)|"
    r"more (?:parking|chairs|hours|staff|evening|weekend|space|slots)|"
    r"too (?:loud|cold|hot|dark|bright|small|crowded|early|late|far)|idea|consider|improve\w*|instead of|have you thought)\b",
    re.IGNORECASE,
)


async def feedback(step: Step) -> str | None:
    """Thank for praise; pass a suggestion on. Both are kept as a comment."""
    if step.quiet:
        return None
    turn = step.turn
    for record in survey.records(turn.message_id, await whose(step) or None, None, turn.text.strip(), step.now):
        turn.record(record.kind, **record.detail)
    if _SUGGESTS.search(turn.text):
        owner = step.context.clinic.service_recovery.owner
        detail = {"message": turn.message_id}
        turn.record("staff_task", kind="suggestion", owner=owner, detail=detail, dedupe_key=f"suggestion:{turn.message_id}")
        turn.say("utter_suggestion_passed_on", owner=step.context.clinic.member(owner).first_name)
        return None
    turn.say("utter_praise")
    return None


async def complaint(step: Step) -> str | None:
    """Apologise, open a ticket, and say who sees to it by when."""
    if step.quiet:
        return None
    ticket = open_ticket(step, "complaint", of=await whose(step) or None)
    if needs_person(step.turn.text):
        step.to_person("complaint")
        return None
    step.turn.say("utter_complaint_taken", **ticket)
    return None


async def leaving(step: Step) -> str | None:
    """Take it as it is, without pressure: a ticket, and the offer of a call."""
    if step.asked == "call_wanted" and not step.quiet and step.assent is not None:
        _called(step, wanted=step.assent)
        return None
    if step.asked == "call_wanted":
        return step.ask("call_wanted", "utter_leaving_call", **step.journey.details)
    ticket = open_ticket(step, "leaving", key=step.journey.began, of=await whose(step) or None)
    if needs_person(step.journey.words):
        step.to_person("complaint")
        return None
    step.journey.details |= ticket
    return step.ask("call_wanted", "utter_leaving", **ticket)


def _called(step: Step, *, wanted: bool) -> None:
    detail = {"message": step.turn.message_id, "wanted": wanted}
    step.task("call_answer", detail, key=f"call_answer:{step.journey.began}")
    step.turn.say("utter_leaving_called" if wanted else "utter_leaving_no_call", **step.journey.details)

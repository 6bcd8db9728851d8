"""One message as a journey sees it: what was understood, what stands, and how to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions import wording
from actions.context import Context
from actions.identity import Proof
from actions.journey import Journey
from actions.scheduling.types import Actor, Opening, Visit
from actions.turn import Turn

# Where a yes or a no stands first, it is the answer, whatever follows: "yes i know about the fee".
YES_NO_SLOTS = frozenset({"confirmed", "another_day", "call_wanted"})
_LEAD = re.compile(
    r"\W*(?:(?:ok(?:ay)?|oh|omg|wow|haha|um|uh|well|ugh|hmm|aw+|yay|gosh)[\s,!.]+)*(?:(?P<yes>yes+|yeah|yep|yup|sure|si)|no|nope|nah|naw)\b",
    re.IGNORECASE,
)
_SIDE = re.compile(r"\b(?:(?P<last>later|latter|last)|earlier|former|first|sooner)\b", re.IGNORECASE)
YES = frozenset({"affirm"})
NO = frozenset({"deny"})


class NotSettled(Exception):
    """The scheduling system did not say what became of a change. The turn fails and is tried again under the same key."""


@dataclass
class Step:
    """A message within a journey.

    `quiet` tells that another action answered the message, or that it is no answer: the question is only put again. `asked` is the
    slot that was asked for when it came.
    """

    turn: Turn
    context: Context
    journey: Journey
    asked: str | None = None
    quiet: bool = False
    proof: Proof | None = None

    @property
    def intent(self) -> str:
        """What the message was understood as; empty when it is no answer."""
        return "" if self.quiet else self.turn.intent

    @property
    def now(self) -> datetime:
        """The present, clinic-local."""
        return self.context.now()

    @property
    def patient(self) -> str:
        """The proven patient's reference."""
        assert self.proof is not None, "the journey goes on with a proven identity only"  # noqa: S101 - journey_form sees to it
        return self.proof.patient

    @property
    def assent(self) -> bool | None:
        """Was the open question answered yes or no? An answer written before the question arrived is none."""
        if self.quiet or self.turn.unseen_question:
            return None
        if self.asked in YES_NO_SLOTS and (lead := _LEAD.match(self.turn.text)):
            return lead["yes"] is not None
        return True if self.intent in YES else False if self.intent in NO else None

    @property
    def choice(self) -> int | None:
        """The number that was chosen, -1 for the last one."""
        if self.quiet or self.turn.unseen_question:
            return None
        if self.turn.choice is None and self.intent == "choose_option" and (side := _SIDE.search(self.turn.text)):
            return -1 if side["last"] else 1
        return self.turn.choice

    @property
    def saying(self) -> dict[str, Any] | None:
        """What this message says about when."""
        return None if self.quiet else self.turn.saying(self.now)

    def ask(self, slot: str, response: str, **values: Any) -> str:
        """Put a question and return the slot it is about."""
        self.turn.say(response, **values)
        return slot

    def when(self, moment: datetime) -> str:
        """Return day and time in the channel's words."""
        return wording.when(self.context.clinic.local(moment), self.turn.channel)

    def weekday(self, moment: datetime) -> str:
        """Return the day's name."""
        return wording.weekday(self.context.clinic.local(moment))

    def names(self, visit: Visit | None = None, opening: Opening | Visit | None = None) -> dict[str, str]:
        """Return the values that responses about a visit (`visit`, `old_…`) and an opening are filled with."""
        names = {"whose": self.whose}
        if visit is not None:
            names |= {
                "visit": self.when(visit.start),
                "old_day": self.weekday(visit.start),
                "old_practitioner": first_name(self.context, visit.practitioner),
                "old_location": place_name(self.context, visit.location),
            }
        if opening is not None:
            names |= {
                "opening": self.when(opening.start),
                "practitioner": first_name(self.context, opening.practitioner),
                "location": place_name(self.context, opening.location),
            }
        return names

    @property
    def whose(self) -> str:
        """Return `Ruth: ` where somebody acts for her or the number is shared, so that it always names its patient; else nothing."""
        return f"{self.proof.given}: " if self.proof and (self.proof.by_caregiver or self.proof.shared) else ""

    def task(
        self, kind: str, detail: dict[str, Any], *, key: str | None = None, due: datetime | None = None, owner: str | None = None
    ) -> None:
        """Give staff something to do; `owner` is a role or a staff code of the clinic's file."""
        due_at = due.isoformat() if due else None
        key = key or f"{kind}:{self.turn.message_id}"
        self.turn.record("staff_task", kind=kind, detail=detail, dedupe_key=key, due_at=due_at, owner=owner)

    def audit(self, what: str, **detail: Any) -> None:
        """Note who did what for whom."""
        actor = self.proof.actor if self.proof else "caller"
        self.turn.record("audit", what=what, actor=actor, patient=self.proof.patient if self.proof else None, detail=detail)

    def to_person(self, reason: str) -> None:
        """End the journey with a person."""
        self.turn.set(next_step="person", handoff_reason=reason)


def first_name(context: Context, actor: Actor | None) -> str:
    """Return how the line speaks of a practitioner: by first name when the clinic's file knows the person."""
    if actor is None:
        return "the team"
    member = context.clinic.practitioner(actor.reference)
    return member.first_name if member else actor.name or "the team"


def place_name(context: Context, actor: Actor | None) -> str:
    """Return how the line speaks of a location."""
    if actor is None:
        return context.clinic.short_name
    place = context.clinic.located(actor.reference)
    return place.name if place else actor.name or context.clinic.short_name

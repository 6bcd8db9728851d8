"""What kind of opening a journey looks for, by the visit being moved or the kind being booked, and by the clinic's rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import rules, wishes
from actions.kinds import kind_of
from actions.openings import Need
from actions.scheduling.types import Actor, Opening, Visit
from actions.standing import Standing
from actions.step import Step
from bot.clinic import VisitType

# Words that leave the visit's own day among what may be offered.
_SAME_DAY = re.compile(
    r"\b(?:(?:same|that|this) day|earlier|later|sooner|(?:other|another|different) (?:time|hour|slot)s?|instead of (?:at )?\d"
    r"|(?:hour|minutes?|bit|little) (?:before|after))\b",
    re.IGNORECASE,
)


def need_for(step: Step, own: Standing, visits: Sequence[Visit], *, moving: Visit | None = None, kind: VisitType | None = None) -> Need:
    """Return what to look for: one of the two, the visit being moved or the kind being booked, must be given."""
    clinic, now = step.context.clinic, step.now
    if moving is not None:
        kind = kind_of(clinic, moving)
    first = moving.practitioner if moving is not None else own.therapist
    place = moving.location if moving is not None else own.location
    wanted = step.journey.wanted
    named = wanted.get("therapist", "")
    if named == "any":
        first = None
    elif named == "own":
        first = own.therapist or first
    elif named:
        member = clinic.practitioner(named)
        first = Actor(named, member.name if member else "")
    if wanted.get("location") == "any":
        place = None
    elif wanted.get("location"):
        place = Actor(wanted["location"])
    elif named not in ("", "any") and (moving is None or moving.practitioner is None or first != moving.practitioner):
        place = None  # a therapist who was asked for by name is looked for wherever she works

    def refusal(opening: Opening) -> str | None:
        if kind is None:
            return None
        found = rules.bookable(clinic, own, kind, visits, opening, now, moving)
        return found.reason if found else None

    minutes = moving.minutes if moving is not None else kind.minutes if kind else 0
    service_type = moving.service_type if moving is not None else kind.service_types[0] if kind else ""
    return Need(
        service_type=service_type,
        minutes=minutes,
        first=first,
        named=named not in ("", "any"),
        location=place,
        like=clinic.local(moving.start) if moving is not None else None,
        excluding=(moving.slot,) if moving is not None and moving.slot else (),
        soonest=wishes.wants_soonest(step.journey.said),
        another_day=moving is not None and not _SAME_DAY.search(_words(step)),
        refusal=refusal,
    )


def _words(step: Step) -> str:
    """Return everything said about when, and what the journey began with."""
    return " ".join([step.journey.words, *(str(each.get("text", "")) for each in step.journey.said)])

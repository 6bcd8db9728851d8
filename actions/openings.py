"""Which openings to offer: those that fit the wish, with the same therapist first, spread over days, near the old time of day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.context import Context
from actions.scheduling.types import Actor, Opening, Visit
from bot.nlu.when import Constraint

Window = tuple[datetime, datetime]

# How many openings are read to choose the few that are offered from.
LOOKED_AT = 120


@dataclass(frozen=True)
class Offer:
    """What is offered. `fits` is False when nothing fits the wish and these are the nearest."""

    openings: tuple[Opening, ...]
    fits: bool


async def find(context: Context, visit: Visit, wish: Constraint | None, page: int = 0) -> Offer:
    """Return up to the clinic's number of offers for moving `visit`; `page` counts the offers already declined."""
    count = context.clinic.policies.offers
    ranges = _ranges(context, wish)
    like = context.clinic.local(visit.start)
    for practitioner in (visit.practitioner, None):
        found, fits = await _search(context, visit, ranges, practitioner)
        if found and fits:
            chosen = spread(found, count, like, skip=page * count)
            return Offer(tuple(chosen), True)
        if found and practitioner is None:
            return Offer(tuple(found[:count]), False)
    return Offer((), False)


def spread(openings: Sequence[Opening], count: int, like: datetime, skip: int = 0) -> list[Opening]:
    """Choose `count` openings: first one a day, each as near to the time of day of `like` as that day has, then the rest."""
    zone = like.tzinfo

    def distance(opening: Opening) -> int:
        local = opening.start.astimezone(zone)
        return abs((local.hour * 60 + local.minute) - (like.hour * 60 + like.minute))

    days: dict[object, list[Opening]] = {}
    for opening in openings:
        days.setdefault(opening.start.astimezone(zone).date(), []).append(opening)
    for day in days.values():
        day.sort(key=distance)
    rounds = max((len(day) for day in days.values()), default=0)
    order = [day[turn] for turn in range(rounds) for day in days.values() if turn < len(day)]
    return sorted(order[skip : skip + count], key=lambda opening: opening.start)


def fitting(openings: Sequence[Opening], wish: Constraint, context: Context) -> list[Opening]:
    """Return those of `openings` that start within the wish."""
    ranges = _ranges(context, wish)
    return [opening for opening in openings if any(start <= opening.start < end for start, end in ranges)]


def _ranges(context: Context, wish: Constraint | None) -> list[Window]:
    """Return the aware ranges in which an opening may start, clipped to the clinic's lead time and horizon."""
    now = context.now()
    policies = context.clinic.policies
    first = now + timedelta(minutes=policies.lead_minutes)
    last = now + timedelta(days=policies.horizon_days)
    if wish is None:
        return [(first, last)]
    zone = context.clinic.zone
    local = wish.ranges(now.replace(tzinfo=None), timedelta(days=policies.horizon_days))
    aware = [(span.start.replace(tzinfo=zone), span.end.replace(tzinfo=zone)) for span in local]
    return [(max(start, first), min(end, last)) for start, end in aware if end > first and start < last]


async def _search(context: Context, visit: Visit, ranges: Sequence[Window], practitioner: Actor | None) -> tuple[list[Opening], bool]:
    """Return openings of the visit's kind and whether they lie within the ranges; outside of them they are the nearest."""
    found = await context.directory.openings(
        ranges,
        minutes=visit.minutes,
        practitioner=practitioner.reference if practitioner else None,
        location=visit.location.reference if visit.location else None,
        limit=LOOKED_AT,
        excluding=[visit.slot] if visit.slot else [],
        service_type=visit.service_type,
    )
    return list(found.openings), not found.given_up

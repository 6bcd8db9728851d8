"""Which openings to offer: those that fit the wish and the clinic's rules, with the same therapist first, spread over days, near the
old time of day; and when nothing fits, the nearest and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actions.context import Context
from actions.scheduling.types import Actor, Opening
from bot.nlu.when import Constraint

Window = tuple[datetime, datetime]

# How many openings are read to choose the few that are offered from.
LOOKED_AT = 120

# Why nothing fits: no such opening · with that therapist there is none, with others there is · the clinic is closed then · openings
# there are, but a rule of the clinic keeps them back (`Offer.rule`) · further away or sooner than the line books.
NO_OPENING, NOT_WITH, CLOSED, RULE, OUT_OF_REACH = "no_opening", "not_with", "closed", "rule", "out_of_reach"


@dataclass(frozen=True)
class Need:
    """What is looked for. `practitioner` None is anybody, `like` the old time of day, `refusal` names the rule that forbids an opening.

    `first` is the therapist to prefer when none was named, `named` tells that the patient named one.
    """

    service_type: str
    minutes: int
    first: Actor | None = None
    named: bool = False
    location: Actor | None = None
    like: datetime | None = None
    excluding: tuple[str, ...] = ()
    soonest: bool = False
    another_day: bool = False
    refusal: Callable[[Opening], str | None] = field(default=lambda _opening: None)


@dataclass(frozen=True)
class Offer:
    """What is offered. `why` is empty when it fits the wish; else these are the nearest, and `rule` names the rule if one is why."""

    openings: tuple[Opening, ...]
    why: str = ""
    rule: str = ""

    @property
    def fits(self) -> bool:
        """Do these openings fit the wish?"""
        return not self.why


async def find(context: Context, need: Need, wish: Constraint | None, page: int = 0) -> Offer:
    """Return up to the clinic's number of offers; `page` counts the offers already declined. None at all: an empty offer."""
    count = context.clinic.policies.offers
    ranges = reachable(context, wish)
    wanted = wished(context, wish)
    with_first = await _search(context, need, ranges, need.first)
    forbidden = ""
    for found, given_up in (with_first, *([await _search(context, need, ranges, None)] if need.first else [])):
        if given_up or not found:
            continue
        kept, rule = _allowed(found, need)
        forbidden = forbidden or rule
        if kept and need.named and found is not with_first[0]:
            return Offer(tuple(_chosen(kept, count, need, page)), NOT_WITH)
        if kept:
            return Offer(tuple(_chosen(kept, count, need, page)))
    nearest = await _nearest(context, need, wanted)
    why = _why(context, ranges, wanted, forbidden)
    return Offer(tuple(nearest[page * count :][:count]), why, forbidden if why == RULE else "")


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
    ranges = reachable(context, wish)
    return [opening for opening in openings if any(start <= opening.start < end for start, end in ranges)]


def reachable(context: Context, wish: Constraint | None) -> list[Window]:
    """Return the aware ranges in which an opening may start, clipped to the clinic's lead time and horizon."""
    now = context.now()
    policies = context.clinic.policies
    first = now + timedelta(minutes=policies.lead_minutes)
    last = now + timedelta(days=policies.horizon_days)
    if wish is None:
        return [(first, last)]
    return [(max(start, first), min(end, last)) for start, end in wished(context, wish) if end > first and start < last]


def wished(context: Context, wish: Constraint | None) -> list[Window]:
    """Return the aware ranges of a wish from now on, as far as twice the clinic's horizon; everything for no wish."""
    now = context.now()
    far = timedelta(days=context.clinic.policies.horizon_days * 2)
    if wish is None:
        return [(now, now + far)]
    zone = context.clinic.zone
    local = wish.ranges(now.replace(tzinfo=None), far)
    return [(span.start.replace(tzinfo=zone), span.end.replace(tzinfo=zone)) for span in local]


def _chosen(kept: Sequence[Opening], count: int, need: Need, page: int) -> list[Opening]:
    if need.soonest or need.like is None:
        return list(kept[page * count :][:count])
    return spread(kept, count, need.like, skip=page * count)


def _allowed(found: Sequence[Opening], need: Need) -> tuple[list[Opening], str]:
    """Return the openings that no rule forbids, and the first rule that forbade one."""
    refusals = [need.refusal(opening) for opening in found]
    kept = [opening for opening, refusal in zip(found, refusals, strict=True) if refusal is None]
    if need.another_day and need.like is not None:
        # Whoever gives a visit up seldom can come at another hour of that day.
        kept = [each for each in kept if each.start.astimezone(need.like.tzinfo).date() != need.like.date()] or kept
    return kept, next((refusal for refusal in refusals if refusal), "")


async def _search(context: Context, need: Need, ranges: Sequence[Window], practitioner: Actor | None) -> tuple[list[Opening], bool]:
    """Return openings of the kind, and whether the wished time had to be given up to find them."""
    found = await context.directory.openings(
        ranges,
        minutes=need.minutes,
        practitioner=practitioner.reference if practitioner else None,
        location=need.location.reference if need.location else None,
        limit=LOOKED_AT,
        excluding=need.excluding,
        service_type=need.service_type,
    )
    return list(found.openings), bool(found.given_up)


async def _nearest(context: Context, need: Need, wanted: Sequence[Window]) -> list[Opening]:
    """Return all openings that may be offered, the nearest to the wished ranges first; the preferred therapist's before others'."""
    everything = reachable(context, None)
    near: list[Opening] = []
    for practitioner in (need.first, None) if need.first else (None,):
        found, _ = await _search(context, need, everything, practitioner)
        kept, _ = _allowed(found, need)
        near += sorted((each for each in kept if each not in near), key=lambda opening: _distance(opening, wanted))
    first = near[: context.clinic.policies.offers]
    days = {moment.date() for start, end in wanted if end - start <= timedelta(days=1) for moment in (start, end - timedelta(minutes=1))}
    # What is open on the wished day itself comes first, the rest as the calendar has it.
    ordered = sorted(first, key=lambda opening: (opening.start.astimezone(context.clinic.zone).date() not in days, opening.start))
    return [*ordered, *near[len(first) :]]


def _distance(opening: Opening, windows: Sequence[Window]) -> timedelta:
    return min((max(start - opening.start, opening.start - end, timedelta(0)) for start, end in windows), default=timedelta(0))


def _why(context: Context, ranges: Sequence[Window], wanted: Sequence[Window], forbidden: str) -> str:
    if forbidden:
        return RULE
    if not any(_open_within(context, start, end) for start, end in wanted):
        return CLOSED
    return NO_OPENING if ranges else OUT_OF_REACH


def _open_within(context: Context, start: datetime, end: datetime) -> bool:
    """Is some location open at some time within the range? Looked at for the first two weeks of it."""
    days = min((end - start).days + 2, 14)
    for step in range(days):
        day = (start + timedelta(days=step)).date()
        if any(opens < end and closes > start for opens, closes in context.clinic.openings(day)):
            return True
    return False

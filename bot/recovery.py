"""Who sees to unhappy patients and how soon, as `service_recovery` of `clinic.yml` says, and when that is on the clinic's clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.yamlfile import Node

if TYPE_CHECKING:
    from bot.clinic import Clinic

# The survey's scale (net promoter score): up to 6 a detractor, 7 and 8 passive, from 9 a promoter.
HIGHEST_DETRACTOR = 6
HIGHEST_PASSIVE = 8
_ROUND_MINUTES = 15
_SEARCHED = 40  # openings; more than a month of closed days is a mistake in the file


@dataclass(frozen=True)
class Recovery:
    """`owner` is the code of a staff member. A ticket is due after open hours (0-6, complaints, leaving) or open days (7-8)."""

    owner: str
    detractor_open_hours: int
    passive_open_days: int


def read(node: Node, staff: Collection[str]) -> Recovery:
    """Read `service_recovery`. Raises FileError."""
    recovery = Recovery(
        owner=node.at("owner").choice(tuple(sorted(staff))),
        detractor_open_hours=node.at("detractor_open_hours").number(least=1),
        passive_open_days=node.at("passive_open_days").number(least=1),
    )
    node.finish()
    return recovery


def due(clinic: Clinic, now: datetime, score: int | None = None) -> datetime:
    """Return by when a ticket is seen to, clinic-local: a passive's at the end of the last of its open days, any other after open hours."""
    if score is not None and HIGHEST_DETRACTOR < score <= HIGHEST_PASSIVE:
        return _after_open_days(clinic, now, clinic.service_recovery.passive_open_days)
    return _after_open_hours(clinic, now, timedelta(hours=clinic.service_recovery.detractor_open_hours))


def _after_open_hours(clinic: Clinic, now: datetime, left: timedelta) -> datetime:
    at = clinic.next_opening(now)
    for _ in range(_SEARCHED):
        closing = max(end for start, end in clinic.openings(at.date()) if start <= at < end)
        if at + left <= closing:
            return _rounded(at + left, closing)
        left -= closing - at
        at = clinic.next_opening(closing)
    return at


def _after_open_days(clinic: Clinic, now: datetime, days: int) -> datetime:
    local = clinic.local(now)
    found = [local.date() + timedelta(days=ahead) for ahead in range(1, _SEARCHED)]
    open_days = [day for day in found if day.weekday() < 5 and clinic.openings(day)]
    return max(end for _, end in clinic.openings(open_days[days - 1]))


def _rounded(moment: datetime, latest: datetime) -> datetime:
    """Return the next quarter of an hour, so that the time can be said."""
    return min(
        latest, moment + timedelta(minutes=-moment.minute % _ROUND_MINUTES, seconds=-moment.second, microseconds=-moment.microsecond)
    )

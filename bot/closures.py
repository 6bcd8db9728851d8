"""Days on which a clinic is closed, written as a person would: a date, a day of every year, or "last monday of may"."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(name.lower() for name in calendar.month_name)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
FORMS = "2025-12-24, 12-25 or last monday of may"


@dataclass(frozen=True)
class Closure:
    """A closed day. `locations` holds location codes; empty means everywhere. `year` is None for a day of every year;
    `nth` and `weekday` (Monday = 0) are set for rules and `day` otherwise.
    """

    name: str
    locations: frozenset[str]
    month: int
    day: int | None = None
    year: int | None = None
    nth: int | None = None
    weekday: int | None = None

    def date_in(self, year: int) -> date | None:
        """Return the closed date of that year, or None when it has none (29 February, or a closure of one other year)."""
        if self.year not in (None, year):
            return None
        if self.day is not None:
            last = calendar.monthrange(year, self.month)[1]
            return date(year, self.month, self.day) if self.day <= last else None
        if self.nth is None or self.weekday is None:
            return None
        if self.nth < 0:
            last_day = date(year, self.month, calendar.monthrange(year, self.month)[1])
            return last_day - timedelta(days=(last_day.weekday() - self.weekday) % 7)
        first = date(year, self.month, 1)
        return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))

    def covers(self, day: date, location: str | None) -> bool:
        """Is this location closed on that day? With no location: is everything closed?"""
        if self.locations and location not in self.locations:
            return False
        return self.date_in(day.year) == day


def parse_closure(name: str, on: str, locations: frozenset[str] = frozenset()) -> Closure:
    """Read one of the three forms of `FORMS`. Raises ValueError for anything else."""
    words = on.lower().split()
    if len(words) == 4 and words[2] == "of" and words[0] in _ORDINALS and words[1] in WEEKDAYS and words[3] in _MONTHS[1:]:
        return Closure(name, locations, month=_MONTHS.index(words[3]), nth=_ORDINALS[words[0]], weekday=WEEKDAYS.index(words[1]))
    numbers = [int(part) if part.isdigit() else 0 for part in on.split("-")]
    if len(numbers) == 3:
        day = date(*numbers)
        return Closure(name, locations, month=day.month, day=day.day, year=day.year)
    if len(numbers) == 2:
        leap_day = date(2024, *numbers)  # a leap year, so that 02-29 is a day
        return Closure(name, locations, month=leap_day.month, day=leap_day.day)
    raise ValueError(f"{on!r} is none of {FORMS}")

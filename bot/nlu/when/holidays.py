"""Holidays that patients name dates by (United States)."""

from __future__ import annotations

import calendar
from datetime import date

from bot.nlu.when.constraint import DAY

FIXED = {
    "new_year": (1, 1),
    "new_year_eve": (12, 31),
    "valentine": (2, 14),
    "saint_patrick": (3, 17),
    "juneteenth": (6, 19),
    "independence": (7, 4),
    "halloween": (10, 31),
    "veterans": (11, 11),
    "christmas_eve": (12, 24),
    "christmas": (12, 25),
}
# Month, weekday (Monday 0), which one of the month; -1 is the last.
FLOATING = {
    "king": (1, 0, 3),
    "presidents": (2, 0, 3),
    "mother": (5, 6, 2),
    "memorial": (5, 0, -1),
    "father": (6, 6, 3),
    "labor": (9, 0, 1),
    "columbus": (10, 0, 2),
    "thanksgiving": (11, 3, 4),
}
NAMES = (*FIXED, *FLOATING, "easter")


def in_year(name: str, year: int) -> date:
    """Return a holiday's date in a year. Raises KeyError for a name not in `NAMES`."""
    if name in FIXED:
        return date(year, *FIXED[name])
    if name == "easter":
        return easter(year)
    month, weekday, nth = FLOATING[name]
    days = [day for week in calendar.monthcalendar(year, month) if (day := week[weekday])]
    return date(year, month, days[nth - 1 if nth > 0 else -1])


def coming(name: str, today: date) -> date:
    """Return the next such holiday strictly after today."""
    this_year = in_year(name, today.year)
    return this_year if this_year > today else in_year(name, today.year + 1)


def easter(year: int) -> date:
    """Return Easter Sunday: the Sunday after the first full moon of spring (the anonymous Gregorian computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, 1) + day * DAY

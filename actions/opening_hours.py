"""What a question about opening hours asks, and hours as patients read and hear them.

"Are you open now" wants one sentence, "what are your hours" the week, "are you open the 4th" that day, "holidays?" the list of closures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from itertools import groupby

from actions import wording
from bot.clinic import Clinic, Location
from bot.nlu.when import Range, When

# A wish that spans more days than this asks for the week.
MOST_DAYS = 2
# Closures told at once.
CLOSURES = 3
_NOW = re.compile(r"\b(?:right now|now|currently|still|yet|at the moment|anybody there|anyone there|tonight|this late)\b", re.IGNORECASE)
_TODAY = re.compile(
    r"\b(?:close[sd]?|closing|how late|what time (?:do|are|r|does|is|u)|when (?:do|does|are|r|u)|till when|until when|latest)\b",
    re.IGNORECASE,
)
_WEEK = re.compile(r"\b(?:hours|every day|each day|week ?days|days (?:are|r) (?:you|u)|which days|what days|schedule)\b", re.IGNORECASE)
# Written as a name, the day of the month is the holiday: "are you open on the Fourth?"
_THE_FOURTH = re.compile(r"\b(?:the Fourth|July 4th?|4th of July)\b(?! of(?! July))")
_HOLIDAYS = re.compile(r"\bholidays?\b|\bclosures?\b|\bclosed (?:for|on) any\b", re.IGNORECASE)


class Asked(Enum):
    """What is asked."""

    NOW = auto()
    WEEK = auto()
    DAYS = auto()
    HOLIDAYS = auto()


@dataclass(frozen=True)
class Question:
    """What is asked, and of which days."""

    asked: Asked
    days: tuple[date, ...] = ()


def read(text: str, wish: When | None, today: date) -> Question:
    """Return what a question about hours asks; `wish` is what its words say about when."""
    if _THE_FOURTH.search(text) and (today.month == 6 or (today.month == 7 and today.day <= 4)):
        return Question(Asked.DAYS, (date(today.year, 7, 4),))
    days = _days(wish)
    if days and not (days == (today,) and _NOW.search(text)):
        return Question(Asked.DAYS, days) if len(days) <= MOST_DAYS else Question(Asked.WEEK)
    if days:
        return Question(Asked.NOW)
    if _HOLIDAYS.search(text):
        return Question(Asked.HOLIDAYS)
    if _NOW.search(text):
        return Question(Asked.NOW)
    if _WEEK.search(text):
        return Question(Asked.WEEK)
    return Question(Asked.DAYS, (today,)) if _TODAY.search(text) else Question(Asked.NOW)


def _days(wish: When | None) -> tuple[date, ...]:
    """Return the days that the words name; of "on sundays" the next."""
    if wish is None:
        return ()
    named = wish.constraint if wish.constraint is not None and not wish.constraint.is_time_only else wish.visit_reference
    if named is None:
        return ()
    ranges = [option for option in named.options if isinstance(option, Range)]
    if len(ranges) > 1 and len({option.start.weekday() for option in ranges}) == 1:
        ranges = ranges[:1]
    found = []
    for option in ranges:
        day = option.start.date()
        while datetime.combine(day, time()) < option.end:
            found.append(day)
            day += timedelta(days=1)
    return tuple(dict.fromkeys(found))


def spans(opened: Sequence[tuple[datetime, datetime]], channel: str) -> str:
    """Return the spans of one day: `7:00 AM-7:00 PM`, or for voice `seven in the morning to seven in the evening`."""
    return ", ".join(_span(start, end, channel) for start, end in opened)


def week(place: Location, channel: str) -> str:
    """Return a week's hours, days alike together: `Mon-Fri 7:00 AM-7:00 PM, Sat 8:00 AM-12:00 PM`."""
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=number) for number in range(7)]
    parts = []
    for hours, group in groupby(days, key=lambda day: place.hours[day.weekday()]):
        if hours:
            alike = list(group)
            name = _days_name(alike[0], alike[-1], channel)
            opened = [(datetime.combine(monday, start), datetime.combine(monday, end)) for start, end in hours]
            parts.append(f"{name} {spans(opened, channel)}")
    return ", ".join(parts)


def closures(clinic: Clinic, today: date) -> str:
    """Return the next closed days with their names: `Fri Jul 4 (Independence Day)`."""
    coming = sorted(
        (day, closure.name)
        for closure in clinic.closures
        for year in (today.year, today.year + 1)
        if (day := closure.date_in(year)) is not None and day >= today
    )
    return ", ".join(f"{wording.day(day)} ({name})" for day, name in coming[:CLOSURES])


def _span(start: datetime, end: datetime, channel: str) -> str:
    to = " to " if channel == "voice" else "-"
    return f"{wording.clock(start, channel)}{to}{wording.clock(end, channel)}"


def _days_name(first: date, last: date, channel: str) -> str:
    form, to = ("%A", " to ") if channel == "voice" else ("%a", "-")
    return first.strftime(form) if first == last else f"{first.strftime(form)}{to}{last.strftime(form)}"

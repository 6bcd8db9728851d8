"""Finds the days and times that a text of the line names, however they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(
    r"""\b(?:
      (?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|day|sday|nesday|rsday|urday)?\b
    | (?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b
    | (?P<nmonth>\d{1,2})/(?P<nday>\d{1,2})(?:/\d{2,4})?\b
    | (?P<near>today|tonight|tomorrow)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(
    r"""\b(?:
      (?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap])\.?m\b
    | (?P<hour24>\d{1,2}):(?P<minute24>\d\d)\b
    | (?P<oclock>\d{1,2})\s+o'?clock\b
    | (?P<noon>noon)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Moment:
    """A time of day in a text and the day said with it: `day`, else `weekday` (Monday 0), else neither. `at` is where it stands."""

    at: int
    time: time
    day: date | None = None
    weekday: int | None = None

    def fits(self, start: datetime) -> bool:
        """Is this `start`, which is local?"""
        if self.time != start.time():
            return False
        return self.day == start.date() if self.day else self.weekday == start.weekday()

    def near(self, now: datetime) -> datetime | None:
        """Return the moment meant: the first such day from `now` on; None without a day."""
        day = self.day
        if day is None and self.weekday is not None:
            day = now.date() + timedelta(days=(self.weekday - now.weekday()) % 7)
        return datetime.combine(day, self.time, now.tzinfo) if day else None


@dataclass(frozen=True)
class _Day:
    at: int
    end: int
    day: date | None
    weekday: int | None


def moments(text: str, now: datetime) -> list[Moment]:
    """Return every time in the text with its day: the one named before it, or just after it, and else the last one named."""
    text = text.replace("’", "'")
    days = list(_days(text, now))
    found = []
    for match in _TIME.finditer(text):
        clock = _time(match)
        if clock is not None:
            day = _day_of(text, match.start(), match.end(), days)
            found.append(Moment(match.start(), clock, day.day if day else None, day.weekday if day else None))
    return found


def times(text: str) -> set[time]:
    """Return every time of day in the text."""
    return {clock for match in _TIME.finditer(text.replace("’", "'")) if (clock := _time(match)) is not None}


def _days(text: str, now: datetime) -> list[_Day]:
    found: list[_Day] = []
    for match in _DAY.finditer(text):
        weekday, day = None, None
        if match["weekday"]:
            weekday = _WEEKDAYS.index(match["weekday"].lower())
        elif match["near"]:
            day = now.date() + timedelta(days=match["near"].lower() == "tomorrow")
        else:
            month = _MONTHS.index(match["month"].lower()) + 1 if match["month"] else int(match["nmonth"])
            day = _date(now.year, month, int(match["day"] or match["nday"]))
        if day is None and weekday is None:
            continue
        before = found[-1] if found else None
        if (
            before is not None
            and before.day is None
            and day is not None
            and re.fullmatch(r"[\s,.]*(?:the\s+)?", text[before.end : match.start()])
        ):
            found[-1] = _Day(before.at, match.end(), day, before.weekday)
        else:
            found.append(_Day(match.start(), match.end(), day, weekday))
    return found


def _day_of(text: str, start: int, end: int, days: list[_Day]) -> _Day | None:
    before = [day for day in days if day.end <= start]
    after = [day for day in days if day.at >= end and re.fullmatch(r"\.?,?\s*(?:on\s+)?(?:the\s+)?", text[end : day.at], re.IGNORECASE)]
    direct = before and re.fullmatch(r"[\s,.:(-]*(?:at\s+|from\s+)?", text[before[-1].end : start], re.IGNORECASE)
    if before and (direct or not after):
        return before[-1]
    return after[0] if after else None


def _time(match: re.Match[str]) -> time | None:
    if match["noon"]:
        return time(12)
    if match["hour"]:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if hour > 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    else:
        hour, minute = int(match["hour24"] or match["oclock"]), int(match["minute24"] or 0)
        # A bare "5:15" is when clinics are open.
        hour = hour + 12 if 1 <= hour < 7 else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

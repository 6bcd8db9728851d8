"""The demo clinic's calendar: who works where, which days it is closed, and the openings of a day.

All times are the clinic's wall clock; an opening carries the offset that its day has.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DATA = Path(__file__).with_name("data")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Opening:
    """A place in a practitioner's day, free or not. `start` is aware, on the clinic's wall clock."""

    schedule: str
    practitioner: str
    location: str
    kind: str
    minutes: int
    start: datetime

    @property
    def id(self) -> str:
        """The id of its Slot, such as `dana-whitfield-riverside-treatment-20250603-1000`."""
        return f"{self.schedule}-{self.start:%Y%m%d-%H%M}"

    @property
    def end(self) -> datetime:
        """When it ends, on the wall clock."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def day(self) -> date:
        """Its local date."""
        return self.start.date()


def is_closed(day: date) -> bool:
    """Is the demo clinic closed all day? The holidays are those of the shipped `clinic.yml`; a test keeps both the same."""
    if (day.month, day.day) in ((1, 1), (7, 4), (12, 25)):
        return True
    last_of_may = day.month == 5 and day.day > calendar.monthrange(day.year, 5)[1] - 7
    if day.weekday() == 0 and (last_of_may or (day.month == 9 and day.day <= 7)):
        return True
    return day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28


@cache
def _plan() -> dict[str, Any]:
    plan: dict[str, Any] = yaml.safe_load((DATA / "calendar.yml").read_text(encoding="utf-8"))
    return plan


def schedules() -> list[tuple[str, str, str, str]]:
    """Return (schedule, practitioner, location, kind) of every schedule."""
    return [
        (f"{who}-{entry['location']}-{entry['kind']}", who, entry["location"], entry["kind"])
        for who, entries in _plan()["practitioners"].items()
        for entry in entries
    ]


def openings(day: date, zone: ZoneInfo) -> Iterator[Opening]:
    """Yield the openings of a day; none when the clinic is closed."""
    if is_closed(day):
        return
    for who, entries in _plan()["practitioners"].items():
        for entry in entries:
            if entry.get("weeks") == "alternate" and day.toordinal() // 7 % 2:
                continue
            minutes = _plan()["lengths"][entry["kind"]]
            schedule = f"{who}-{entry['location']}-{entry['kind']}"
            for session in entry["sessions"].get(WEEKDAYS[day.weekday()], ()):
                for start in _starts(session, minutes):
                    yield Opening(schedule, who, entry["location"], entry["kind"], minutes, datetime.combine(day, start, zone))


def _starts(session: str, minutes: int) -> Iterator[time]:
    first, last = (time.fromisoformat(edge) for edge in session.split("-"))
    at = first.hour * 60 + first.minute
    while at + minutes <= last.hour * 60 + last.minute:
        yield time(at // 60, at % 60)
        at += minutes

"""Days and stretches of days: what a date expression means, seen from now and from the visit.

Every node resolves to readings: several when the words are ambiguous, each a tuple of ranges of which any will do.
"""

from __future__ import annotations

import calendar
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from bot.nlu.when.constraint import HORIZON_DAYS, MINUTE, Range
from bot.nlu.when.holidays import coming

Ranges = tuple[Range, ...]
Readings = tuple[Ranges, ...]
WEEK = timedelta(days=7)
YEARS_AHEAD = 5


class NeedsVisitError(ValueError):
    """The words count from the patient's visit, which is not known; parse again when it is."""


class NotAWishError(ValueError):
    """The words name the past, or a date that does not exist."""


@dataclass(frozen=True)
class Context:
    """From where the words are read: now, the visit's start if known, or only its day when the message itself names it.

    `spoken_of` are the days the message turns down, from which "after that" counts.
    """

    now: datetime
    visit: datetime | None = None
    visit_day: date | None = None
    spoken_of: Range | None = None

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def anchor(self) -> date:
        """The visit's day. Raises NeedsVisitError."""
        if self.visit is not None:
            return self.visit.date()
        if self.visit_day is None:
            raise NeedsVisitError("the day of the visit is not known")
        return self.visit_day

    @property
    def has_anchor(self) -> bool:
        return self.visit is not None or self.visit_day is not None


def midnight(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time())


def whole(day: date, days: int = 1) -> Range:
    """Return the range of whole days from `day` on."""
    return Range(midnight(day), midnight(_add(day, days)))


def moment(start: datetime) -> Range:
    """Return the one-minute range of an exact time."""
    return Range(start, start + MINUTE)


def one(span: Range) -> Readings:
    """Return a single reading of a single range."""
    return ((span,),)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return _add(day, -day.weekday())


def _add(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise NotAWishError(f"{days} days from {day} lies beyond the calendar") from error


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, clipped to its last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Day(ABC):
    """A date expression."""

    is_container = False
    from_visit = False

    @abstractmethod
    def resolve(self, context: Context) -> Readings:
        """Return the readings. Raises NeedsVisitError, NotAWishError."""

    def within(self, span: Range, context: Context) -> Ranges:
        """Return what this names inside a stretch: for an exclusion, or a weekday in a week."""
        found = (part.meet(span) for part in self.resolve(context)[0])
        return tuple(part for part in found if part)


@dataclass(frozen=True)
class InDays(Day):
    """Today, tomorrow, in ten days."""

    days: int

    def resolve(self, context: Context) -> Readings:
        return one(whole(_add(context.today, self.days)))


@dataclass(frozen=True)
class InMonths(Day):
    """In a month: the same day of a later month."""

    months: int

    def resolve(self, context: Context) -> Readings:
        return one(whole(add_months(context.today, self.months)))


@dataclass(frozen=True)
class InMinutes(Day):
    """In an hour: counted from now."""

    minutes: int

    def resolve(self, context: Context) -> Readings:
        return one(moment(context.now.replace(second=0, microsecond=0) + timedelta(minutes=self.minutes)))


@dataclass(frozen=True)
class Weekday(Day):
    """A weekday: `bare`, `this`, `next`, `after_next` (the one after next), or `that` (of the visit's week)."""

    weekday: int
    how: str = "bare"

    def resolve(self, context: Context) -> Readings:
        today = context.today
        bare = _add(today, (self.weekday - today.weekday() - 1) % 7 + 1)
        here = _add(monday_of(today), self.weekday)
        if self.how == "next":
            coming = whole(_add(here, 7))
            return ((whole(here),), (coming,)) if here > today else one(coming)
        if self.how == "after_next":
            return one(whole(_add(here, 14)))
        if self.how == "this":
            return one(whole(here if here > today else bare))
        if self.how == "other":
            return one(whole(_add(here if here > today else bare, 7)))
        if self.how == "that":
            return one(whole(_add(monday_of(context.anchor), self.weekday)))
        if self.how == "following":
            anchor = context.anchor
            return one(whole(_add(anchor, (self.weekday - anchor.weekday() - 1) % 7 + 1)))
        return one(whole(bare))

    def within(self, span: Range, context: Context) -> Ranges:
        if self.how not in ("bare", "every"):
            return super().within(span, context)
        return weekdays_in(span, {self.weekday})


@dataclass(frozen=True)
class Every(Day):
    """Mondays, any weekday, weekends: every such day of the next four weeks, or of the stretch it stands in."""

    weekdays: frozenset[int]

    def resolve(self, context: Context) -> Readings:
        first = _add(context.today, 1)
        return (weekdays_in(whole(first, HORIZON_DAYS), self.weekdays),)

    def within(self, span: Range, context: Context) -> Ranges:
        return weekdays_in(span, self.weekdays)


def weekdays_in(span: Range, weekdays: Iterable[int]) -> Ranges:
    """Return such days of a stretch, days in a row joined."""
    wanted = set(weekdays)
    found: list[Range] = []
    day = span.start.date()
    while midnight(day) < span.end:
        part = whole(day).meet(Range(span.start, span.end))
        if day.weekday() in wanted and part:
            if found and found[-1].end == part.start:
                found[-1] = Range(found[-1].start, part.end)
            else:
                found.append(part)
        day = _add(day, 1)
    return tuple(found)


@dataclass(frozen=True)
class EveryOther(Every):
    """Every other Tuesday: the first such day of a stretch, the third, and so on."""

    def resolve(self, context: Context) -> Readings:
        return (super().resolve(context)[0][::2],)

    def within(self, span: Range, context: Context) -> Ranges:
        return super().within(span, context)[::2]


@dataclass(frozen=True)
class AnyDay(Day):
    """Any day at all: four weeks from now; `other` than the visit's."""

    other: bool = False

    def resolve(self, context: Context) -> Readings:
        return one(Range(context.now, midnight(_add(context.today, HORIZON_DAYS))))


@dataclass(frozen=True)
class Soonest(AnyDay):
    """As soon as possible: any day, the first opening of all."""


@dataclass(frozen=True)
class MonthDay(Day):
    """A day of the month, with or without month, year and weekday; the first date that fits all that was said.

    A weekday that does not agree with the date but is one day off it gives both readings.
    """

    day: int
    month: int | None = None
    year: int | None = None
    also: int | None = None

    def resolve(self, context: Context) -> Readings:
        if self.year is not None and not -1 < self.year - context.today.year <= YEARS_AHEAD:
            raise NotAWishError(f"the year {self.year} is no year for a visit")
        plain = self._first(context, None)
        if self.also is None or plain.weekday() == self.also:
            return one(whole(plain))
        near = [_add(plain, step) for step in (-1, 1) if _add(plain, step).weekday() == self.also]
        near = [day for day in near if day > context.today]
        if near:
            return ((whole(near[0]),), (whole(plain),))
        return one(whole(self._first(context, self.also)))

    def _first(self, context: Context, weekday: int | None) -> date:
        day = context.today
        for _ in range(366 * 8):
            day = _add(day, 1)
            fits = day.day == self.day and self.month in (None, day.month) and self.year in (None, day.year)
            if fits and weekday in (None, day.weekday()):
                return day
        raise NotAWishError(f"no coming day {self.day} of month {self.month} in {self.year}")

    def within(self, span: Range, context: Context) -> Ranges:
        if self.month is not None:
            return super().within(span, context)
        day, found = span.start.date(), []
        while midnight(day) < span.end:
            if day.day == self.day:
                found.append(whole(day))
            day = _add(day, 1)
        return tuple(found)


@dataclass(frozen=True)
class FixedDay(Day):
    """A holiday: the coming one of its kind."""

    rule: str

    def resolve(self, context: Context) -> Readings:
        return one(whole(coming(self.rule, context.today)))


@dataclass(frozen=True)
class Later(Day):
    """A day expression moved by whole days: "a week from Thursday", "the day after Thanksgiving"."""

    base: Day
    days: int

    def resolve(self, context: Context) -> Readings:
        shift = timedelta(days=self.days)
        return tuple(tuple(Range(part.start + shift, part.end + shift) for part in reading) for reading in self.base.resolve(context))


@dataclass(frozen=True)
class MonthsAfter(Day):
    """The same day of a later month: "a month from the 18th"."""

    base: Day
    months: int

    def resolve(self, context: Context) -> Readings:
        return tuple((whole(add_months(reading[0].start.date(), self.months)),) for reading in self.base.resolve(context))


@dataclass(frozen=True)
class WeekdayNear(Day):
    """The first such weekday after (or before) another day: "the Monday after Christmas"."""

    weekday: int
    base: Day
    forward: bool = True

    def resolve(self, context: Context) -> Readings:
        return tuple(one(whole(self._near(reading)))[0] for reading in self.base.resolve(context))

    def _near(self, reading: Ranges) -> date:
        if self.forward:
            last = _add((reading[-1].end - MINUTE).date(), 0)
            return _add(last, (self.weekday - last.weekday() - 1) % 7 + 1)
        first = reading[0].start.date()
        return _add(first, -((first.weekday() - self.weekday - 1) % 7 + 1))


@dataclass(frozen=True)
class In(Day):
    """A day inside a stretch: "Tuesday next week", "the first Monday of July", "Thursday that week"."""

    inner: Day
    stretch: Day
    nth: int | None = field(default=None)

    def resolve(self, context: Context) -> Readings:
        readings = []
        for reading in self.stretch.resolve(replace(context)):
            found = tuple(part for span in reading for part in self.inner.within(span, context))
            if self.nth is not None and found:
                found = (found[self.nth - 1 if self.nth > 0 else -1],) if abs(self.nth) <= len(found) else ()
            if found:
                readings.append(found)
        if not readings:
            return self.inner.resolve(context)
        return tuple(readings)

    def within(self, span: Range, context: Context) -> Ranges:
        found = (part.meet(span) for part in self.resolve(context)[0])
        return tuple(part for part in found if part)


def under_way(span: Range, now: datetime) -> Range:
    """Return the range begun at `now` when it is already under way."""
    return Range(now, span.end, span.exclude) if span.start < now < span.end and not span.is_exact else span

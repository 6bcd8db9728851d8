"""Stretches of days: weeks, weekends, months and their parts, ranges, and what is open at one end."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.nlu.when.constraint import HORIZON_DAYS, Range
from bot.nlu.when.days import (
    Context,
    Day,
    In,
    MonthDay,
    NotAWishError,
    Readings,
    Weekday,
    WeekdayNear,
    add_months,
    midnight,
    monday_of,
    one,
    whole,
)

# Half-open day offsets from Monday; what of a week a word names.
WEEK_PARTS = {"all": (0, 7), "early": (0, 2), "middle": (1, 4), "end": (3, 5), "first_half": (0, 3), "second_half": (3, 7)}
# First and last day of the month named by a word; "end" counts from the back.
MONTH_PARTS = {"early": (1, 10), "middle": (11, 20), "late": (21, 31), "first_half": (1, 15), "second_half": (16, 31)}
LAST_DAYS = 7


@dataclass(frozen=True)
class Week(Day):
    """A week counted from this one (`of` "now") or from the visit's (`of` "visit"; "either": the visit's when known), or a part of it.

    `vague` says that no week was named ("early in the week"): a part that is over means next week's.
    """

    offset: int
    part: str = "all"
    of: str = "now"
    vague: bool = False
    is_container = True

    def resolve(self, context: Context) -> Readings:
        by_visit = self.of != "now" and context.has_anchor
        here = context.anchor if by_visit or (self.of == "visit" and self.part in ("later", "earlier")) else context.today
        monday = monday_of(here) + timedelta(weeks=self.offset)
        if self.part == "later":
            start = here + timedelta(days=1) if self.offset == 0 else monday
            return one(Range(midnight(start), max(midnight(monday) + timedelta(days=7), midnight(start) + timedelta(days=1))))
        if self.part == "earlier":
            stop = midnight(here if by_visit else monday + timedelta(days=7))
            if stop <= context.now:
                raise NotAWishError("nothing is left of the week before that day")
            return one(Range(max(midnight(monday), context.now), stop))
        first, last = WEEK_PARTS[self.part]
        span = Range(midnight(monday + timedelta(days=first)), midnight(monday + timedelta(days=last)))
        if self.vague and span.end <= context.now:
            span = Range(span.start + timedelta(days=7), span.end + timedelta(days=7))
        return one(span)


@dataclass(frozen=True)
class WeekOf(Day):
    """The Monday-to-Sunday week that holds a day, or one some weeks later."""

    base: Day
    offset: int = 0
    is_container = True

    def resolve(self, context: Context) -> Readings:
        return tuple(
            one(whole(monday_of(reading[0].start.date()) + timedelta(weeks=self.offset), 7))[0] for reading in self.base.resolve(context)
        )


@dataclass(frozen=True)
class HolidayWeekend(Day):
    """The weekend of a holiday, with the holiday when it is a Friday or a Monday: "Labor Day weekend"."""

    holiday: Day
    is_container = True

    def resolve(self, context: Context) -> Readings:
        day = self.holiday.resolve(context)[0][0].start.date()
        if day.weekday() in (0, 4):
            return one(whole(day - timedelta(days=2 if day.weekday() == 0 else 0), 3))
        return one(whole(monday_of(day) + timedelta(days=5), 2))


@dataclass(frozen=True)
class Weekend(Day):
    """Saturday and Sunday: `this`, `next` (ambiguous before this one has begun), `after_next`, `following` the visit."""

    how: str = "this"
    is_container = True

    def resolve(self, context: Context) -> Readings:
        if self.how == "following":
            return one(whole(monday_of(context.anchor) + timedelta(days=5 if context.anchor.weekday() < 5 else 12), 2))
        here = monday_of(context.today) + timedelta(days=5)
        if self.how == "after_next":
            return one(whole(here + timedelta(days=14), 2))
        if self.how == "next":
            coming = whole(here + timedelta(days=7), 2)
            return one(coming) if context.today >= here else ((whole(here, 2),), (coming,))
        return one(whole(here, 2))


@dataclass(frozen=True)
class Month(Day):
    """A month by name (the coming one, or the current) or counted from this one, or a part of it."""

    month: int | None = None
    offset: int = 0
    part: str = "all"
    week: int | None = None
    days: int | None = None
    vague: bool = False
    is_container = True

    def resolve(self, context: Context) -> Readings:
        first = self._first(context.today)
        span = self._span(first)
        if span.end <= context.now and (self.vague or self.month is not None):
            span = self._span(add_months(first, 1 if self.month is None else 12))
        return one(span)

    def _first(self, today: date) -> date:
        this = today.replace(day=1)
        if self.month is None:
            return add_months(this, self.offset)
        return this.replace(month=self.month, year=today.year + (self.month < today.month))

    def _span(self, first: date) -> Range:
        days = calendar.monthrange(first.year, first.month)[1]
        if self.days is not None:
            return whole(first if self.days > 0 else add_months(first, 1) + timedelta(days=self.days), abs(self.days))
        if self.week is not None:
            start = first + timedelta(days=7 * (self.week - 1) if self.week > 0 else days - LAST_DAYS)
            return whole(start, LAST_DAYS)
        if self.part == "end":
            return whole(first + timedelta(days=days - LAST_DAYS), LAST_DAYS)
        begin, stop = MONTH_PARTS.get(self.part, (1, 31))
        return Range(midnight(first.replace(day=begin)), midnight(first.replace(day=min(stop, days)) + timedelta(days=1)))


@dataclass(frozen=True)
class Through(Day):
    """From one day to another, both included; `splits` when "to" may name a move's target instead."""

    first: Day
    last: Day
    splits: bool = False
    is_container = True

    def resolve(self, context: Context) -> Readings:
        readings = []
        lasts = self.last.resolve(context)
        for index, reading in enumerate(self.first.resolve(context)):
            start = reading[0].start
            end = lasts[min(index, len(lasts) - 1)][-1].end
            if end <= start:
                named = self.last.within(Range(start, start + timedelta(days=31)), context)
                end = named[0].end if named else start + timedelta(days=1)
            readings.append((Range(start, end),))
        return tuple(readings)


def through(first: Day, last: Day, splits: bool = False) -> Day:
    """Return the days from one to another; a week or month said with the last holds for the first too."""
    if isinstance(last, In) and isinstance(last.inner, Weekday) and isinstance(first, Weekday) and first.how == "bare":
        if first.weekday < last.inner.weekday:
            first = In(first, last.stretch)
    elif isinstance(last, Weekday) and last.how == "following":
        last = WeekdayNear(last.weekday, first)
    elif isinstance(last, MonthDay) and isinstance(first, MonthDay) and first.month is None and last.month and first.day < last.day:
        first = replace(first, month=last.month, year=last.year)
    return Through(first, last, splits)


@dataclass(frozen=True)
class AnyOf(Day):
    """Several days or stretches of which any will do: "this week or next"."""

    choices: tuple[Day, ...]
    is_container = True

    def resolve(self, context: Context) -> Readings:
        spread = [choice.resolve(context) for choice in self.choices]
        width = max(len(each) for each in spread)
        return tuple(tuple(span for each in spread for span in each[min(index, len(each) - 1)]) for index in range(width))


@dataclass(frozen=True)
class Overlap(Day):
    """What two stretches have in common: "after the 10th but before the 15th"."""

    first: Day
    second: Day
    is_container = True

    def resolve(self, context: Context) -> Readings:
        pairs = [(a, b) for a in self.first.resolve(context)[0] for b in self.second.resolve(context)[0]]
        found = tuple(common for a, b in pairs if (common := a.meet(b)))
        if not found:
            raise NotAWishError("the two stretches have no day in common")
        return (found,)


@dataclass(frozen=True)
class Open(Day):
    """What lies on one side of a day: `by` (with it, from now), `before` (without it), `from` (with it), `after` (without it).

    `until_after` is `after` as said of what is ruled out ("not until after the 4th").
    """

    base: Day
    side: str

    def turned(self) -> Open:
        """Return what is left when this is ruled out: "can't come until Thursday" wishes for Thursday on."""
        return Open(self.base, {"by": "from", "before": "from", "until_after": "after", "after": "by", "from": "before"}[self.side])

    def resolve(self, context: Context) -> Readings:
        return tuple((self._side(reading[0].start, reading[-1].end, context),) for reading in self.base.resolve(context))

    def _side(self, start: datetime, end: datetime, context: Context) -> Range:
        if self.side == "from":
            return Range(start, midnight(start.date() + timedelta(days=HORIZON_DAYS)))
        if self.side in ("after", "until_after"):
            return Range(end, end + timedelta(days=HORIZON_DAYS))
        stop = end if self.side == "by" else start
        if stop <= context.now:
            raise NotAWishError("that day is over")
        return Range(context.now, stop)


@dataclass(frozen=True)
class Within(Day):
    """Some time in the next so many days, today included."""

    days: int
    is_container = True

    def resolve(self, context: Context) -> Readings:
        return one(Range(context.now, midnight(context.today + timedelta(days=self.days + 1))))


@dataclass(frozen=True)
class AfterHolidays(Day):
    """After the holidays: after Christmas Day, or after New Year's Day."""

    def resolve(self, context: Context) -> Readings:
        today = context.today
        christmas = date(today.year if today <= date(today.year, 12, 25) else today.year + 1, 12, 25)
        new_year = date(christmas.year + 1, 1, 1)
        if date(today.year, 1, 1) == today:
            return one(whole(date(today.year, 1, 2), HORIZON_DAYS))
        return tuple((whole(day + timedelta(days=1), HORIZON_DAYS),) for day in (christmas, new_year))

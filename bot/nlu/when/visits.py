"""Days and times told from the patient's visit: "a day later", "an hour earlier", "same time next week", "later that day"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.nlu.when.constraint import DAY, HORIZON_DAYS, Range
from bot.nlu.when.days import (
    Context,
    Day,
    NeedsVisitError,
    NotAWishError,
    Ranges,
    Readings,
    Weekday,
    midnight,
    moment,
    monday_of,
    one,
    whole,
)


def keep_time(context: Context, days: int) -> Range:
    """Return the visit's clock time some days away; the whole day when only the visit's day is known. Raises NeedsVisitError."""
    if context.visit is not None:
        return moment(context.visit + timedelta(days=days))
    return whole(context.anchor + timedelta(days=days))


@dataclass(frozen=True)
class DaysFromVisit(Day):
    """So many days after the visit, at its clock time."""

    from_visit = True

    days: int

    def resolve(self, context: Context) -> Readings:
        return one(keep_time(context, self.days))


@dataclass(frozen=True)
class MinutesFromVisit(Day):
    """So many minutes after the visit, on its day, or at that clock time on another day."""

    from_visit = True

    minutes: int
    day: Day | None = None

    def resolve(self, context: Context) -> Readings:
        if context.visit is None:
            raise NeedsVisitError("the time of the visit is not known")
        shifted = context.visit + timedelta(minutes=self.minutes)
        if self.day is None or (isinstance(self.day, Weekday) and self.day.weekday == context.visit.weekday()):
            return one(moment(shifted))
        day = self.day.resolve(context)[0][0].start.date()
        return one(moment(datetime.combine(day, shifted.time())))


@dataclass(frozen=True)
class Either(Day):
    """Readings to ask between: "move it forward an hour" is later to some and earlier to others."""

    from_visit = True

    choices: tuple[Day, ...]

    def resolve(self, context: Context) -> Readings:
        return tuple(reading for choice in self.choices for reading in choice.resolve(context))


@dataclass(frozen=True)
class SameTime(Day):
    """The visit's clock time on another day; `base` None means any day."""

    from_visit = True

    base: Day | None = None

    def resolve(self, context: Context) -> Readings:
        if context.visit is None:
            raise NeedsVisitError("the time of the visit is not known")
        if self.base is None:
            return one(moment(context.visit))
        clock = context.visit.time()
        return tuple(tuple(at for part in reading for at in _each_day(part, clock)) for reading in self.base.resolve(context))


def _each_day(span: Range, clock: time) -> Ranges:
    day, found = span.start.date(), []
    while midnight(day) < span.end:
        found.append(moment(datetime.combine(day, clock)))
        day += DAY
    return tuple(found)


@dataclass(frozen=True)
class SameWeekdayIn(Day):
    """The visit's weekday some weeks from this week, at its clock time when `timed`: "same time next week"."""

    from_visit = True

    weeks: int

    def resolve(self, context: Context) -> Readings:
        ahead = (monday_of(context.today) + timedelta(weeks=self.weeks) - monday_of(context.anchor)).days
        return one(keep_time(context, ahead if ahead > 0 else 7 * self.weeks))


@dataclass(frozen=True)
class ThatDay(Day):
    """The visit's day: `all` of it, `later` (from the visit on) or `earlier` (up to it); `vague` may also mean today."""

    from_visit = True

    part: str = "all"
    vague: bool = False

    def resolve(self, context: Context) -> Readings:
        day = whole(context.anchor)
        if self.part == "all" or context.visit is None:
            return one(day)
        split = context.visit
        span = Range(split, day.end) if self.part == "later" else Range(day.start, split)
        if span.start >= span.end:
            raise NotAWishError("the visit is at midnight")
        return one(span)


@dataclass(frozen=True)
class Sooner(Day):
    """Anything before the visit, from now on."""

    from_visit = True

    def resolve(self, context: Context) -> Readings:
        end = context.visit or midnight(context.anchor)
        if end <= context.now:
            raise NotAWishError("the visit is not ahead")
        return one(Range(context.now, end))


@dataclass(frozen=True)
class AfterThat(Day):
    """Anything after the days just spoken of ("the next two weeks are out, after that is fine"), else after the visit's day.

    Not `forward` is anything before them.
    """

    from_visit = True

    forward: bool = True

    def resolve(self, context: Context) -> Readings:
        if not self.forward:
            end = context.spoken_of.start if context.spoken_of else midnight(context.anchor)
            if end <= context.now:
                raise NotAWishError("nothing is left before that")
            return one(Range(context.now, end))
        if context.spoken_of is not None:
            return one(Range(context.spoken_of.end, midnight(context.spoken_of.end.date()) + timedelta(days=HORIZON_DAYS)))
        return AfterVisit().resolve(context)


@dataclass(frozen=True)
class OneAfter(Day):
    """The one after the day spoken of, or after the visit's: a week later, and no time of day."""

    from_visit = True

    def resolve(self, context: Context) -> Readings:
        return one(whole(context.anchor + timedelta(days=7)))


@dataclass(frozen=True)
class PartFromVisit(Day):
    """A part of a day near the visit's, in minutes after midnight: "the afternoon before"."""

    from_visit = True

    days: int
    start: int
    end: int

    def resolve(self, context: Context) -> Readings:
        day = midnight(context.anchor + timedelta(days=self.days))
        return one(Range(day + timedelta(minutes=self.start), day + timedelta(minutes=self.end)))


@dataclass(frozen=True)
class AfterVisit(Day):
    """Anything after the visit's day."""

    from_visit = True

    def resolve(self, context: Context) -> Readings:
        return one(whole(context.anchor + DAY, HORIZON_DAYS))

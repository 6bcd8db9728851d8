"""What a patient's words about time amount to: ranges wanted, parts ruled out, or readings to ask between.

All values are clinic-local wall-clock times without offset. A range is half-open and bounds the *start* of a visit; an exact
time is one minute long. A constraint holds one reading, or several between which the assistant asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

DAY_MINUTES = 24 * 60
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HORIZON_DAYS = 28


@dataclass(frozen=True, order=True)
class Range:
    """The half-open stretch [start, end) less the parts in `exclude`, all naive clinic-local."""

    start: datetime
    end: datetime
    exclude: tuple[Range, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether this names one start time (a minute) rather than a stretch."""
        return self.end - self.start == MINUTE

    def meet(self, other: Range) -> Range | None:
        """Return the common part, keeping this range's exclusions that fall in it; None when there is none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        if start >= end:
            return None
        inside = tuple(part for part in self.exclude if part.start < end and part.end > start)
        return Range(start, end, inside)

    def pieces(self) -> tuple[Range, ...]:
        """Return the stretches that are left when the exclusions are cut out."""
        left = [Range(self.start, self.end)]
        for part in self.exclude:
            left = [piece for whole in left for piece in _cut(whole, part)]
        return tuple(left)

    def as_json(self) -> dict[str, Any]:
        form: dict[str, Any] = {"start": _stamp(self.start), "end": _stamp(self.end)}
        if self.exclude:
            form["exclude"] = [part.as_json() for part in self.exclude]
        return form


@dataclass(frozen=True, order=True)
class TimeRange:
    """A daily window, in minutes after midnight; `end` may be 1440."""

    start: int
    end: int

    @property
    def is_exact(self) -> bool:
        """Whether this names one start time (a minute) rather than a stretch."""
        return self.end - self.start == 1

    def on(self, day: date) -> Range:
        """Return this window on one day."""
        midnight = datetime.combine(day, time())
        return Range(midnight + timedelta(minutes=self.start), midnight + timedelta(minutes=self.end))

    def as_json(self) -> dict[str, Any]:
        return {"time_start": _clock(self.start), "time_end": _clock(self.end)}


Option = Range | TimeRange
Reading = tuple[Option, ...]


@dataclass(frozen=True)
class Constraint:
    """One reading (any of its options will do), or several readings when the words are ambiguous."""

    readings: tuple[Reading, ...]

    def __post_init__(self) -> None:
        if not self.readings or not all(self.readings):
            raise ValueError(f"a constraint needs at least one option in every reading, got {self.readings!r}; use None for no constraint")

    @classmethod
    def of(cls, *options: Option) -> Constraint:
        """Return the unambiguous constraint that any of the options satisfies."""
        return cls((tuple(options),))

    @property
    def is_ambiguous(self) -> bool:
        """Whether the assistant has to ask which reading is meant."""
        return len(self.readings) > 1

    @property
    def is_time_only(self) -> bool:
        """Whether only times of day are known, no date."""
        return all(isinstance(option, TimeRange) for reading in self.readings for option in reading)

    @property
    def options(self) -> Reading:
        """Return the options of all readings, in order."""
        return tuple(option for reading in self.readings for option in reading)

    def reading(self, index: int) -> Constraint:
        """Return one reading as an unambiguous constraint, for when the patient has answered the question."""
        return Constraint((self.readings[index],))

    def ranges(self, now: datetime, horizon: timedelta = timedelta(days=HORIZON_DAYS)) -> tuple[Range, ...]:
        """Return concrete disjoint ranges to search for openings, in order: from `now`, within `horizon`, exclusions cut out.

        Time-only options repeat on every day of the horizon. An ambiguous constraint gives the ranges of all its readings.
        """
        frame = Range(now, now + horizon)
        days = [now.date() + timedelta(days=step) for step in range(horizon.days + 2)]
        found: list[Range] = []
        for option in self.options:
            repeats = [option.on(day) for day in days] if isinstance(option, TimeRange) else [option]
            for repeat in repeats:
                common = repeat.meet(frame)
                if common:
                    found.extend(common.pieces())
        return merged(found)

    def windows(self, days: Iterable[date], now: datetime) -> tuple[Range, ...]:
        """Return the ranges that fall on the given days, not before `now`."""
        wanted = sorted(set(days))
        if not wanted:
            return ()
        end = datetime.combine(wanted[-1] + DAY, time())
        ranges = self.ranges(now, max(end - now, timedelta(0)))
        parts = (span.meet(TimeRange(0, DAY_MINUTES).on(day)) for day in wanted for span in ranges)
        return tuple(part for part in parts if part)

    def allows(self, start: datetime) -> bool:
        """Whether a visit starting then satisfies some reading."""
        span = Range(start, start + MINUTE)
        for option in self.options:
            concrete = option.on(start.date()) if isinstance(option, TimeRange) else option
            if any(piece.meet(span) for piece in concrete.pieces()):
                return True
        return False

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form: start/end, time_start/time_end, any_of or ambiguous."""
        forms = [_reading_json(reading) for reading in self.readings]
        return forms[0] if len(forms) == 1 else {"ambiguous": forms}

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Constraint:
        """Read what `as_json` writes; raises ValueError on anything else."""
        try:
            if "ambiguous" in form:
                return cls(tuple(_reading_of(part) for part in form["ambiguous"]))
            return cls((_reading_of(form),))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{form!r} is not a date-time constraint: {error}; see Constraint.as_json for the forms") from error


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return the union of ranges without exclusions, as disjoint ranges in order."""
    union: list[Range] = []
    for span in sorted(ranges):
        if union and span.start <= union[-1].end:
            union[-1] = Range(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(Range(span.start, span.end))
    return tuple(union)


def merged_times(windows: Sequence[TimeRange]) -> tuple[TimeRange, ...]:
    """Return the union of daily windows, as disjoint windows in order."""
    union: list[TimeRange] = []
    for window in sorted(windows):
        if union and window.start <= union[-1].end:
            union[-1] = TimeRange(union[-1].start, max(union[-1].end, window.end))
        else:
            union.append(window)
    return tuple(union)


def _cut(whole: Range, part: Range) -> list[Range]:
    if part.end <= whole.start or part.start >= whole.end:
        return [whole]
    sides = [Range(whole.start, max(part.start, whole.start)), Range(min(part.end, whole.end), whole.end)]
    return [side for side in sides if side.start < side.end]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _reading_json(reading: Reading) -> dict[str, Any]:
    return reading[0].as_json() if len(reading) == 1 else {"any_of": [option.as_json() for option in reading]}


def _reading_of(form: Mapping[str, Any]) -> Reading:
    if "any_of" in form:
        return tuple(_option_of(part) for part in form["any_of"])
    return (_option_of(form),)


def _option_of(form: Mapping[str, Any]) -> Option:
    if "time_start" in form:
        return TimeRange(_minutes(form["time_start"]), _minutes(form["time_end"]))
    excluded = tuple(_range_of(part) for part in form.get("exclude", ()))
    return Range(datetime.fromisoformat(form["start"]), datetime.fromisoformat(form["end"]), excluded)


def _range_of(form: Mapping[str, Any]) -> Range:
    return Range(datetime.fromisoformat(form["start"]), datetime.fromisoformat(form["end"]))

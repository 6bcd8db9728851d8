"""Times of day: what a clock time, a part of the day or "after three" means, as daily windows in minutes.

Without am or pm the reading inside clinic hours counts: 7 to 11 in the morning, 12 noon, 1 to 6 in the afternoon; a part of
the day said beside it ("this evening at 7") decides instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from bot.nlu.when.constraint import DAY_MINUTES, TimeRange, merged_times

Half = Literal["am", "pm"]
NOON = 12 * 60
SLACK_MINUTES = 30
FIRST_MORNING_HOUR = 7
CLINIC_OPENS, CLINIC_CLOSES = 7 * 60, 19 * 60


@dataclass(frozen=True)
class Clock:
    """A clock time as said, with am or pm when that was said."""

    hour: int
    minute: int
    half: str | None = None

    def minutes(self, hint: Half | None = None) -> int:
        """Return minutes after midnight; `hint` is the half of the day that other words name."""
        if self.hour > 12 or self.hour == 0:
            return min(self.hour * 60 + self.minute, DAY_MINUTES - 1)
        plausible = self.hour != 12 and not (hint == "am" and self.hour < FIRST_MORNING_HOUR - 1)
        half = self.half or (hint if plausible else None)
        if half is None:
            half = "am" if FIRST_MORNING_HOUR <= self.hour < 12 else "pm"
        return (self.hour % 12 + (12 if half == "pm" else 0)) * 60 + self.minute

    def with_half(self, half: Half) -> Clock:
        """Return this clock time with am or pm, unless it had one."""
        return self if self.half or self.hour > 12 else Clock(self.hour, self.minute, "pm" if self.hour == 12 else half)

    def sooner(self, minutes: int) -> Clock:
        """Return the clock time that many minutes (under 60) earlier: "quarter of two" is 1:45."""
        total = self.hour * 60 + self.minute - minutes
        hour, minute = divmod(total, 60)
        return Clock(hour if hour > 0 else 12, minute, self.half)


class Times(ABC):
    """Some part of any day."""

    is_exact = False
    is_container = False

    @abstractmethod
    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        """Return the daily windows meant; `hint` is the half of the day that other words name."""

    @property
    def half(self) -> Half | None:
        """The half of the day this names, for clock times beside it."""
        return None


@dataclass(frozen=True)
class At(Times):
    """One clock time, to the minute."""

    clock: Clock
    is_exact = True

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        start = self.clock.minutes(hint)
        return (TimeRange(start, start + 1),)


@dataclass(frozen=True)
class Around(Times):
    """A clock time give or take half an hour."""

    clock: Clock

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        middle = self.clock.minutes(hint)
        return (TimeRange(max(middle - SLACK_MINUTES, 0), min(middle + SLACK_MINUTES, DAY_MINUTES)),)


@dataclass(frozen=True)
class From(Times):
    """From a clock time to midnight."""

    clock: Clock

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        return (TimeRange(self.clock.minutes(hint), DAY_MINUTES),)


@dataclass(frozen=True)
class Soon(Times):
    """The hour after a clock time, or before it: "a little after three"."""

    clock: Clock
    before: bool = False

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        at = self.clock.minutes(hint)
        return (TimeRange(max(at - 60, 0), at) if self.before else TimeRange(at, min(at + 60, DAY_MINUTES)),)


@dataclass(frozen=True)
class Told(From):
    """When something else ends ("my shift ends at 4:15"): a wish for what is later, unless another time is asked for."""


@dataclass(frozen=True)
class Until(Times):
    """From midnight to a clock time."""

    clock: Clock

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        return (TimeRange(0, self.clock.minutes(hint) or DAY_MINUTES),)


@dataclass(frozen=True)
class ToldBefore(Until):
    """When something else begins ("my caregiver leaves at 2"): a wish for what is earlier, unless another time is asked for."""


@dataclass(frozen=True)
class Between(Times):
    """From one clock time to another; am or pm said at one end helps the other."""

    first: Clock
    last: Clock
    splits: bool = False

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        first, last = self.first, self.last
        if first.half or hint or not last.half:
            start = first.minutes(hint)
            end = last.minutes(hint) or DAY_MINUTES
            if end <= start and last.half is None:
                end += NOON
        else:
            end = last.minutes() or DAY_MINUTES
            start = max((value for value in (first.minutes("am"), first.minutes("pm")) if value < end), default=first.minutes("am"))
        return (TimeRange(start, end),) if start < end <= DAY_MINUTES else (TimeRange(start, min(start + 60, DAY_MINUTES)),)


@dataclass(frozen=True)
class Part(Times):
    """A named part of the day."""

    start: int
    end: int
    loose: bool = False

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        return (TimeRange(self.start, self.end),)

    @property
    def half(self) -> Half | None:
        return "am" if self.end <= NOON else "pm" if self.start >= NOON else None


@dataclass(frozen=True)
class Any(Times):
    """Any of several times."""

    choices: tuple[Times, ...]

    @property
    def is_exact(self) -> bool:  # type: ignore[override]
        return all(choice.is_exact for choice in self.choices)

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        return tuple(window for choice in self.choices for window in choice.windows(hint or self.half))

    @property
    def half(self) -> Half | None:
        halves = {choice.half for choice in self.choices} - {None}
        return halves.pop() if len(halves) == 1 else None


@dataclass(frozen=True)
class Both(Times):
    """What two descriptions have in common ("tuesday morning, after ten"); the second when they do not meet."""

    left: Times
    right: Times

    @property
    def is_exact(self) -> bool:  # type: ignore[override]
        return self.left.is_exact or self.right.is_exact

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        left = self.left.windows(self.right.half or hint)
        right = self.right.windows(self.left.half or hint)
        common = meet_times(left, right)
        return common or right

    @property
    def half(self) -> Half | None:
        return self.left.half or self.right.half


@dataclass(frozen=True)
class Besides(Times):
    """Every other time of day: after it when it starts the clinic's day, before it when it ends it."""

    ruled_out: Times

    def windows(self, hint: Half | None = None) -> tuple[TimeRange, ...]:
        return without_times((TimeRange(0, DAY_MINUTES),), self.ruled_out.windows(hint)) or (TimeRange(0, DAY_MINUTES),)


def meet_times(left: tuple[TimeRange, ...], right: tuple[TimeRange, ...]) -> tuple[TimeRange, ...]:
    """Return the windows common to both."""
    found = [TimeRange(max(a.start, b.start), min(a.end, b.end)) for a in left for b in right]
    return tuple(window for window in found if window.start < window.end)


def without_times(windows: tuple[TimeRange, ...], ruled_out: tuple[TimeRange, ...]) -> tuple[TimeRange, ...]:
    """Return windows less others; what is left before opening or after closing is dropped with them."""
    left = list(windows)
    for out in merged_times(ruled_out):
        start = 0 if out.start <= CLINIC_OPENS else out.start
        end = DAY_MINUTES if out.end >= CLINIC_CLOSES else out.end
        sides = [side for window in left for side in ((window.start, min(window.end, start)), (max(window.start, end), window.end))]
        left = [TimeRange(begin, stop) for begin, stop in sides if begin < stop]
    return tuple(left)

"""What is wanted after a second message: a partial wish narrows the first, a correction takes its place.

"Next week", then "not mornings", then "thursday", then "later": each message alone says little, and the newest words win where
two contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.nlu.when.constraint import DAY, DAY_MINUTES, MINUTE, Constraint, Option, Range, Reading, TimeRange
from bot.nlu.when.days import midnight, weekdays_in
from bot.nlu.when.times import meet_times
from bot.nlu.when.when import When

_ALL_DAY = TimeRange(0, DAY_MINUTES)
_LONGEST_STRETCH_DAYS = 62
_FAR = timedelta(days=3660)


def narrow(
    old: Constraint | None, new: When | Constraint, now: datetime | None = None, offered: Sequence[datetime] = ()
) -> Constraint | None:
    """Return what is wanted once `new` has been said after `old`; `offered` are the visit times the patient was just shown.

    A whole `When` lets exclusions, bare weekdays, corrections and "later" tell; a bare constraint counts as a plain wish. `now`
    (naive clinic-local) bounds "earlier". Returns `old` when the new message adds nothing, None when neither says anything.
    """
    if isinstance(new, Constraint):
        new = When(new)
    if new.constraint is None:
        return _shifted(old, new.relative, now, offered) if new.relative else old
    if old is None:
        return new.constraint
    if new.ruled_out:
        return _each(old, lambda reading: _meet(reading, new.constraint.options if new.constraint else ()) or reading)
    if new.constraint.is_time_only:
        windows = _times(new.constraint.options)
        return _each(old, lambda reading: _at_times(reading, windows, new.is_correction))
    return _with_dates(old, new, new.constraint)


def _with_dates(old: Constraint, new: When, wanted: Constraint) -> Constraint:
    windows = _shared_windows(old)
    if not old.is_time_only and new.bare_weekdays:
        inside = [_on_weekdays(reading, new.bare_weekdays) for reading in old.readings if _is_stretch(reading)]
        kept = tuple(reading for reading in inside if reading)
        if kept:
            own = _shared_windows(wanted)
            return Constraint(tuple(_at_times(reading, own, True) for reading in kept) if own else kept)
    if wanted.is_ambiguous and not old.is_time_only:
        likely = tuple(reading for reading in wanted.readings if any(_meet(reading, each) for each in old.readings if _is_stretch(each)))
        if len(likely) == 1:
            wanted = Constraint(likely)
    if windows and not _shared_windows(wanted):
        return _each(wanted, lambda reading: _at_times(reading, windows, True))
    return wanted


def _each(constraint: Constraint, change: Callable[[Reading], Reading]) -> Constraint:
    readings: list[Reading] = []
    for reading in constraint.readings:
        changed = change(reading)
        if changed and changed not in readings:
            readings.append(changed)
    return Constraint(tuple(readings)) if readings else constraint


def _times(options: Reading) -> tuple[TimeRange, ...]:
    return tuple(option for option in options if isinstance(option, TimeRange))


def _at_times(reading: Reading, windows: tuple[TimeRange, ...], replaces: bool) -> Reading:
    """Put daily windows on a reading: within its own when they meet, else in their place."""
    found: list[Option] = []
    own_times = _times(reading)
    if own_times:
        common = () if replaces else meet_times(own_times, windows)
        found.extend(common or windows)
    spans = [option for option in reading if isinstance(option, Range)]
    if spans and not replaces:
        found.extend(option for option in _meet(tuple(spans), windows) if isinstance(option, Range))
    if spans and not any(isinstance(option, Range) for option in found):
        found.extend(window.on(day) for day in _days(spans) for window in windows)
    return tuple(dict.fromkeys(found))


def _meet(left: Reading, right: Reading) -> Reading:
    """Return what two readings have in common, exclusions of both kept; daily windows are laid on every day they meet."""
    found: list[Option] = []
    for a in left:
        for b in right:
            if isinstance(a, TimeRange) and isinstance(b, TimeRange):
                found.extend(meet_times((a,), (b,)))
            elif isinstance(a, Range) and isinstance(b, Range):
                found.extend(_common(a, b))
            else:
                span, window = (a, b) if isinstance(a, Range) else (b, a)
                if isinstance(span, Range) and isinstance(window, TimeRange):
                    found.extend(_pieces_at(span, window))
    return tuple(dict.fromkeys(found))


def _common(a: Range, b: Range) -> list[Range]:
    common = a.meet(b)
    if common is None:
        return []
    excluded = sorted({*common.exclude, *(part for part in b.exclude if part.start < common.end and part.end > common.start)})
    whole = replace(common, exclude=tuple(excluded))
    return [whole] if whole.pieces() else []


def _pieces_at(span: Range, window: TimeRange) -> list[Range]:
    if window == _ALL_DAY:
        return [span]
    placed = (window.on(day).meet(piece) for piece in span.pieces() for day in _days([piece]))
    return [part for part in placed if part]


def _days(spans: Sequence[Range]) -> list[date]:
    """Return every day on which some of the ranges, exclusions cut out, lie."""
    found: dict[date, None] = {}
    for span in spans:
        for piece in span.pieces():
            day = piece.start.date()
            while midnight(day) < piece.end and len(found) < _LONGEST_STRETCH_DAYS:
                found[day] = None
                day += DAY
    return list(found)


def _is_stretch(reading: Reading) -> bool:
    spans = [option for option in reading if isinstance(option, Range)]
    return bool(spans) and len(_days(spans)) > 1


def _on_weekdays(reading: Reading, weekdays: frozenset[int]) -> Reading:
    found: list[Option] = []
    for option in reading:
        if isinstance(option, Range):
            for part in weekdays_in(Range(option.start, option.end), weekdays):
                found.extend(_common(part, option))
    return tuple(found)


def _shared_windows(constraint: Constraint) -> tuple[TimeRange, ...]:
    """Return the daily windows that hold on every day of a constraint; none when whole days are wanted."""
    if constraint.is_time_only:
        return _times(constraint.options)
    per_day: dict[date, set[TimeRange]] = {}
    for option in constraint.options:
        if not isinstance(option, Range) or (option.end - option.start) >= DAY or option.exclude:
            return ()
        begin = int((option.start - midnight(option.start.date())) / MINUTE)
        per_day.setdefault(option.start.date(), set()).add(TimeRange(begin, begin + int((option.end - option.start) / MINUTE)))
    shared = list(per_day.values())
    if not shared or any(windows != shared[0] for windows in shared) or any(window.end > DAY_MINUTES for window in shared[0]):
        return ()
    return tuple(sorted(shared[0]))


def _shifted(old: Constraint | None, relative: str, now: datetime | None, offered: Sequence[datetime]) -> Constraint | None:
    """Return what lies later or earlier than what was offered, or than the one time wanted so far."""
    exact = [option.start for option in old.options if isinstance(option, Range) and option.is_exact] if old else []
    anchors = list(offered) or exact
    if not anchors:
        return old
    if relative == "later":
        first = max(anchors) + MINUTE
        beyond, same_day = Range(first, first + _FAR), Range(first, midnight(max(anchors).date() + DAY))
    else:
        last = min(anchors)
        begin = now if now is not None and now < last else midnight(last.date())
        beyond = Range(begin, max(last, begin + MINUTE))
        same_day = Range(max(begin, midnight(last.date())), beyond.end)
    if old is not None:
        readings = tuple(found for reading in old.readings if (found := _meet(reading, (beyond,))))
        bounded = tuple(
            reading for reading in readings if not any(isinstance(option, Range) and option.end == beyond.end for option in reading)
        )
        if bounded and not exact:
            return Constraint(bounded)
    return Constraint.of(same_day) if same_day.end - same_day.start > timedelta(0) else old

"""A date-time constraint as a sentence for whoever watches the demo."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.nlu.when import Constraint, Range, TimeRange

DAY = timedelta(days=1)


def described(constraint: Constraint) -> str:
    """Return what a constraint asks for: "Friday 6 June, 7:00 AM to noon, or Monday 9 June"."""
    readings = [", or ".join(_option(option) for option in reading) for reading in constraint.readings]
    if len(readings) == 1:
        return readings[0]
    return "Unclear, so the patient is asked: " + "; or else ".join(readings)


def _option(option: Range | TimeRange) -> str:
    if isinstance(option, TimeRange):
        on = option.on(datetime(2000, 1, 3).date())  # noqa: DTZ001 - any day: only the hours are shown
        return f"any day at {_clock(on.start)}" if option.is_exact else f"any day, {_span(on.start, on.end)}"
    text = _range(option)
    if option.exclude:
        text += ", but not " + " and not ".join(_range(part) for part in option.exclude)
    return text


def _range(span: Range) -> str:
    if span.is_exact:
        return f"{_day(span.start)} at {_clock(span.start)}"
    whole_days = span.start.time() == time() and span.end.time() == time()
    last = span.end - DAY if whole_days else span.end
    if whole_days:
        return _day(span.start) if last.date() == span.start.date() else f"{_day(span.start)} to {_day(last)}"
    if span.end <= datetime.combine(span.start.date(), time()) + DAY:
        return f"{_day(span.start)}, {_span(span.start, span.end)}"
    return f"{_day(span.start)} {_clock(span.start)} to {_day(span.end)} {_clock(span.end)}"


def _span(start: datetime, end: datetime) -> str:
    if start.time() == time():
        return f"before {_clock(end)}"
    return f"from {_clock(start)} on" if end.time() == time() else f"{_clock(start)} to {_clock(end)}"


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B}"


def _clock(moment: datetime) -> str:
    if (moment.hour, moment.minute) == (12, 0):
        return "noon"
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"

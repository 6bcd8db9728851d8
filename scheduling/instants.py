"""FHIR's dates and instants as ranges of microseconds since 1970 (UTC), because a partial date names a span.

A date without an offset is taken as UTC, the zone of this server.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN = -(2**62)
END = 2**62

_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]{1,9}))?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def text_of(instant: datetime) -> str:
    """Return an aware instant as FHIR writes it, in UTC with milliseconds."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def span(text: str) -> tuple[int, int]:
    """Return the span `[low, high)` that a FHIR date, dateTime or instant names. Raises ValueError when it is none."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no FHIR date; write for example 2025-06-03 or 2025-06-03T10:00:00-04:00")
    part = match.groupdict()
    low = datetime(
        int(part["year"]),
        int(part["month"] or 1),
        int(part["day"] or 1),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        int(part["second"] or 0),
        int((part["fraction"] or "0")[:6].ljust(6, "0")),
        tzinfo=_zone(part["zone"]),
    )
    if part["fraction"]:
        step = timedelta(microseconds=10 ** max(0, 6 - len(part["fraction"])))
    elif part["second"]:
        step = timedelta(seconds=1)
    elif part["hour"]:
        step = timedelta(minutes=1)
    elif part["day"]:
        step = timedelta(days=1)
    else:
        months = 1 if part["month"] else 12
        index = low.year * 12 + low.month - 1 + months
        return micros(low), micros(low.replace(year=index // 12, month=index % 12 + 1))
    return micros(low), micros(low + step)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(f"{text} is no UTC offset")
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))

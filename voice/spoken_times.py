"""Dates and times of the clock, turned into what people say: "Tue Jun 3, 10:00 AM" is `Tuesday, June third, at ten in the morning`."""

from __future__ import annotations

import re

from voice.number_words import cardinal, ordinal, year

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_SHORT_DAYS = {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday", **{name[:3]: name for name in _DAYS}}
_SHORT_MONTHS = {"Sept": "September", **{name[:3]: name for name in _MONTHS}}
_DAY = "|".join(sorted((*_DAYS, *_SHORT_DAYS), key=len, reverse=True))
_MONTH = "|".join(sorted((*_MONTHS, *_SHORT_MONTHS), key=len, reverse=True))

# While a text is worked on they stand before a time and a span of time, so that the day before it can be joined to it.
_AT, _SPAN = "\ue000", "\ue001"
_HALF = r"(?:[AaPp][Mm]\b|[AaPp]\.\s?[Mm]\.)"
_RANGE = re.compile(rf"(?<![\d:.])(\d{{1,2}})(?::(\d\d))?\s?({_HALF})?\s?(?:-|\bto\b)\s?(\d{{1,2}})(?::(\d\d))?\s?({_HALF})(?!\w)")
_TIME = re.compile(rf"(?<![\d:.])(\d{{1,2}})(?::(\d\d))?\s?({_HALF})(?!\w)")
_BARE = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_JOIN = rf"(?P<join>,?\s+(?:at\s+)?(?=[{_AT}{_SPAN}]))?"
_DATE = re.compile(
    rf"\b(?:(?P<name>{_DAY})\.?,?\s+)?(?P<month>{_MONTH})\.?\s(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
    rf"(?:\s?-\s?(?P<to>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)?(?!\d|:\d))?(?:,?\s(?P<year>(?:19|20)\d\d))?(?!\d|:\d){_JOIN}"
)
_NUMERIC = re.compile(rf"(?<![\d/])(?P<month>0?[1-9]|1[0-2])/(?P<day>[12]\d|3[01]|0?[1-9])(?:/(?P<year>(?:19|20)?\d\d))?(?![\d/]){_JOIN}")
_ISO = re.compile(rf"(?<![\d-])(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?![\d-]){_JOIN}")
_NAME = re.compile(rf"\b(?<!\bthe )(?P<name>{_DAY})\b(?:\.(?=,?\s[a-z\d]))?{_JOIN}")
_NAME_SPAN = re.compile(rf"(\d|\b(?:{_DAY})|[ap]m\b)\s?-\s?(?=(?:{_DAY}|{_MONTH})\b)", re.ASCII)
# A year of two digits up to this one is of this century.
_LATEST_SHORT_YEAR = 30


def say_times(text: str) -> str:
    """Return `text` with every date, weekday and time of the clock in words."""
    text = re.sub(r"(?<=-\d\d)T(?=\d\d:)", " ", _NAME_SPAN.sub(r"\1 to ", text))
    text = re.sub(r"\b(noon|midnight)\s?-\s?(?=\d)", r"\1 to ", text)
    text = _RANGE.sub(_range, text)
    text = _TIME.sub(_time, text)
    text = _BARE.sub(_bare, text)
    for pattern in (_ISO, _NUMERIC, _DATE):
        text = pattern.sub(_date, text)
    text = _NAME.sub(lambda match: _SHORT_DAYS.get(match["name"], match["name"]) + _joined(match), text)
    return text.replace(_AT, "").replace(_SPAN, "")


def clock(hour: int, minute: int, *, part: bool = True) -> str:
    """Return a time of the day, hours from 0 to 23: `half past two in the afternoon`; without the part of the day `half past two`."""
    if minute == 0 and hour in (0, 12) and part:
        return "noon" if hour else "midnight"
    name = cardinal(hour % 12 or 12)
    if minute == 30:
        words = f"half past {name}"
    elif minute:
        words = f"{name} {f'oh {cardinal(minute)}' if minute < 10 else cardinal(minute)}"
    else:
        words = name if part else f"{name} o'clock"
    return f"{words} {_part(hour)}" if part else words


def _part(hour: int) -> str:
    if hour == 0:
        return "at night"
    return "in the morning" if hour < 12 else "in the afternoon" if hour < 17 else "in the evening"


def _hour(hour: str, half: str) -> int | None:
    """Return the hour from 0 to 23, or None when no clock shows it."""
    value = int(hour)
    if not 1 <= value <= 12:
        return None
    return value % 12 + (12 if half[0] in "Pp" else 0)


def _stop(match: re.Match[str]) -> str:
    """Return the full stop that "a.m." swallowed at the end of a sentence."""
    return "." if match[0].endswith(".") and re.match(r"\s+[A-Z]|\s*$", match.string[match.end() :]) else ""


def _time(match: re.Match[str]) -> str:
    hour, minute = _hour(match[1], match[3]), int(match[2] or 0)
    if hour is None or minute > 59:
        return match[0]
    return f"{_AT}{clock(hour, minute)}{_stop(match)}"


def _range(match: re.Match[str]) -> str:
    until, half = _hour(match[4], match[6]), match[3]
    start = _hour(match[1], half or match[6])
    if start is None or until is None or int(match[2] or 0) > 59 or int(match[5] or 0) > 59:
        return match[0]
    if not half and start > until:
        start -= 12
    first, last = clock(start, int(match[2] or 0)), clock(until, int(match[5] or 0))
    if _part(start) == _part(until) and first not in ("noon", "midnight"):
        first = first.removesuffix(f" {_part(start)}")
    return f"{_SPAN}{first} to {last}{_stop(match)}"


def _bare(match: re.Match[str]) -> str:
    hour = int(match[1])
    return _AT + clock(hour, int(match[2]), part=hour == 0 or hour > 12)


def _joined(match: re.Match[str]) -> str:
    if match["join"] is None:
        return ""
    return ", at " if match.string[match.end()] == _AT else ", "


def _date(match: re.Match[str]) -> str:
    found = match.groupdict()
    month = found["month"]
    named = _SHORT_MONTHS.get(month, month) if month[0].isalpha() else _MONTHS[int(month) - 1]
    words = f"{named} {ordinal(int(found['day']))}"
    if found.get("name"):
        words = f"{_SHORT_DAYS.get(found['name'], found['name'])}, {words}"
    if found.get("to"):
        words += f" to {ordinal(int(found['to']))}"
    if found["year"]:
        value = int(found["year"])
        words += f", {year(value if value > 99 else value + (2000 if value <= _LATEST_SHORT_YEAR else 1900))}"
    return words + _joined(match)

"""Dates, times and names as patients read and hear them; the sentences around them stand in the domain.

Text: "Tue Jun 3, 10:00 AM". Voice: "Tuesday, June third, at ten in the morning" (never "06/03 10:00 AM", which is spoken wrongly).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

_UNITS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
          "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty")
_ORDINAL = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}


def clock(moment: datetime, channel: str = "sms") -> str:
    """Return the time of day: `10:00 AM`, or for voice `ten in the morning`."""
    if channel != "voice":
        return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"
    part = "in the morning" if moment.hour < 12 else "in the afternoon" if moment.hour < 17 else "in the evening"
    hour = _UNITS[moment.hour % 12 or 12]
    if (moment.hour, moment.minute) == (12, 0):
        return "noon"
    if moment.minute == 0:
        return f"{hour} {part}"
    if moment.minute == 30:
        return f"half past {hour} {part}"
    return f"{hour} {_number(moment.minute, oh=True)} {part}"


def day(moment: date, channel: str = "sms") -> str:
    """Return the day: `Tue Jun 3`, or for voice `Tuesday, June third`."""
    if channel != "voice":
        return f"{moment:%a} {moment:%b} {moment.day}"
    return f"{moment:%A}, {moment:%B} {_ordinal(moment.day)}"


def when(moment: datetime, channel: str = "sms") -> str:
    """Return day and time: `Tue Jun 3, 10:00 AM`, or for voice `Tuesday, June third, at ten in the morning`."""
    return f"{day(moment, channel)}, {'at ' if channel == 'voice' else ''}{clock(moment, channel)}"


def option(number: int, moment: datetime, channel: str = "sms") -> str:
    """Return one numbered choice: `1) Wed Jun 4, 5:15 PM`; on the phone `One: …`"""
    if channel == "voice":
        return f"{_UNITS[number].capitalize()}: {when(moment, channel)}"
    return f"{number}) {when(moment, channel)}"


def options(moments: list[datetime], channel: str = "sms") -> str:
    """Return numbered choices: `1) Wed Jun 4, 5:15 PM 2) …`; on the phone `One: …. Two: ….`"""
    end = "." if channel == "voice" else ""
    return " ".join(option(number, moment, channel) + end for number, moment in enumerate(moments, start=1))


def taps(titles: Sequence[str]) -> list[dict[str, str]]:
    """Return the buttons of a question: a tap on one says its number, as a typed one would."""
    return [{"title": title, "payload": str(number)} for number, title in enumerate(titles, start=1)]


def weekday(moment: date) -> str:
    """Return the day's name in full."""
    return f"{moment:%A}"


def _number(value: int, *, oh: bool = False) -> str:
    if value < 10 and oh:
        return f"oh {_UNITS[value]}"
    if value < 20:
        return _UNITS[value]
    return f"{_TENS[value // 10]} {_UNITS[value % 10]}".strip()


def _ordinal(value: int) -> str:
    words = _number(value).split()
    last = words[-1]
    words[-1] = _ORDINAL.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return "-".join(words)


# The names by which patients know what the line writes of its own accord; see `bot.store.preferences.TOPICS`.
_TOPICS = {
    "reminder": "reminders",
    "survey": "surveys",
    "exercise": "exercise check-ins",
    "waitlist": "waitlist offers",
    "recall": "come-back notes",
    "birthday": "birthday wishes",
}


def topics(names: Sequence[str]) -> str:
    """Return what the line writes of its own accord as a list: `reminders and surveys`."""
    words = [_TOPICS[name] for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def span(start: datetime, end: datetime, channel: str = "sms") -> str:
    """Return a half-open range in words.

    `on Sun Jun 8` · `on Wed Jun 11, 10:00 AM-12:00 PM` · `at Wed Jun 11, 10:00 AM` for a minute · `Mon Jun 9-Fri Jun 13`.
    """
    to = " to " if channel == "voice" else "-"
    midnight = start.replace(hour=0, minute=0)
    if end - start <= timedelta(minutes=1):
        return f"{'on' if channel == 'voice' else 'at'} {when(start, channel)}"
    if end <= midnight + timedelta(days=1):
        if start == midnight and end == midnight + timedelta(days=1):
            return f"on {day(start, channel)}"
        if end == midnight + timedelta(days=1):
            return f"on {day(start, channel)} from {clock(start, channel)}"
        if start == midnight:
            return f"on {day(start, channel)} before {clock(end, channel)}"
        return f"on {day(start, channel)}, {clock(start, channel)}{to}{clock(end, channel)}"
    return f"{day(start, channel)}{to}{day(end - timedelta(minutes=1), channel)}"

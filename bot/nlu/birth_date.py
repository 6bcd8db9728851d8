"""Reads a date of birth in the forms people write and say it.

US order, month before day. A two-digit year means the latest such year that is not in the future. What is incomplete or impossible
is no date: the dialogue asks again instead of guessing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.nlu.number_words import ORDINALS, TENS, UNITS

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febuary",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s*[/\-. ]\s*(\d{1,2})\s*[/\-. ]\s*(\d{4}|'?\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4}|\d{2})(?!\d)")
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?,?\s*(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+of\s+|[/\-.\s]+)'?(\d{{4}}|\d{{2}})\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[\s\-]*(?:of\s+)?({_MONTH})\.?,?[\s\-]*'?(\d{{4}}|\d{{2}})\b")


@dataclass(frozen=True)
class BirthDate:
    """A date of birth found in a text, with its span. `complete_year` tells that four digits (or their words) named the year."""

    value: date
    start: int
    end: int
    complete_year: bool


def find(text: str, today: date) -> BirthDate | None:
    """Return the one date of birth that `text` states, or None when there is none or it cannot be a date of birth."""
    plain = text.lower().replace("’", "'")
    for pattern, order in ((_ISO, "ymd"), (_MONTH_FIRST, "mdy"), (_DAY_FIRST, "dmy"), (_NUMERIC, "mdy"), (_PACKED, "mdy")):
        for found in pattern.finditer(plain):
            parts = dict(zip(order, found.groups(), strict=True))
            value = _date(parts["y"].strip("'"), parts["m"], parts["d"], today)
            if value is not None:
                return BirthDate(value, found.start(), found.end(), len(parts["y"].strip("'")) == 4)
    return _spoken(plain, today)


def _date(year: str, month: str, day: str, today: date) -> date | None:
    number = int(year)
    if len(year) <= 2:
        number += 2000 if 2000 + number <= today.year else 1900
    try:
        value = date(number, _MONTHS.get(month) or int(month), int(day))
    except ValueError:
        return None
    return value if value <= today and today.year - number <= 120 else None


def _spoken(plain: str, today: date) -> BirthDate | None:
    """Read "march the fourteenth nineteen forty six" and "four nine ninety one"."""
    words = [(found.group(), found.start(), found.end()) for found in re.finditer(r"[a-z']+|\d+", plain)]
    for index in range(len(words)):
        found = _spoken_at([word for word, _, _ in words[index:]], today)
        if found:
            value, used, complete = found
            return BirthDate(value, words[index][1], words[index + used - 1][2], complete)
    return None


def _spoken_at(words: list[str], today: date) -> tuple[date, int, bool] | None:
    at = 0
    month: int | None
    if words[at] in _MONTHS:
        month, at = _MONTHS[words[at]], 1
    else:
        month, at = _number(words, 0, 12)
    if month is None or at >= len(words):
        return None
    while at < len(words) and words[at] in ("the", "of"):
        at += 1
    day, at = _number(words, at, 31)
    if day is None:
        return None
    while at < len(words) and words[at] in ("of", "in", "and"):
        at += 1
    year, at, complete = _year(words, at)
    if year is None:
        return None
    value = _date(f"{year:02d}" if year < 100 else str(year), str(month), str(day), today)
    return (value, at, complete) if value else None


def _number(words: list[str], at: int, limit: int) -> tuple[int | None, int]:
    """Read one number of at most `limit` at `at`: digits, an ordinal, or one or two number words."""
    if at >= len(words):
        return None, at
    word = words[at]
    if word.isdigit():
        return (int(word), at + 1) if int(word) <= limit else (None, at)
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in TENS:
        rest = UNITS.get(following, 0) if UNITS.get(following, 99) < 10 else ORDINALS.get(following, 0)
        if 0 < rest < 10 and TENS[word] + rest <= limit:
            return TENS[word] + rest, at + 2
        return (TENS[word], at + 1) if TENS[word] <= limit else (None, at)
    if word in ("oh", "o", "zero") and following in UNITS:
        return UNITS[following], at + 2
    value = ORDINALS.get(word, UNITS.get(word))
    return (value, at + 1) if value is not None and 0 < value <= limit else (None, at)


def _year(words: list[str], at: int) -> tuple[int | None, int, bool]:
    if at >= len(words):
        return None, at, False
    if words[at].isdigit():
        return (int(words[at]), at + 1, len(words[at]) == 4) if len(words[at]) in (2, 4) else (None, at, False)
    if words[at] in ("nineteen", "twenty") and at + 1 < len(words):
        century = 1900 if words[at] == "nineteen" else 2000
        rest, after = _number(words, at + 1, 99)
        if rest is not None:
            return century + rest, after, True
    if words[at : at + 2] == ["two", "thousand"]:
        after = at + 3 if words[at + 2 : at + 3] == ["and"] else at + 2
        rest, after_rest = _number(words, after, 99)
        return (2000 + rest, after_rest, True) if rest is not None else (2000, at + 2, True)
    rest, after = _number(words, at, 99)
    return (rest, after, False) if rest is not None and rest >= 10 else (None, at, False)

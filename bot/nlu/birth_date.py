"""Reads a date of birth in the forms people write and say it, whole or in parts.

US order, month before day, unless the first number can be no month. A two-digit year means the latest such year that is not in the
future. What is incomplete or impossible is no date: the dialogue asks again instead of guessing. `find` reads any message and refuses
what may as well be a wish for a visit; `parts` and `complete` read answers to the question for the date of birth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.nlu.date_readings import TO_DAY, TO_MONTH, negated, reading_at, readings, us_order
from bot.nlu.date_tokens import Token, cut, fold, skip, small, years

# A year further back is a slip: hardly anybody alive is older.
OLDEST_YEARS = 120
_CORRECTING = re.compile(r"\b(?:no|sorry|mean|meant|actually|rather|wait|correction|perdon)\b")
_VISIT = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|tonight|next|appointment|appt|visit|book|schedule|resched\w*|o'clock"
    r"|(?:at|by|after|before)\s+\d{1,2}(?!\d|[/\-.]\d)|\d{1,2}\s*(?:am|pm)|\d{1,2}:\d\d)\b"
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday|birthdate|bday|dob|d\.o\.b|naci\w*)")
# Words beside which a bare number still answers the question.
_BESIDE_WORDS = """
    actually again ah and ano backwards be birth birthday born correction date day de del dia dob el es everything
    got had have he her his i i'm i've in is it it's its mean meant mine month my naci
    nacio no nope not of oh ok okay on perdon please said say she should si so sorry thanks that
    that's the then think thx to wait was well yeah year yep yes"""
_BESIDE = frozenset(_BESIDE_WORDS.split())
_EVENTS = re.compile(r"\s*(?:time|visit|appointment|one|slot|opening|choice|option|thing|of all)\b")


@dataclass(frozen=True)
class BirthDate:
    """A date of birth found in a text, with its span. `complete_year` tells that four digits (or their words) named the year."""

    value: date
    start: int
    end: int
    complete_year: bool


LONGEST_MONTH = 31
_YEAR = re.compile(r"(?<![\d/.:-])(?:19|20)?\d\d(?![\d/.:-]|\s*(?:min|%|percent|am\b|pm\b))", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|instead of) (?:in |the )?\d+(?:st|nd|rd|th)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Parts:
    """What a text states of a date. A year below 100 is the last two digits of one; None is what is not stated."""

    month: int | None = None
    day: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class _Stated:
    """The parts that a text states, their span, and a bare number: any part that the context lacks, the year too if `bare_year`."""

    parts: Parts = Parts()
    bare: int | None = None
    bare_year: bool = False
    start: int | None = None
    end: int = 0


def find(text: str, today: date) -> BirthDate | None:
    """Return the one date of birth that `text` states, or None when there is none or it cannot be a date of birth."""
    return _find(text, today, asked=False)


def parts(text: str) -> Parts:
    """Return what an answer states of a date of birth: "October 5th" is a month and a day, "fourteen" a day, "1979" a year."""
    stated = _stated(text)
    return _with_bare(stated if stated.start is not None else _year_alone(text), Parts())


def complete(text: str, earlier: str, today: date) -> BirthDate | None:
    """Return the date of birth that `text` states by completing or correcting the answer `earlier`, which may be empty.

    The parts that `text` names replace those of `earlier`. A bare number is the one part that is missing, else the day. The span is
    that of the parts in `text`. None when a part is still missing, `text` names none, or the date cannot be one of birth.
    """
    whole = _find(text, today, asked=True)
    if whole is not None:
        return whole
    stated = _stated(text)
    if stated.start is None:
        stated = _year_alone(text)
    if stated.start is None:
        return None
    before = parts(earlier)
    named = _with_bare(stated, before)
    merged = [
        new if new is not None else old for new, old in ((named.month, before.month), (named.day, before.day), (named.year, before.year))
    ]
    month, day, year = merged
    if month is None or day is None or year is None:
        return None
    value = _date(year, month, day, year >= 100, today)
    return BirthDate(value, stated.start, stated.end, year >= 100) if value else None


def _year_alone(text: str) -> _Stated:
    """Return the year in an answer that holds one number too great for a day: "wait, 88 lol, not 98"."""
    found = [each for each in _YEAR.finditer(_DENIED.sub(lambda denied: " " * len(denied[0]), text)) if int(each[0]) > LONGEST_MONTH]
    if len(found) != 1:
        return _Stated()
    return _Stated(Parts(year=int(found[0][0])), start=found[0].start(), end=found[0].end())


def _find(text: str, today: date, *, asked: bool) -> BirthDate | None:
    plain, tokens = fold(text), cut(text)
    asked = asked or _BIRTH.search(plain) is not None
    found: BirthDate | None = None
    for reading in readings(plain, tokens):
        start, end = tokens[reading.first].start, tokens[reading.after - 1].end
        if not reading.sure and not asked:
            continue
        # A short year that is this one or nearly so may be the day of a visit to come.
        soon = not reading.full and 2000 + reading.year in (today.year, today.year + 1)
        value = _date(reading.year, reading.month, reading.day, reading.full, today)
        if value is None or (soon and value.year < 2000 and not asked):
            continue
        if found is not None and not _CORRECTING.search(plain[found.end : start]):
            break
        found = BirthDate(value, start, end, reading.full)
    return found


def _date(year: int, month: int, day: int, full: bool, today: date) -> date | None:
    """Return the date, or None when there is no such day or nobody alive was born on it."""
    for century in (0,) if full else (2000, 1900):
        try:
            value = date(century + year, month, day)
        except ValueError:
            continue
        if value <= today and today.year - value.year <= OLDEST_YEARS:
            return value
    return None


def _stated(text: str) -> _Stated:
    """Return the parts of a date that an answer names; the last one said counts, and none after "not"."""
    plain, tokens = fold(text), cut(text)
    if _VISIT.search(plain):
        return _Stated()
    quiet = all(token.is_number or token.month or token.word in _BESIDE for token in tokens)
    stated = _Stated()
    at = after_bare = 0
    while at < len(tokens):
        item = _item(plain, tokens, at, quiet=quiet)
        if item is None:
            at += 1
            continue
        if not negated(plain, tokens[at].start):
            named, bare = item.parts, stated.bare
            if item.bare is not None:
                # "ten thirty" is no part of a date.
                bare = None if at and at == after_bare and tokens[at].joined else item.bare
                after_bare = item.end
            stated = replace(
                stated,
                parts=Parts(
                    named.month or stated.parts.month,
                    named.day or stated.parts.day,
                    stated.parts.year if named.year is None else named.year,
                ),
                bare=bare,
                bare_year=stated.bare_year if item.bare is None else item.bare_year,
                start=tokens[at].start if stated.start is None else stated.start,
                end=tokens[item.end - 1].end,
            )
        at = item.end
    return replace(stated, bare_year=stated.bare_year and not _CORRECTING.search(plain))


def _item(plain: str, tokens: Sequence[Token], at: int, *, quiet: bool) -> _Stated | None:
    """Return what is stated from token `at` on, with the token after it as `end`. `quiet` tells that the text speaks of nothing else."""
    token, before = tokens[at], tokens[at - 1].word if at else ""
    whole = reading_at(plain, tokens, at)
    if whole is not None:
        return _Stated(Parts(whole.month, whole.day, whole.year), end=whole.after)
    if token.month and not (token.word == "may" and tokens[at + 1 : at + 2] and tokens[at + 1].word in ("i", "we", "be", "have", "not")):
        return _month_item(tokens, at)
    if not token.is_number and token.word != "mil":
        return None
    full = next((year for year in years(tokens, at) if year.full and 1800 < year.value < 2100), None)
    if full:
        return _Stated(Parts(year=full.value), end=full.after)
    for index, (value, after) in enumerate(small(tokens, at, 31)):
        named = skip(tokens, after, TO_MONTH)
        if named < len(tokens) and tokens[named].month and tokens[named].joined:
            return _Stated(Parts(tokens[named].month, value), end=named + 1)
        # "twenty one" is no twenty beside a one.
        following = tokens[after] if index == 0 and after < len(tokens) and tokens[after].joined and not token.ordinal else None
        if following and value <= 12 and following.written == 4 and following.gap.strip() in ("/", "-"):
            return _Stated(Parts(month=value), end=after)
        for second, end in small(tokens, after, 31) if following and (quiet or following.gap.strip() in ("/", "-")) else ():
            month, day = us_order(value, second)
            if month <= 12 and not any(token.month for token in tokens):
                return _Stated(Parts(month, day), end=end)
    return _number_item(plain, tokens, at, before, quiet=quiet)


def _month_item(tokens: Sequence[Token], at: int) -> _Stated:
    on = skip(tokens, at + 1, TO_DAY)
    day = next(small(tokens, on, 31), None)
    if day and tokens[on].joined and not any(year.full for year in years(tokens, on)):
        return _Stated(Parts(tokens[at].month, day[0]), end=day[1])
    return _Stated(Parts(month=tokens[at].month), end=at + 1)


def _number_item(plain: str, tokens: Sequence[Token], at: int, before: str, *, quiet: bool) -> _Stated | None:
    """Read a number that stands alone: "the 14th", "seventy-nine", "'05" or the bare "fourteen"."""
    token = tokens[at]
    day = next(small(tokens, at, 31), None)
    if day and (tokens[day[1] - 1].ordinal or before in ("the", "el")):
        told = quiet or (before == "the" and tokens[day[1] - 1].ordinal)
        is_day = told and not _EVENTS.match(plain, tokens[day[1] - 1].end)
        return _Stated(Parts(day=day[0]), end=day[1]) if is_day and token.word != "one" else None
    year = next(years(tokens, at), None)
    told = quiet or before in ("of", "in", "year", "del")
    if year and not year.full and ((year.value > 31 and told) or (token.written == 2 and token.gap.endswith("'"))):
        return _Stated(Parts(year=year.value), end=year.after)
    if day and quiet and not (token.word == "one" and (before in ("that", "no", "that's") or (at > 0 and tokens[at - 1].ordinal))):
        return _Stated(bare=day[0], bare_year=year is not None, end=day[1])
    return None


def _with_bare(stated: _Stated, before: Parts) -> Parts:
    """Return the parts with the bare number as the only part that is missing, else as the day."""
    named, bare = stated.parts, stated.bare
    if bare is None:
        return named
    missing = [name for name in ("month", "day", "year") if getattr(named, name) is None and getattr(before, name) is None]
    if missing == ["year"] and stated.bare_year:
        return replace(named, year=bare)
    if missing == ["month"] and bare <= 12:
        return replace(named, month=bare)
    return replace(named, day=bare) if named.day is None else named

"""Reads whole dates of the past, day, month and year, in the orders and separators people write and say them in.

Which date is meant may depend on the context: a reading tells whether its century was named, and whether its last number may as well be
an hour or another day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.nlu.date_tokens import Token, Year, skip, small, years

TO_MONTH = frozenset(("of", "de", "day", "the", "in", "dia", "del"))
TO_DAY = frozenset(("the", "el"))
_TO_YEAR = frozenset(("of", "in", "and", "the", "year", "de", "del", "ano"))
_NEGATED = re.compile(r"(?:\bnot|n't)\s+(?:in\s+|on\s+|the\s+)*$")
# What makes a last number an hour, a length of time or part of something longer; the second, only when it may be an hour at all.
_GOES_ON = re.compile(
    r"(?<=\d)[ap]\b|\s*(?:[:%]|-\s*\d|(?:am|pm|a\.m|p\.m|oclock|o'clock|ish|noon|min(?:ute)?s?|hours?|hrs?|weeks?|days?|years?)\b)"
    r"|\s*in the (?:morning|afternoon|evening)\b"
)
_OR_MORE = re.compile(r"[\s,]*(?:or|to|and|through|thru|until|till)\b|\s*,\s*\d")


@dataclass(frozen=True)
class Reading:
    """A whole date read from the tokens `first` up to `after`. `sure` tells that its end cannot be a time of day."""

    month: int
    day: int
    year: int
    full: bool
    sure: bool
    first: int
    after: int


def negated(plain: str, at: int) -> bool:
    """Does "not" stand before offset `at`?"""
    return _NEGATED.search(plain[max(0, at - 24) : at]) is not None


def readings(plain: str, tokens: Sequence[Token]) -> Iterator[Reading]:
    """Yield the whole dates in order, none overlapping another."""
    at = 0
    while at < len(tokens):
        reading = reading_at(plain, tokens, at)
        if reading is None:
            at += 1
            continue
        if not negated(plain, tokens[at].start):
            yield reading
        at = reading.after


def reading_at(plain: str, tokens: Sequence[Token], at: int) -> Reading | None:
    """Return the one date that starts at token `at`; None when there is none or it can be read in two ways."""
    found = [reading for reading in _candidates(plain, tokens, at) if _possible(reading) and not _runs_on(plain, tokens, reading)]
    longest = max((reading.after for reading in found), default=0)
    # "nineteen" after a day is a short year too, but the longer reading uses every word.
    found = [reading for reading in found if reading.after == longest]
    return found[0] if len({(reading.month, reading.day, reading.year) for reading in found}) == 1 else None


def _candidates(plain: str, tokens: Sequence[Token], at: int) -> Iterator[Reading]:
    token = tokens[at]
    if token.month:
        yield from _month_first(tokens, at)
    if not token.is_number and token.word not in ("mil",):
        return
    packed = _packed(plain, tokens, at)
    if packed:
        yield packed
    yield from _day_first(tokens, at)
    yield from _year_first(tokens, at)
    yield from _numeric(tokens, at)


def _month_first(tokens: Sequence[Token], at: int) -> Iterator[Reading]:
    """Read "march the fourteenth nineteen forty six"."""
    month = tokens[at].month or 0
    on = skip(tokens, at + 1, TO_DAY)
    for day, after in small(tokens, on, 31):
        if not tokens[on].joined:
            return
        for year, sure in _year_after(tokens, after):
            # "march nineteen forty six" leaves the day open.
            spoken = not tokens[on].written and on == at + 1 and "," not in tokens[after].gap
            if not (spoken and any(whole.full and whole.after == year.after for whole in years(tokens, on))):
                yield Reading(month, day, year.value, year.full, sure, at, year.after)


def _day_first(tokens: Sequence[Token], at: int) -> Iterator[Reading]:
    """Read "the ninth of april 1991" and "9 de abril del 91"."""
    for day, after in small(tokens, at, 31):
        on = skip(tokens, after, TO_MONTH)
        if on < len(tokens) and tokens[on].month and tokens[on].joined:
            for year, sure in _year_after(tokens, on + 1):
                yield Reading(tokens[on].month or 0, day, year.value, year.full, sure, at, year.after)


def _year_first(tokens: Sequence[Token], at: int) -> Iterator[Reading]:
    """Read "1991-04-09" and "nineteen forty six march fourteen"."""
    for year in years(tokens, at):
        on = skip(tokens, year.after, TO_DAY)
        if not year.full or on >= len(tokens) or not tokens[on].joined:
            continue
        if tokens[on].month:
            for day, after in small(tokens, skip(tokens, on + 1, TO_DAY), 31):
                yield Reading(tokens[on].month or 0, day, year.value, True, True, at, after)
            continue
        for first, middle in small(tokens, on, 31):
            named = skip(tokens, middle, TO_MONTH)
            if named < len(tokens) and tokens[named].month:
                yield Reading(tokens[named].month or 0, first, year.value, True, True, at, named + 1)
            elif tokens[at].written == 4 and middle < len(tokens) and tokens[middle].joined:
                for second, after in small(tokens, middle, 31):
                    month, day = us_order(first, second)
                    yield Reading(month, day, year.value, True, True, at, after)


def _numeric(tokens: Sequence[Token], at: int) -> Iterator[Reading]:
    """Read "4/9/91", "18/09/1963" and "oh four oh nine ninety one"."""
    if tokens[at].ordinal:
        return
    for first, middle in small(tokens, at, 31):
        if middle >= len(tokens) or not tokens[middle].joined:
            continue
        # A number before, set off in the same way, makes it a telephone number or another list.
        if at and tokens[at - 1].is_number and tokens[at].joined and tokens[at].gap.strip() == tokens[middle].gap.strip():
            continue
        for second, after in small(tokens, middle, 31):
            for year, sure in _year_after(tokens, after):
                separators = [tokens[middle].gap.strip(), tokens[after].gap.strip()]
                alike = separators[0] == separators[1].rstrip("'") or ((year.full or sure) and separators[1] in ("", ",", "'"))
                if alike and not tokens[after - 1].ordinal:
                    month, day = us_order(first, second)
                    yield Reading(month, day, year.value, year.full, sure, at, year.after)


def _packed(plain: str, tokens: Sequence[Token], at: int) -> Reading | None:
    """Read "040991", "04091991", "18091963" and "19910409"."""
    digits = plain[tokens[at].start : tokens[at].end]
    if tokens[at].ordinal or not digits.isdigit() or len(digits) not in (6, 8):
        return None
    month, day = us_order(int(digits[:2]), int(digits[2:4]))
    reading = Reading(month, day, int(digits[4:]), len(digits) == 8, True, at, at + 1)
    if len(digits) == 8 and not _possible(reading):
        reading = Reading(int(digits[4:6]), int(digits[6:]), int(digits[:4]), True, True, at, at + 1)
    return reading


def us_order(first: int, second: int) -> tuple[int, int]:
    """Return month and day; the first number is the day only when it can be no month."""
    return (second, first) if first > 12 >= second else (first, second)


def _year_after(tokens: Sequence[Token], at: int) -> Iterator[tuple[Year, bool]]:
    """Yield the years that follow a month and a day, and whether each cannot be an hour or another day."""
    on = skip(tokens, at, _TO_YEAR)
    if on >= len(tokens) or not all(token.joined for token in tokens[at : on + 1]) or tokens[on - 1].word == "the":
        return
    mark = tokens[on].gap.strip()
    # "june 5-10" is a stretch of days, "5-june-10" and "6-5-10" are dates.
    marked = (
        (on > at and tokens[on - 1].word != "and") or "'" in mark or (mark in ("/", "-", ".", "\\") and tokens[at - 1].gap.strip() == mark)
    )
    zero = tokens[on].word.startswith("0") or tokens[on].word in ("oh", "o")
    for year in years(tokens, on):
        yield year, year.full or marked or zero or year.value > 31


def _possible(reading: Reading) -> bool:
    """Is there such a day in the calendar, in one century or another?"""
    try:
        date(reading.year if reading.full else 2000 + reading.year, reading.month, reading.day)
    except ValueError:
        return False
    return True


def _runs_on(plain: str, tokens: Sequence[Token], reading: Reading) -> bool:
    """Does the text go on so that the last number is an hour, a range or part of a longer number?"""
    if reading.full:
        return False
    following = tokens[reading.after] if reading.after < len(tokens) else None
    if following and following.is_number and following.joined and "," not in following.gap:
        return True
    end = tokens[reading.after - 1].end
    return _GOES_ON.match(plain, end) is not None or (not reading.sure and _OR_MORE.match(plain, end) is not None)

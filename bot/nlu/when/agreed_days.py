"""A weekday with a bare number behind it that is its day of the month: "friday 6" said in the week of Friday the 6th."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.nlu.when.lexicon import MONTHS, UNITS, WEEKDAYS, words
from bot.nlu.when.numbers import COUNTED, RANKED, minute
from bot.nlu.when.tokens import END, Token

_WEEKS_AHEAD = 5
_VISITS = words("visit visits appointment appointments slot opening available one")
_REPEATED = words("every any each most a")
# Behind the number, these make a clock time or a window of it.
_OF_CLOCK = words("am pm oclock oh o sharp ish exactly noon plus + onward onwards latest hundred")
_JOINING = words("or to til until through - and & /")
_BOUNDING = words("so thereabouts around later after earlier before sooner past beyond up on")
_PHRASES = (
    ("or", "so"),
    ("give", "or"),
    ("more", "or"),
    ("at", "the", "earliest"),
    ("at", "the", "latest"),
    ("at", "night"),
    ("on", "the", "dot"),
    ("and", "a"),
    ("and", "half"),
    ("in", "the", "am"),
    ("in", "the", "pm"),
)


def with_agreed_days(tokens: list[Token], today: date) -> list[Token]:
    """Return the tokens with every number that agrees with the weekday before it turned into a token of kind `day`.

    It agrees when such a date comes within five weeks of `today`, and stays a number where the words behind it make it a clock
    time. A spelled number ("friday six") is an hour, as people say days of the month with "the" or as an ordinal.
    """
    found = list(tokens)
    for at in range(1, len(tokens)):
        token, weekday = tokens[at], WEEKDAYS.get(tokens[at - 1].norm)
        if weekday is None or token.kind != "num" or len(token.norm) > 2:
            continue
        repeated = at > 1 and tokens[at - 2].norm in _REPEATED
        if not repeated and _agrees(weekday, token.value, today) and not _is_clock([*tokens[at + 1 :], END, END, END, END]):
            found[at] = replace(token, kind="day")
    return found


def _agrees(weekday: int, number: int, today: date) -> bool:
    first = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return any((first + timedelta(weeks=step)).day == number for step in range(_WEEKS_AHEAD))


def _is_clock(behind: list[Token]) -> bool:
    """Whether the words behind a number make it a time, a list of times, a count, or a day of a named month."""
    first, second = behind[0], behind[1]
    if first.norm in _OF_CLOCK or first.kind in ("num", "clock", "junk") or minute(behind, 0) is not None:
        return True
    if first.norm in MONTHS or (first.norm == "of" and second.norm in MONTHS):
        return True
    if first.norm in (COUNTED | RANKED) - _VISITS - {"of", "more"}:
        return True
    if first.norm in _JOINING and (second.kind in ("num", "clock") or second.norm in UNITS or second.norm in ("noon", "half", "quarter")):
        return True
    if first.norm == "," and second.kind == "num":
        return True
    if first.norm in ("or", "and") and second.norm in _BOUNDING:
        return True
    return any(tuple(token.norm for token in behind[: len(phrase)]) == phrase for phrase in _PHRASES)

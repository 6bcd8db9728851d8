"""Reads a score from 0 to 10 as people give it: "8", "nine-ish", "7/10", "6 out of ten", "a solid 4".

A number above 10 is returned as it was said; the dialogue decides what to make of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = rf"(?<![\w.,/:])(?P<number>\d{{1,3}}|{'|'.join(_WORDS)}|none|nothing)(?:[ -]?ish)?(?![\w:])(?!\.\d)"
_OUT_OF_TEN = r"\s?(?:/|out of|over|of)\s?(?:10|ten)\b"
# After these a number counts something else: "2 days ago", "3 sets".
_COUNTS = r"(?!\s*(?:days?|weeks?|months?|years?|hours?|minutes?|mins?|sets?|reps?|times?|x|am|pm|a\.m|p\.m|visits?|exercises?)\b)"
_FULL = re.compile(_NUMBER + _OUT_OF_TEN, re.IGNORECASE)
_BARE = re.compile(_NUMBER + _COUNTS, re.IGNORECASE)


@dataclass(frozen=True)
class Score:
    """A score and where it stands, with "out of 10" when that was said."""

    value: int
    start: int
    end: int


def find(text: str, *, asked: bool) -> Score | None:
    """Return the score in a text: the last one "out of ten", or, when a score was asked for, the first bare number."""
    full = list(_FULL.finditer(text))
    if full:
        return _score(full[-1])
    found = _BARE.search(text) if asked else None
    return _score(found) if found else None


def _score(found: re.Match[str]) -> Score:
    said = found.group("number").lower()
    value = int(said) if said.isdigit() else 0 if said in ("none", "nothing") else _WORDS.index(said)
    return Score(value, found.start(), found.end())

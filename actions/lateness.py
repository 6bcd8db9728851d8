"""How late somebody says to be: "10 min behind", "a quarter of an hour", "more like 4:40" for a visit at 4."""

from __future__ import annotations

import re
from datetime import datetime

from bot.nlu.number_words import TENS, UNITS
from bot.nlu.when import parse

_WORDS = "|".join(sorted((*UNITS, *TENS, "a couple", "couple"), key=len, reverse=True))
_NUMBER = rf"(?P<number>\d{{1,3}}|(?:{_WORDS})(?:[ -](?:{_WORDS}))?)"
_MINUTES = re.compile(rf"\b{_NUMBER}(?: ?-? ?ish)?(?: more| or so)? ?(?:m\b|mins?\b|minutes?\b|minutos?\b)", re.IGNORECASE)
_BARE = re.compile(
    rf"\b(?:about|maybe|like|around|running|be|by|another)? ?\b{_NUMBER}(?: ?-? ?ish)? (?:late|behind|more)\b", re.IGNORECASE
)
_ALONE = re.compile(rf"\W*(?:about |maybe |like |around )?{_NUMBER}(?: ?-? ?ish)?\W*", re.IGNORECASE)
_QUARTER = re.compile(r"\b(?P<part>quarter|half|three quarters) (?:of )?(?:an? )?hour\b|\b(?P<hours>an?|one|two) hours?\b", re.IGNORECASE)
_PARTS = {"quarter": 15, "half": 30, "three quarters": 45}
# Beyond this a number is no lateness but something else.
MOST_MINUTES = 180


def minutes_late(text: str, visit: datetime, now: datetime, *, asked: bool = False) -> int | None:
    """Return by how many minutes the patient will be late for the visit (naive clinic-local), or None when it is not said.

    `asked` tells that the message answers the question "how many minutes?", so that a bare number counts.
    """
    if found := _QUARTER.search(text):
        return _PARTS[found["part"].lower()] if found["part"] else 120 if found["hours"].lower() == "two" else 60
    for pattern in (_MINUTES, _BARE, *((_ALONE,) if asked else ())):
        found = pattern.fullmatch(text) if pattern is _ALONE else pattern.search(text)
        if found and (value := _value(found["number"])) is not None and 0 < value <= MOST_MINUTES:
            return value
    return _until(text, visit, now)


def _until(text: str, visit: datetime, now: datetime) -> int | None:
    """Read a clock time after the visit's start as the time of arrival."""
    found = parse(text, now, visit)
    if found is None or found.constraint is None:
        return None
    spans = found.constraint.ranges(now)
    later = [span.start for span in spans if visit < span.start and (span.start - visit).total_seconds() <= MOST_MINUTES * 60]
    return int((later[0] - visit).total_seconds() // 60) if later and later[0].date() == visit.date() else None


def _value(number: str) -> int | None:
    if number.isdigit():
        return int(number)
    total = 0
    for word in re.split(r"[ -]", number.lower()):
        if word == "couple":
            total += 2
        elif word != "a":
            total += TENS.get(word, UNITS.get(word, 0))
    return total or None

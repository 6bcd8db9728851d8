"""What the patient was told, found in the line's texts in whatever words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from bot.clinic import Clinic, load_clinic
from bot.settings import Settings
from tests.support.scenario import Fact
from tests.support.scenario_moments import moments, times

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = rf"(\d+|{'|'.join(_NUMBERS)}|last)"
_LEFT = re.compile(
    rf"\b{_NUMBER}\s+(?:\w+\s+){{0,3}}(?:visits?|sessions?|appointments?)\b[^.?!]{{0,40}}\b(?:left|remain\w*|authori[sz]ed|approved|covered)"
    rf"|\b(?:left|remain\w*)\b[^.?!\d]{{0,30}}\b{_NUMBER}\b|\b{_NUMBER}\s+(?:\w+\s+){{0,2}}(?:left|remain\w*)",
    re.IGNORECASE,
)
_VISIT = r"\b(?:visits?|sessions?|appointments?)\b"
_BOOKED = r"\b(?:booked|scheduled|coming|planned|on (?:the|your) (?:calendar|schedule|books?))\b"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|day|sday|nesday|rsday|urday)?"
# What each fact sounds like: in one text, one of the phrases of every line.
_SOUNDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "no_visit": (
        (
            rf"(?:\bno|\bnot any|n't (?:\w+ )?(?:any|a|another))\s+(?:(?!longer|problem)[\w-]+\s+){{0,3}}(?:{_VISIT})",
            rf"\b(?:nothing|none)\b[^.,;?!]{{0,30}}{_BOOKED}",
            rf"(?:\bnot|n't)\b[^.,;?!]{{0,40}}(?:\bbooked in\b|\bscheduled for\b|\bany(?:thing)? {_BOOKED})",
        ),
    ),
    "late_fee": ((r"\bfee\b", r"\bcharge"), (r"\$\s?80\b", r"\b80 dollars\b", r"\beighty dollars\b")),
    "visits_used_up": (
        (_VISIT, r"\b(?:authori[sz]ation|referral|insurance)\b"),
        (
            r"\bused\b",
            r"\bno (?:more )?[^.?!]{0,40}\b(?:left|visits|remain)",
            r"\bnone (?:is |are )?left\b",
            r"\br[au]n out\b",
            r"\ball taken\b",
            r"\b(?:new|another|more) authori[sz]ation\b",
        ),
    ),
    "weekly_limit": (
        (r"\bweek",),
        (r"\bplan\b", r"\blimit", r"\bmost\b", r"\bmaximum\b", r"\bup to\b", r"\balready\b", r"\bas many\b", r"\bno more than\b"),
    ),
    "taken_meanwhile": (
        (
            r"\btaken\b",
            r"\bgone\b",
            r"\bno longer\b",
            r"\bbooked by\b",
            r"\b(?:somebody|someone) else\b",
            r"\bjust filled\b",
            r"\b(?:is|are)(?:n't| not) (?:open|free|available)\b",
        ),
    ),
    "unchanged": (
        (
            r"\bunchanged\b",
            r"\bnothing (?:was |has been |is )?(?:changed|different)\b",
            r"\bstands?\b(?! by\b)",
            rf"(?:{_VISIT}|\b(?:it|that|this|they|all|everything|[ap]m|{_DAY})\b)[^.,;?!]{{0,20}}\bstays?\b(?! on the wait)",
            rf"\bstill (?:on|booked|scheduled|yours|in place|there|set|have your|{_DAY})\b",
            r"\bkept\b",
            r"\bkeep(?:ing)? (?:it|your)\b",
            r"\bas it (?:was|is)\b",
            r"\bleft (?:it|everything|your)\b",
            r"\bno changes?\b",
            r"\b(?:have|has|was|were|did|do|will)(?:n't| not)(?: been| be)? (?:changed?|moved?|cancel\w*|touch(?:ed)?)\b",
        ),
    ),
    "prep": ((r"\bwear\b", r"\bclothes\b", r"\bbring\b", r"\bshoes\b", r"\binsurance card\b"),),
    "is_a_bot": (
        (r"\bautomated\b", r"\bbot\b", r"\bnot a (?:person|human)\b", r"\bcomputer\b", r"\bsoftware\b", r"\bmachine\b", r"\bvirtual\b"),
    ),
    "cannot_change_now": (
        (r"\b(?:can't|cannot|can not|couldn't|could not|unable|not able)\b", r"\b(?:isn't|is not) (?:working|answering)\b", r"\bis down\b"),
    ),
    "call_back_time": (
        (r"\b(?:call|ring|phone|reach|get back|answer|reply|text|be in touch|hear from|be with you)\w*\b",),
        (
            r"\b(?:within|in|by|before|until)\s+(?:about |the next )?(?:\d+|an?|one|half an)\s*(?:minutes?|hours?|min)\b",
            r"\b\d+ (?:minutes|hours)\b",
            r"\b\d{1,2}(?::\d\d)?\s*[ap]\.?m\b",
        ),
    ),
    "stands_until_confirmed": ((r"\b(?:until|once|when|before|after|unless)\b[^.?!]{0,60}\bconfirm",),),
}
_PARKING = {"riverside": ((r"\bpark",), (r"\bfree\b", r"\bentrance\b")), "eastgate": ((r"\bpark",), (r"\bgarage\b", r"\bfree\b"))}
_HOURS = re.compile(
    r"\b(?<!nothing is )(?<!nothing )(?:open|opens|closes|hours)\b(?! slot| time| spot| question)"
    r"|\bclosed\b|\bclosing\b|\b(?:mon|weekdays)\w*\s*(?:-|to|through)\s*\w+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class About:
    """What the facts are about: the visits and names that belong to the writer, and the authorised visits left by patient.

    `left` holds every figure that is true of the number left: with or without the visits to come.
    """

    now: datetime
    visits: tuple[datetime, ...]
    names: frozenset[str]
    left: frozenset[int]


def is_told(fact: Fact, texts: Sequence[str], about: About) -> bool:
    """Is this fact told in one of the texts?"""
    return any(_finder(fact, about)(text.replace("’", "'")) for text in texts)


def _finder(fact: Fact, about: About) -> Callable[[str], bool]:
    if fact.name in _SOUNDS:
        return _sounds(*_SOUNDS[fact.name])
    finders: dict[str, Callable[[Any], Callable[[str], bool]]] = {
        "visit": lambda start: lambda text: any(moment.fits(start) for moment in moments(text, about.now)),
        "any_visit": lambda _: lambda text: any(moment.fits(start) for moment in moments(text, about.now) for start in about.visits),
        "any_name": lambda _: lambda text: any(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in about.names),
        "visits_left": lambda _: lambda text: bool(_counts(text) & about.left),
        "practitioner": lambda code: _sounds(tuple(rf"\b{word}\b" for word in _member(code))),
        "location": lambda code: _sounds(tuple(rf"\b{re.escape(word)}" for word in _place(code))),
        "address": lambda code: _sounds((rf"\b{re.escape(_place(code)[1])}\b",)),
        "parking": lambda code: _sounds(*_PARKING[code]),
        "hours": lambda code: lambda text: bool(_HOURS.search(text)) and bool(times(text) & _closing(code, text)),
    }
    return finders[fact.name](fact.value)


def _sounds(*lines: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda text: all(any(re.search(phrase, text, re.IGNORECASE) for phrase in phrases) for phrases in lines)


def _counts(text: str) -> set[int]:
    words = [next(group for group in match.groups() if group).lower() for match in _LEFT.finditer(text)]
    return {int(word) if word.isdigit() else 1 if word == "last" else _NUMBERS.index(word) for word in words}


@cache
def _clinic() -> Clinic:
    return load_clinic(Settings().clinic)


def _member(code: str) -> tuple[str, str]:
    first, last = next(member.name for member in _clinic().staff if member.code == code).split(maxsplit=1)
    return first, last


def _place(code: str) -> tuple[str, str]:
    """Return a place's name and its street."""
    place = next(place for place in _clinic().locations if place.code == code)
    return place.name, place.address.partition(",")[0]


def _closing(code: str, text: str) -> set[Any]:
    """Return when a place closes: on weekdays, or on the weekend where the text speaks of it. Closed all day, it tells when it opens."""
    place = next(place for place in _clinic().locations if place.code == code)
    closing = {spans[-1][1] for spans in place.hours[:5] if spans}
    if re.search(r"\bsat|\bsun|\bweekend", text, re.IGNORECASE):
        closing |= {spans[-1][1] for spans in place.hours[5:] if spans}
    if re.search(r"\bclosed\b", text, re.IGNORECASE):
        closing |= {spans[0][0] for spans in place.hours if spans}
    return closing

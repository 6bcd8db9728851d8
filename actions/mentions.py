"""Where a message names a day that is known: a visit's day among the days that are wished for.

People give the visit up and say the wish in one breath ("can tomorrow be Friday", "the 12th, can it be the 13th"). Grammar alone does not
tell which is which; the patient's own visits do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.nlu.when import parse

_WEEKDAYS = (
    r"mon(?:day)?|lunes",
    r"tue(?:s|sday)?|martes",
    r"wed(?:s|nesday)?|weds|wensday|wednsday|mi[eé]rcoles",
    r"thu(?:r|rs|rsday)?|thrusday|jueves",
    r"fri(?:day)?|viernes",
    r"sat(?:urday)?|s[aá]bado",
    r"sun(?:day)?|domingo",
)
_MONTHS = ("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?", "sept?(?:ember)?",
           "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?")  # fmt: skip
_NEAR = {0: r"today|tonight|hoy", 1: r"tomorrow|tomorow|tommorow|tmrw|tmr|2morrow|2moro|ma[nñ]ana"}
_A_WEEK = 7
# What stands in the place of a day that is set aside, the likelier first; None for leaving out everything up to it.
_STAND_INS = ("it", "", None)
# Words between two days that make a list of them: neither is given up.
_LISTED = re.compile(r"\s*(?:,|/|&|\bor\b|\band\b|\bo\b|\by\b|,\s*(?:or|and))\s*(?:on |maybe |even )?(?:the )?", re.IGNORECASE)
# "later on Wednesday" wishes for that very day.
_STILL_WISHED = re.compile(r"\b(?:earlier|later|sooner|else|time|hour|slot|opening)s? (?:on |in |that |the |for )*$", re.IGNORECASE)
_PART = r"(?:\s+(?:morning|afternoon|evening|night|visit|appointment|appt|session|one))?"


@dataclass(frozen=True)
class Mention:
    """Half-open character offsets of words that name a day."""

    start: int
    end: int


def find(text: str, visit: datetime, today: date) -> list[Mention]:
    """Return where the text names the day of a visit (clinic-local), with the part of the day or the visit's own hour behind it."""
    day = visit.date()
    ahead = (day - today).days
    number = rf"(?:the\s+)?{day.day}(?:st|nd|rd|th)?\b(?!\s*(?::\d|[ap]\.?m|o'?clock|min|hour))"
    name = _MONTHS[day.month - 1]
    month = rf"(?:{name})\b\.?\s+(?:the\s+)?{day.day}(?:st|nd|rd|th)?\b|{day.day}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{name})\b"
    figures = rf"0?{day.month}/0?{day.day}(?:/\d{{2,4}})?\b"
    weekday = rf"(?:{_WEEKDAYS[day.weekday()]})(?:'?s)?\b"
    dated = rf"{weekday}(?:[\s,]+(?:of )?(?:the )?(?:next week|week after(?: next)?))?[\s,]+(?:{month}|{figures}|{number})"
    # "Thursday 12" is no mention of Thursday the 5th; "Thursday 12 pm" may be.
    another = rf"[\s,]+(?:the\s+|(?:{'|'.join(_MONTHS)})\w*\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?::|[ap]\.?m\b|o'?clock|works|is))"
    bare = rf"{weekday}(?!{another})"
    ordinal = rf"(?:the\s+{day.day}(?:st|nd|rd|th)?\b|\b{day.day}(?:st|nd|rd|th)\b)(?!\s*(?::\d|[ap]\.?m))"
    forms = [dated, month, figures, ordinal]
    if 0 <= ahead <= 1:
        forms.insert(0, rf"(?:{_NEAR[ahead]})(?:'?s)?\b")
    if 0 < ahead <= _A_WEEK:
        forms.append(rf"(?<!next )(?<!following )(?:this |coming )?{bare}")
    elif 0 < ahead <= 2 * _A_WEEK:
        forms.append(rf"(?:next (?:week'?s? )?{bare}|{bare}\s+(?:of )?(?:the )?next week)")
    hour = (visit.hour - 1) % 12 + 1
    minutes = rf":{visit.minute:02d}" if visit.minute else r"(?::00)?"
    clock = rf"(?:\s+(?:at\s+)?{hour}{minutes}\s*(?:[ap]\.?m\b\.?)?(?![\d:/]))?"
    pattern = re.compile(rf"\b(?:{'|'.join(forms)}){_PART}{clock}", re.IGNORECASE)
    return [Mention(found.start(), found.end()) for found in pattern.finditer(text)]


def without(text: str, visit: datetime, said_at: datetime) -> str:
    """Return the text with the visit's day taken out of it, where another day is wished for; else the text as it is.

    `visit` and `said_at` are naive clinic-local.
    """
    mentions = [
        each
        for each in find(text, visit, said_at.date())
        if not _STILL_WISHED.search(text, 0, each.start) and not _in_a_list(text, each, said_at)
    ]
    if not mentions:
        return text
    for word in _STAND_INS:
        left = blanked(text, mentions, word)
        if _wishes_for_a_day(left, said_at, visit):
            return left
    return text


def blanked(text: str, mentions: Sequence[Mention], word: str | None) -> str:
    """Return the text with the mentions replaced by a word that is no day, its length kept; None leaves out what stands before, too."""
    if word is None:
        last = max(each.end for each in mentions)
        return " " * last + text[last:]
    for each in mentions:
        text = text[: each.start] + word.ljust(each.end - each.start) + text[each.end :]
    return text


def meant(text: str, visits: Sequence[datetime], said_at: datetime) -> int | None:
    """Return the position of the one visit that the text names beside a wish for another day; None when that cannot be told.

    Of several the last one named before the wish is meant: "Thursday is fine, but the 10th must be the 11th".
    """
    named = {position: places for position, visit in enumerate(visits) if (places := find(text, visit, said_at.date()))}
    if not named:
        return None
    if len(named) == 1:
        position, places = next(iter(named.items()))
        return position if any(_wishes_for_a_day(blanked(text, places, word), said_at, visits[position]) for word in _STAND_INS) else None
    everything = [place for places in named.values() for place in places]
    found = parse(blanked(text, everything, _STAND_INS[0]), said_at)
    if found is None or found.constraint is None or found.constraint.is_time_only:
        return None
    days = [span.start for span in found.spans if span.kind == "date" and span.role == "wish"]
    before = {
        position: max((place.end for place in places if days and place.end <= days[0]), default=-1) for position, places in named.items()
    }
    nearest = max(before, key=lambda position: before[position])
    return nearest if before[nearest] >= 0 else None


def _wishes_for_a_day(text: str, said_at: datetime, visit: datetime) -> bool:
    found = parse(text, said_at, visit)
    return found is not None and found.constraint is not None and not found.constraint.is_time_only


def _in_a_list(text: str, mention: Mention, said_at: datetime) -> bool:
    """Does the day stand in a row with another ("Tuesday or Thursday")?"""
    found = parse(text, said_at)
    spans = [span for span in found.spans if span.kind == "date"] if found else []
    others = [span for span in spans if span.end <= mention.start or mention.end <= span.start]
    gaps = [text[mention.end : span.start] for span in others if span.start >= mention.end]
    gaps += [text[span.end : mention.start] for span in others if span.end <= mention.start]
    return any(_LISTED.fullmatch(gap) for gap in gaps)

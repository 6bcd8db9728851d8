"""Reads a score as people give it: "8", "nine-ish", "7/10", "a solid 4", "seven or eight", "off the charts".

A number outside the scale is kept as it was said ("11" is 11); two that are both meant are kept as two, and the dialogue asks which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
          "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip
_SPANISH = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
# What a recogniser writes for a lone number.
_MISHEARD = {
    "won": 1, "to": 2, "too": 2, "tree": 3, "free": 3, "for": 4, "fore": 4, "fife": 5, "sicks": 6, "sex": 6, "ate": 8, "ait": 8,
    "nein": 9, "mine": 9, "tin": 10, "tan": 10,
}  # fmt: skip
_VALUES = (
    {word: value for value, word in enumerate(_WORDS)}
    | {word: value for value, word in enumerate(_SPANISH)}
    | {"zip": 0, "nada": 0, "zilch": 0, "hundred": 100, "a hundred": 100}
)
_NAME = "|".join(sorted(_VALUES, key=len, reverse=True))
_HALF = r"(?P<half>\.5|½| ?1/2| and a half)"
_NUMBER = re.compile(
    rf"(?<![\w.,:$#])(?P<over>>\s?|(?:more than|over|above|beyond|past|higher than|worse than)(?: an?)? )?"
    rf"(?P<minus>-|minus |negative )?(?P<number>\d{{1,3}}|{_NAME}){_HALF}?(?P<plus>\+| plus)?(?:[ -]?ish)?(?![\w:%])(?!\.\d)",
    re.IGNORECASE,
)
_SCALE = re.compile(r"\s?(?:/|out of|over|of)\s?(?:an? )?(?P<top>\d{1,3}|five|ten|hundred|a hundred|diez)\b(?!\s?/)", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}\b")
# After these a number counts something else: "2 days ago", "3 sets", "zero complaints". So does any other plural that follows.
_COUNTED = re.compile(
    r"\s*-?\s*(?:(?:more|other|little|full|whole|short|long|good|bad|hard)\s+)?(?:day|week|month|year|hour|minute|min|set|rep|time|"
    r"visit|exercise|mile|pound|lb|star|"
    r"x\b|am\b|pm\b|a\.m|p\.m|o'?clock|of (?:my|them|the|us|those|you|your)|thing\b|person\b|clinic|block|step\b|th\b|st\b|nd\b|rd\b)",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\s+(?P<word>[a-z]{4,}s)\b", re.IGNORECASE)
_NO_PLURAL = frozenset(
    (
        "thanks",
        "this",
        "always",
        "just",
        "unless",
        "perhaps",
        "sometimes",
        "besides",
        "guess",
        "less",
        "yes",
        "plus",
        "does",
        "hurts",
        "stays",
    )
)
_PAIN_NAMED = re.compile(r"\s+(?:pain|discomfort|soreness)\b", re.IGNORECASE)
# "this one", "no one": no number.
_POINTING = re.compile(
    r"\b(?:this|that|the|no|any|every|which|each|last|next|other|first|second|third|worst|best|bad|good|another|some)\s+$", re.IGNORECASE
)
# A past figure, and one that is denied.
_PAST = re.compile(
    r"\b(?:was|were|from|used to be|started (?:at|out at|as)|down from|up from|better than|worse than|instead of|last (?:time|week|"
    r"month)\b[^,.;]{0,12})"
    r"(?:\s+(?:like|about|around|at|an?|the|usual|my|last))*\s*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|isn'?t|ain'?t|wasn'?t|not quite|not even|less than|under|below|lower than)(?:\s+(?:an?|at|really|quite|exactly|"
    r"even))*\s*$",
    re.IGNORECASE,
)
# Between two figures: both are meant.
_EITHER = re.compile(
    r"\s*(?:[-–—/~,]|or|to|and|,?\s*(?:or\s+)?(?:maybe|perhaps|possibly|probably|sometimes|even|more like)(?: even)?|"
    r",?\s*or)?\s*(?:an?\s+)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|somewhere between|from)\s+(?:an?\s+)?$", re.IGNORECASE)
# Between two figures: the later one counts.
_RATHER = re.compile(
    r"\b(?:no|nope|wait|sorry|actually|i mean(?:t)?|make (?:it|that)|rather|scratch that|correction|now|today|down to|up to|to an?|"
    r"but it'?s|more like)\b|\bto\s*$",
    re.IGNORECASE,
)
_TOP = re.compile(
    r"\b(?:full marks|top (?:marks|score)|perfect score|(?:the )?max(?:imum)?|(?:the )?highest|as high as it goes)\b", re.IGNORECASE
)
_BEYOND = re.compile(r"\b(?:off the charts?|off the scale|through the roof|a million|a thousand|infinity)\b", re.IGNORECASE)
_BOTTOM = re.compile(r"\b(?:rock bottom|(?:the )?lowest|(?:the )?minimum|as low as it goes)\b", re.IGNORECASE)
_NO_PAIN = re.compile(
    r"\b(?:no pain|pain[ -]?free|without pain|zero pain|(?:none|nothing)\b(?! (?:but|like|works|helps|works|better|worse|else))|"
    r"no duele|sin dolor|"
    r"(?:doesn'?t|don'?t|does not|not|isn'?t|isnt|doesnt) (?:hurt|hurting|any pain)(?: (?:at all|anymore|any more|today|now))?)\b",
    re.IGNORECASE,
)
_LONE = re.compile(
    r"\W*(?:(?:um+|uh+|oh|well|like|about|around|maybe|probably|i'?d|i would|say|give (?:it|you)|it'?s|its|it is|just|a|an|solid|"
    r"today)\W+)*"
    r"(?P<word>[a-z]+)(?:\W+(?:today|now|please|thanks|dear|i guess|i think|right now|out of ten))*\W*",
    re.IGNORECASE,
)
# Words that tell that a figure beside them is a score, though nobody asked.
_TOLD = re.compile(
    r"(?:(?:pain|ache|hurt\w*|soreness|discomfort)(?: level| score)?(?: right)?(?: is| was|'s|s| today| now| at| about| around| like|"
    r" of| maybe| feels| up| probably| still| it'?s| as)*(?: an?)?"
    r"|\b(?:rate|give|score|put|call)\s+(?:you(?: guys| all)?|y'?all|it|this place|this|them|her|him|the clinic|my pain)(?:\s+(?:at|"
    r"as|down as|about|like))*(?:\s+(?:an?|solid|big|strong|perfect))*"
    r"|\bscore of|\b(?:level|score)(?: is|:)?|\ba solid|\ba perfect|\ba strong)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Score:
    """A score and where it stands, with "out of 10" when that was said.

    `others` are further readings: "seven or eight" is 7 and (8,). `fits` tells that every reading lies on the scale that was asked for.
    """

    value: int
    start: int
    end: int
    others: tuple[int, ...] = ()
    fits: bool = True

    @property
    def values(self) -> tuple[int, ...]:
        """All readings, the first said first."""
        return (self.value, *self.others)

    @property
    def is_ambiguous(self) -> bool:
        """Is it to be asked which of several was meant?"""
        return bool(self.others)


@dataclass(frozen=True)
class _Figure:
    """A number in the text; `full` when "out of ten" follows it."""

    values: tuple[int, ...]
    start: int
    end: int
    full: bool
    past: bool


def find_score(text: str, low: int = 0, high: int = 10, *, asked: bool = True, pain: bool = False) -> Score | None:
    """Return the score that `text` gives on the scale `low` to `high`, or None when it gives none.

    `asked` tells that a score was just asked for: then any bare number counts, else only one that is told as a score ("8 out of 10",
    "my pain is a 6"). `pain` reads "no pain" and "none" as `low`.
    """
    figures = _figures(text, high, pain)
    full = [figure for figure in figures if figure.full]
    if full:
        figures = full
    elif not asked:
        figures = [figure for figure in figures if _TOLD.search(text[: figure.start])]
    present = [figure for figure in figures if not figure.past] or figures[-1:]
    if present:
        return _chosen(text, present, low, high)
    return _worded(text, low, high, pain) if asked else None


def _figures(text: str, high: int, pain: bool) -> list[_Figure]:
    found = []
    free_from = 0
    for match in _NUMBER.finditer(text):
        before, end = text[: match.start()], match.end()
        dated = _DATE.match(text, match.start())
        if dated:
            free_from = dated.end()
        if match.start() < free_from:
            continue
        word = match.group("number").lower()
        scale = _SCALE.match(text, end)
        if scale and _number(scale.group("top")) != high:
            # "4 out of 5" is on another scale; "6/7" are two figures.
            if "/" not in scale.group() or abs(_number(scale.group("top")) - _number(word)) != 1:
                free_from = scale.end()
                continue
            scale = None
        if not scale:
            plural = _PLURAL.match(text, end)
            if _COUNTED.match(text, end) or (plural and plural.group("word").lower() not in _NO_PLURAL):
                continue
            if not pain and _PAIN_NAMED.match(text, end) and _number(word) == 0:
                continue
            if word in ("one", "hundred", "uno") and _POINTING.search(before):
                continue
        end = free_from = scale.end() if scale else end
        if _DENIED.search(before):
            continue
        found.append(_Figure(_values(match, high), match.start(), end, scale is not None, bool(_PAST.search(before))))
    return found


def _values(match: re.Match[str], high: int) -> tuple[int, ...]:
    value = _number(match.group("number"))
    if match.group("minus"):
        return (-value,)
    if match.group("half"):
        return (value, value + 1)
    if value >= high and (match.group("over") or match.group("plus")):
        return (high + 1,)
    return (value,)


def _number(word: str) -> int:
    plain = word.lower()
    return int(plain) if plain.isdigit() else _VALUES[plain]


def _chosen(text: str, figures: Sequence[_Figure], low: int, high: int) -> Score:
    """Return the figure meant: the first, unless a later one corrects it; those said as alternatives together."""
    values, start, end = figures[0].values, figures[0].start, figures[0].end
    for before, figure in pairwise(figures):
        between = text[before.end : figure.start]
        ranged = between.strip().lower() in ("to", "and") and not (_BETWEEN.search(text[: before.start]) or len(figures) == 2)
        if _EITHER.fullmatch(between) and not ranged and "more like" not in between.lower():
            values, end = tuple(dict.fromkeys((*values, *figure.values))), figure.end
        elif _RATHER.search(between) or (figure.full and before.full):
            values, start, end = figure.values, figure.start, figure.end
    return _score(values, start, end, low, high)


def _worded(text: str, low: int, high: int, pain: bool) -> Score | None:
    for pattern, value in ((_BEYOND, high + 1), (_TOP, high), (_BOTTOM, low)):
        found = pattern.search(text)
        if found:
            return _score((value,), found.start(), found.end(), low, high)
    none = _NO_PAIN.search(text) if pain else None
    if none:
        return _score((low,), none.start(), none.end(), low, high)
    alone = _LONE.fullmatch(text)
    if alone and alone.group("word").lower() in _MISHEARD:
        return _score((_MISHEARD[alone.group("word").lower()],), alone.start("word"), alone.end("word"), low, high)
    return None


def _score(values: tuple[int, ...], start: int, end: int, low: int, high: int) -> Score:
    return Score(values[0], start, end, values[1:], all(low <= value <= high for value in values))

"""Text to tokens: one pass that keeps where each token stood, in one spelling per word.

Kinds: `word`, `num` (value int), `ord` (value int), `clock` (value (hour, minute, "am"/"pm"/None)), `slash` (value (month, day,
year or None)), `day` (value int, a number that agrees with the weekday before it) and `punct`. `1430`, `2pm`, `10ish`, `9-11`
and `tues/thurs` come out as the parts they are made of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.nlu.when.lexicon import FUZZY_TARGETS, JOINED, MONTHS, NOT_FUZZY, SPELLINGS, UNITS, WEEKDAYS

LONGEST_TEXT = 2000
_FUZZY_FROM = 6
_TYPOGRAPHY = str.maketrans("’‘–—‑áéíóúüñÁÉÍÓÚÜÑ", "''---aeiouunAEIOUUN")
_OWNING = {*WEEKDAYS, "today", "tomorrow", "tonight", "weekend"}
_HESITATIONS = frozenset({"uh", "um", "umm", "uhm", "uhh", "er", "erm", "hmm", "hm", "mm"})
_FOR_WHOM = frozenset({"me", "us", "my", "him", "her", "you", "sure"})
_MOVING = frozenset({"move", "moved", "moving", "change", "switch", "swap", "reschedule", "push", "bump", "from", "shift"})
_WANTING = frozenset({"need", "want", "have", "like", "able", "trying", "going"})
_RANGE_ENDS = {*WEEKDAYS, *MONTHS, "today", "tomorrow", "noon"}
_AMPM = r"(?:\s?([ap])\.?\s?m\b\.?|([ap])(?![\w']))"
_SCAN = re.compile(
    rf"""
      (?P<iso>(?<![\w/-])(\d{{4}})-(\d{{2}})-(\d{{2}})(?!\d))
    | (?P<slash>(?<![\w/-])(\d{{1,2}})[/](\d{{1,2}})(?:[/](\d{{4}}|\d{{2}}))?(?![\w/]))
    | (?P<dash>(?<![\w/-])(\d{{1,2}})-(\d{{1,2}})-(\d{{4}}|\d{{2}})(?![\w/-]))
    | (?P<clock>(?<!\w)(\d{{1,2}})[:;.](\d{{2}})(?!\d){_AMPM}?)
    | (?P<meridiem>(?<![\w/])(\d{{1,4}})(?!\d){_AMPM})
    | (?P<phone>(?<!\w)\(?\d{{3}}\)?[-. ]\s?\d{{3}}[-. ]?\d{{4}}(?!\d)|(?<!\w)\d{{3}}-\d{{4}}(?!\d)|\d{{5,}})
    | (?P<ord>(?<!\w)(\d{{1,2}})\s?(?:st|nd|rd|th)\b)
    | (?P<num>(?<![\w.])\d+(?![\w]|:\d)|\d+(?=ish\b|-\w|oclock|o'clock))
    | (?P<junk>[$#]\s?\d[\d.,]*|\d+(?:st|nd|rd|th)?(?=x\b)|\d+%)
    | (?P<word>w/e\b|b/w\b|b4\b|[ap]\.m\b\.?|[0-9]*[a-z]+(?:'[a-z]+)*|@)
    | (?P<punct>[,.;?!&/()\n~+-]+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """One token: its kind, its normal spelling, its value, and the half-open character span it covers."""

    kind: str
    norm: str
    start: int
    end: int
    value: Any = None

    @property
    def key(self) -> str:
        """What grammar rules are indexed by: the word itself, or `#kind` for anything with a value."""
        return self.norm if self.kind in ("word", "punct") else f"#{self.kind}"


END = Token("punct", "<end>", 0, 0)


def folded(text: str) -> str:
    """Return the part of a text that is read, in lower case, without accents and typographic marks, position by position."""
    plain = text[:LONGEST_TEXT].translate(_TYPOGRAPHY)
    lowered = plain.lower()
    if len(lowered) != len(plain):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in plain)
    return lowered


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a message; text beyond `LONGEST_TEXT` characters is not read."""
    tokens: list[Token] = []
    for match in _SCAN.finditer(folded(text)):
        if match.group() in _HESITATIONS:
            continue
        tokens.extend(_token(match))
    return _joined(_two_to(_four_for(_without_hyphens(tokens))))


def _token(match: re.Match[str]) -> list[Token]:
    kind, raw, start, end = str(match.lastgroup), match.group(), match.start(), match.end()
    groups = [group for group in match.groups() if group is not None]
    if kind == "word":
        return _word(raw, start, end)
    if kind == "num":
        return [Token("num", raw, start, end, int(raw[:6]))]
    if kind == "ord":
        return [Token("ord", raw, start, end, int(groups[1]))]
    if kind == "iso":
        return [Token("slash", raw, start, end, (int(groups[2]), int(groups[3]), int(groups[1])))]
    if kind in ("slash", "dash"):
        month, day = int(groups[1]), int(groups[2])
        year = int(groups[3]) if len(groups) > 3 else None
        return [Token("slash", raw, start, end, (month, day, year + 2000 if year is not None and year < 100 else year))]
    if kind == "clock":
        return [_clock_token(raw, start, end, int(groups[1]), int(groups[2]), groups[3] if len(groups) > 3 else None)]
    if kind == "meridiem":
        digits = groups[1]
        if len(digits) == 2 and int(digits) > 12:  # "3 45 pm": minutes after an hour
            half = Token("word", groups[2] + "m", start + len(digits), end)
            return [Token("num", digits, start, start + len(digits), int(digits)), half]
        hour, minute = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        return [_clock_token(raw, start, end, hour, minute, groups[2])]
    if kind == "punct":
        return [Token("punct", raw[0] if raw[0] != "." or len(raw) == 1 else raw.strip(".")[:1] or ".", start, end)]
    return [Token("junk", raw, start, end)]


def _clock_token(raw: str, start: int, end: int, hour: int, minute: int, half: str | None) -> Token:
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12 and hour < 13):
        return Token("junk", raw, start, end)
    meridiem = {"a": "am", "p": "pm"}.get(half or "")
    return Token("clock", raw, start, end, (hour, minute, None if hour > 12 else meridiem))


def _word(raw: str, start: int, end: int) -> list[Token]:
    if raw == "@":
        return [Token("word", "at", start, end)]
    if raw[1:3] == ".m":
        return [Token("word", raw[0] + "m", start, end)]
    norm = spelled(raw)
    if norm.endswith("ish") and norm[:-3] in UNITS | {"noon": 12}:
        return [Token("word", norm[:-3], start, end - 3), Token("word", "ish", end - 3, end)]
    return [Token("word", norm, start, end)]


@lru_cache(maxsize=4096)
def spelled(word: str) -> str:
    """Return the normal spelling of a word."""
    if word in SPELLINGS:
        return SPELLINGS[word]
    bare = word.removesuffix("'s")
    if bare != word and SPELLINGS.get(bare, bare) in _OWNING:
        return SPELLINGS.get(bare, bare)
    if bare != word:
        return SPELLINGS.get(bare, bare) + "'s"
    if len(word) >= _FUZZY_FROM and word not in NOT_FUZZY and word not in FUZZY_TARGETS:
        for target in FUZZY_TARGETS:
            if word[0] == target[0] and word != f"{target}s" and abs(len(word) - len(target)) <= 1 and one_slip_apart(word, target):
                return target
    return word


def one_slip_apart(left: str, right: str) -> bool:
    """Whether two words differ by one letter added, dropped, changed or swapped with its neighbour."""
    if len(left) > len(right):
        left, right = right, left
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    rest_equal = left[at + 1 :] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :]
    return rest_equal or swapped


def _without_hyphens(tokens: list[Token]) -> list[Token]:
    """Drop the hyphen inside a word ("twenty-first", "2-ish"), keep the one of a range ("mon-wed")."""
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        if token.norm == "-" and 0 < index < len(tokens) - 1:
            before, behind = tokens[index - 1], tokens[index + 1]
            close = before.end == token.start and token.end == behind.start and behind.kind == "word"
            if close and (behind.norm == "ish" or (before.kind == "word" and before.norm not in _RANGE_ENDS)):
                continue
        kept.append(token)
    return kept


def _four_for(tokens: list[Token]) -> list[Token]:
    """Read a texted "4" as "for" before "me" and the like, and between a clock time and a day."""
    for at in range(1, len(tokens) - 1):
        last, token, behind = tokens[at - 1 : at + 2]
        if token.norm == "4" and (behind.norm in _FOR_WHOM or (last.kind == "clock" and behind.norm in WEEKDAYS)):
            tokens[at] = Token("word", "for", token.start, token.end)
    return tokens


def _two_to(tokens: list[Token]) -> list[Token]:
    """Read a texted "2" as "to" between two days ("move fri 2 mon"), and after "need", "want" and the like."""
    for at in range(1, len(tokens) - 1):
        last, token, behind = tokens[at - 1 : at + 2]
        if token.norm != "2" or behind.kind not in ("word", "slash", "ord"):
            continue
        days = (
            last.norm in WEEKDAYS
            and (behind.norm in WEEKDAYS or behind.norm == "tomorrow")
            and any(each.norm in _MOVING for each in tokens[:at])
        )
        if days or (last.norm in _WANTING and behind.kind == "word" and behind.norm not in ("visits", "appointments", "days", "weeks")):
            tokens[at] = Token("word", "to", token.start, token.end)
    return tokens


def _joined(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in tokens:
        if joined and joined[-1].kind == "word" and token.kind == "word":
            one = JOINED.get((joined[-1].norm, token.norm))
            if one:
                joined[-1] = Token("word", one, joined[-1].start, token.end)
                continue
        joined.append(token)
    return joined

"""Screens a message for signs of danger by the patterns of `data/safety/signs.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.safety.patterns import Match, Pattern, PatternError, sentences

SIGNS = Path("data/safety/signs.yml")
LEVELS = ("none", "urgent", "emergency", "crisis")

# A denial counts when it stands so many words before the sign, or before an "or" that leads to it.
DENIAL_REACH = 3
LISTED_DENIAL_REACH = 8


@dataclass(frozen=True)
class Finding:
    """The worst sign of a message: its level (`none` when there is none), its category, and the patterns that found it."""

    level: str = "none"
    category: str = ""
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sign:
    """One category of `signs.yml`."""

    category: str
    level: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    emergency_with: tuple[Pattern, ...]


class Screen:
    """All signs, ready to be looked for. Computes only."""

    def __init__(
        self, signs: Sequence[Sign], negations: Sequence[Pattern], idioms: Sequence[Pattern], not_denials: Sequence[Pattern] = ()
    ) -> None:
        self._signs = tuple(signs)
        self._negations = tuple(negations)
        self._not_denials = tuple(not_denials)
        self._idioms = tuple(idioms)

    @classmethod
    def load(cls, path: Path = SIGNS) -> Screen:
        """Read the signs. Raises PatternError naming file, pattern and remedy."""
        with path.open(encoding="utf-8") as stream:
            data: Mapping[str, Any] = yaml.safe_load(stream)
        try:
            signs = [
                Sign(
                    category=str(entry["category"]),
                    level=str(entry["level"]),
                    patterns=_patterns(entry["patterns"]),
                    unless=_patterns(entry.get("unless", ())),
                    emergency_with=_patterns(entry.get("emergency_with", ())),
                )
                for entry in data["signs"]
            ]
            screen = cls(signs, _patterns(data["negations"]), _patterns(data["idioms"]), _patterns(data.get("not_denials", ())))
        except (KeyError, TypeError, PatternError) as error:
            raise PatternError(f"{path} cannot be used: {error}") from error
        wrong = [sign.level for sign in signs if sign.level not in LEVELS[1:]]
        if wrong:
            raise PatternError(f"{path} names the level {wrong[0]!r}; use one of {', '.join(LEVELS[1:])}")
        return screen

    def check(self, text: str) -> Finding:
        """Return the worst sign in a text; among equals the one with the most patterns."""
        spoken = [self._without_idioms(words) for words in sentences(text)]
        found: list[Finding] = []
        for sign in self._signs:
            hits = tuple(dict.fromkeys(pattern.source for words in spoken for pattern in self._hits(sign, words)))
            if hits:
                raised = any(_occurs(sign.emergency_with, words) for words in spoken)
                found.append(Finding("emergency" if raised else sign.level, sign.category, hits))
        return max(found, key=lambda one: (LEVELS.index(one.level), len(one.patterns)), default=Finding())

    def _hits(self, sign: Sign, words: Sequence[str]) -> list[Pattern]:
        plain = [word for word in words if word != ","]
        if _occurs(sign.unless, plain):
            return []
        return [
            pattern
            for pattern in sign.patterns
            if any(not self._denied(words, _with_commas(words, match)) for match in pattern.find(plain))
        ]

    def _without_idioms(self, words: list[str]) -> list[str]:
        plain = [(index, word) for index, word in enumerate(words) if word != ","]
        taken: set[int] = set()
        for idiom in self._idioms:
            for match in idiom.find([word for _, word in plain]):
                taken.update(plain[position][0] for position in range(match.first, match.last + 1))
        return [word for index, word in enumerate(words) if index not in taken]

    def _denied(self, words: Sequence[str], match: Match) -> bool:
        """Is the sign denied: "no chest pain", "no fever or chest pain"? A comma or a "but" ends what a denial reaches."""
        before = list(words[max(0, match.first - LISTED_DENIAL_REACH) : match.first])
        listed = bool(before) and before[-1] in ("or", "nor", "and", "any")
        for stop in ("but", "although", *(() if listed else (",",))):
            if stop in before:
                before = before[len(before) - before[::-1].index(stop) :]
        reach = before if listed else before[-DENIAL_REACH:]
        return _occurs(self._negations, reach) and not _occurs(self._not_denials, reach)


def _with_commas(words: Sequence[str], match: Match) -> Match:
    """Return the same place counted in words and commas."""
    places = [index for index, word in enumerate(words) if word != ","]
    return Match(places[match.first], places[match.last])


def _occurs(patterns: Sequence[Pattern], words: Sequence[str]) -> bool:
    plain = [word for word in words if word != ","]
    return any(pattern.occurs(plain) for pattern in patterns)


def _patterns(rows: Sequence[object]) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(row) for row in rows)


@lru_cache(maxsize=1)
def _shared() -> Screen:
    return Screen.load()


def check(text: str) -> Finding:
    """Return the worst sign in a text by the project's own signs."""
    return _shared().check(text)

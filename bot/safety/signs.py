"""The clinician's table of signs, `data/safety/signs.yml`, and where its patterns stand in a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from bot.safety.patterns import Match, Pattern, PatternError

SIGNS = Path(__file__).parents[2] / "data" / "safety" / "signs.yml"
LEVELS = ("none", "urgent", "emergency", "crisis")

# Lists of `signs.yml` that take back what a sentence seems to say; the comments there say how.
CLEARING = ("not_denials", "past", "now", "not_now", "general", "others", "told", "animals", "self_words", "present")

# A denial counts when it stands so many words before the sign, or before an "or" that leads to it.
DENIAL_REACH = 3
LISTED_DENIAL_REACH = 8
# `unless` takes a sign back that stands within so many words of it.
UNLESS_REACH = 5
# A misspelt word of at least so many letters is read as a sign's word one letter away.
FUZZY_LETTERS = 5


@dataclass(frozen=True)
class Sign:
    """One category of `signs.yml`."""

    category: str
    title: str
    level: str
    patterns: tuple[Pattern, ...]
    hints: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    emergency_with: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Hits:
    """What of one sign stands in a sentence: patterns that stand for it, hints, and whether it was denied or taken back by `unless`."""

    patterns: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    denied: bool = False


@dataclass(frozen=True)
class Signs:
    """The whole file. Computes only."""

    signs: tuple[Sign, ...]
    negations: tuple[Pattern, ...]
    not_denials: tuple[Pattern, ...]
    idioms: tuple[Pattern, ...]
    past: tuple[Pattern, ...] = ()
    now: tuple[Pattern, ...] = ()
    not_now: tuple[Pattern, ...] = ()
    general: tuple[Pattern, ...] = ()
    others: tuple[Pattern, ...] = ()
    told: tuple[Pattern, ...] = ()
    animals: tuple[Pattern, ...] = ()
    self_words: tuple[Pattern, ...] = ()
    present: tuple[Pattern, ...] = ()
    heard_as: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = SIGNS) -> Signs:
        """Read the file. Raises PatternError naming file, pattern and remedy."""
        try:
            data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise PatternError(f"{path} cannot be read ({error}); fetch the checkout again or correct it there") from error
        try:
            signs = tuple(
                Sign(
                    category=str(entry["category"]),
                    title=str(entry.get("title", entry["category"])),
                    level=str(entry["level"]),
                    patterns=_patterns(entry["patterns"]) + _patterns(entry.get("spanish", ())),
                    hints=_patterns(entry.get("hints", ())),
                    unless=_patterns(entry.get("unless", ())),
                    emergency_with=_patterns(entry.get("emergency_with", ())),
                )
                for entry in data["signs"]
            )
            rules = {name: _patterns(data[name]) for name in ("negations", "idioms")}
            more = {name: _patterns(data.get(name, ())) for name in CLEARING}
            repairs = {str(wrong): str(right) for wrong, right in (data.get("heard_as") or {}).items()}
        except (KeyError, TypeError, AttributeError, PatternError) as error:
            raise PatternError(f"{path} cannot be used: {error}") from error
        wrong = [sign.level for sign in signs if sign.level not in LEVELS[1:]]
        if wrong:
            raise PatternError(f"{path} names the level {wrong[0]!r}; use one of {', '.join(LEVELS[1:])}")
        return cls(signs, **rules, **more, heard_as=repairs)

    def sign(self, category: str) -> Sign | None:
        """Return the sign of that category."""
        return next((sign for sign in self.signs if sign.category == category), None)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The longer words that patterns name, which a misspelt word may stand for."""
        rows = [pattern for sign in self.signs for pattern in sign.patterns]
        return frozenset(word for pattern in rows for word in pattern.words if len(word) >= FUZZY_LETTERS)

    @cached_property
    def _as_meant(self) -> frozenset[str]:
        """Words that the rows of idioms and of what clears name: they are no misspelt words of a sign."""
        rows = (*self.idioms, *self.past, *self.now, *self.general, *self.others, *self.told, *self.animals)
        away = [pattern for sign in self.signs for pattern in (*sign.unless, *sign.hints)]
        return frozenset(word for pattern in (*rows, *away) for word in pattern.words)

    def corrected(self, words: Sequence[str], known: frozenset[str]) -> list[str]:
        """Return the words with misspelt ones put right; `known` are words that are spelt as meant."""
        return [self._corrected(word, known) for word in words]

    def _corrected(self, word: str, known: frozenset[str]) -> str:
        if len(word) < FUZZY_LETTERS or word in known or word in self.vocabulary or word in self._as_meant:
            return word
        reach = 1 if len(word) < 8 else 2
        near = [(OSA.distance(word, other, score_cutoff=reach), other) for other in self.vocabulary if abs(len(other) - len(word)) <= reach]
        best = min(near, default=(reach + 1, word))
        return best[1] if best[0] <= reach and best[1][0] == word[0] else word

    def without_idioms(self, words: Sequence[str]) -> list[str]:
        """Return the words of a sentence without those of idioms and exercise names."""
        rest = [(index, word) for index, word in enumerate(words) if word != ","]
        joined = " ".join(word for _, word in rest)
        taken: set[int] = set()
        for idiom in self.idioms:
            for match in idiom.find_in(joined):
                taken.update(rest[position][0] for position in range(match.first, match.last + 1))
        return [word for index, word in enumerate(words) if index not in taken]

    def hits(self, sign: Sign, words: Sequence[str]) -> Hits:
        """Return what of a sign stands in a sentence from which idioms were taken out."""
        bare = [word for word in words if word != ","]
        joined = " ".join(bare)
        away = [match for pattern in sign.unless for match in pattern.find_in(joined)]
        found: list[str] = []
        denied = bool(away)
        for pattern in sign.patterns:
            for match in pattern.find_in(joined):
                if any(_near(match, other) for other in away):
                    continue
                if self._denied(words, _with_commas(words, match)) or self._denied_within(pattern, bare, match):
                    denied = True
                else:
                    found.append(pattern.source)
                    break
        hints = [pattern.source for pattern in sign.hints if pattern.expression.search(joined)]
        return Hits(tuple(found), tuple(hints), denied)

    def raised(self, sign: Sign, words: Sequence[str]) -> bool:
        """Does a sentence hold what makes an emergency of the sign, undenied?"""
        bare = [word for word in words if word != ","]
        return any(not self._denied(words, _with_commas(words, match)) for pattern in sign.emergency_with for match in pattern.find(bare))

    def cleared(self, words: Sequence[str]) -> bool:
        """Is a clause about the past, about things in general, or about somebody the line does not care for, and not about now?"""
        bare = [word for word in words if word != ","]
        joined = " ".join(bare)
        if _any(self.general, joined) or _any(self.others, joined) or self._elsewhere(joined):
            return True
        if not _any(self.past, joined):
            return False
        for pattern in self.not_now:
            joined = pattern.expression.sub(" ", joined)
        return not _any(self.now, " ".join(joined.split()))

    def _elsewhere(self, joined: str) -> bool:
        """Is a sentence about an animal, or a story of strangers, and not about the writer, too?"""
        for frames, bars in ((self.animals, self.self_words), (self.told, self.self_words + self.present + self.now)):
            framed = joined
            for frame in frames:
                framed = frame.expression.sub(" ", framed)
            if framed != joined and not _any(bars, " ".join(framed.split())):
                return True
        return False

    def _denied_within(self, pattern: Pattern, bare: Sequence[str], match: Match) -> bool:
        """Does a denial stand among the words that the pattern leaves open: "calf isnt hot"?"""
        if any(word in pattern.words for word in ("no", "not", "cant", "cannot", "wont", "dont", "nothing", "never", "without")):
            return False
        return _any(self.negations, " ".join(bare[match.first + 1 : match.last]))

    def _denied(self, words: Sequence[str], match: Match) -> bool:
        """Is the sign denied: "no chest pain", "no fever or chest pain"? A comma or a "but" ends what a denial reaches."""
        before = list(words[max(0, match.first - LISTED_DENIAL_REACH) : match.first])
        listed = bool(before) and before[-1] in ("or", "nor", "and", "any", "ni", "o")
        for stop in ("but", "although", "pero", *(() if listed else (",",))):
            if stop in before:
                before = before[len(before) - before[::-1].index(stop) :]
        reach = before if listed else before[-DENIAL_REACH:]
        # A "no" may only begin an answer, and go on into the sign: "no my chest pain is back".
        bare = " ".join(word for word in [*reach, *words[match.first : match.first + 2]] if word != ",")
        for pattern in self.not_denials:
            bare = pattern.expression.sub(" ", bare)
        sign = " ".join(word for word in words[match.first : match.first + 2] if word != ",")
        return _any(self.negations, " ".join(bare.split()).removesuffix(sign))


def _near(match: Match, other: Match) -> bool:
    return other.first - UNLESS_REACH <= match.last and match.first <= other.last + UNLESS_REACH


def _with_commas(words: Sequence[str], match: Match) -> Match:
    """Return the same place counted in words and commas."""
    places = [index for index, word in enumerate(words) if word != ","]
    return Match(places[match.first], places[match.last])


def _any(patterns: Sequence[Pattern], joined: str) -> bool:
    return any(pattern.expression.search(joined) is not None for pattern in patterns)


def _patterns(rows: Sequence[object]) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(row) for row in rows)

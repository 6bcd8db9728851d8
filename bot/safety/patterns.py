"""Rows of words that mean danger, as written in `data/safety/signs.yml`, and finding them in a sentence.

A pattern becomes a regular expression over the sentence's words joined by single spaces, which is quick enough for every message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# So many other words may stand between two parts of a pattern.
GAP = 4


class PatternError(ValueError):
    """The signs, the examples or the model of the safety screen cannot be used. The message names file, place and remedy."""


@dataclass(frozen=True)
class Match:
    """Where a pattern stands in a sentence: the positions of its first and last word."""

    first: int
    last: int


@dataclass(frozen=True)
class Pattern:
    """A pattern as its author wrote it, and the expression it stands for."""

    source: str
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, source: object) -> Pattern:
        """Read a pattern. Raises PatternError naming it and the remedy."""
        if not isinstance(source, str):
            raise PatternError(f"{source!r} is no row of words; put it in quotes")
        parts = [[phrase.split() for phrase in part.split("|")] for part in source.lower().split("..")]
        if not all(phrase for part in parts for phrase in part):
            raise PatternError(f"{source!r} has an empty part or choice; write for example 'chest .. hurt*|pain*'")
        choices = ["(?:" + "|".join(" ".join(_word(word) for word in phrase) for phrase in part) + ")" for part in parts]
        return cls(source, re.compile(r"(?<!\S)" + rf"(?: \S+){{0,{GAP}}} ".join(choices) + r"(?!\S)"))

    @property
    def words(self) -> frozenset[str]:
        """The words that the pattern names in full."""
        return frozenset(word for word in re.split(r"[\s|]+|\.\.", self.source.lower()) if word.isalpha())

    def find(self, words: Sequence[str]) -> Iterator[Match]:
        """Yield the places of the pattern in the words of one sentence, without overlaps."""
        yield from self.find_in(" ".join(words))

    def find_in(self, sentence: str) -> Iterator[Match]:
        """Yield the places of the pattern in a sentence whose words are joined by single spaces."""
        for found in self.expression.finditer(sentence):
            first = sentence.count(" ", 0, found.start())
            yield Match(first, first + found.group().count(" "))

    def occurs(self, words: Sequence[str]) -> bool:
        """Does the pattern stand anywhere in the words of one sentence?"""
        return self.expression.search(" ".join(words)) is not None


def _word(word: str) -> str:
    return re.escape(word[:-1]) + r"\S*" if word.endswith("*") else re.escape(word)

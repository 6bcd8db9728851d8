"""Cuts what is said into chunks that are synthesised, sent and marked one by one.

The first sentence can be heard while the next is still being made; after a fact (a day, a time, a name, a key) comes a pause in which an
older listener can take it in; and the mark of each chunk tells, when it comes back, that the chunk was heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voice.speaking import Speaking, load

# Milliseconds of silence. Ours, after the advice for older callers to leave time after each fact; `data/voice/speaking.yml` says what a
# fact is. Nothing follows the last chunk: whoever is asked may answer at once.
AFTER_FACT_MS = 600
AFTER_SENTENCE_MS = 300
WITHIN_SENTENCE_MS = 150
# Letters. A sentence above this takes more than about seven seconds to say, and its first audio too long to make.
LONGEST = 110
# No piece of a divided sentence is shorter: a voice that restarts for two words sounds chopped.
SHORTEST = 30

_SENTENCE = re.compile(r"(?<=[.?!])[\"')]*\s+|(?<=;)\s+")
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DIGIT = "zero|one|two|three|four|five|six|seven|eight|nine"
# A comma at which a voice may start anew: not within a day, a time, a telephone number or a postal code.
_COMMA = re.compile(rf"(?<!day)(?<=,)\s+(?!at |(?:{_MONTH})\b|(?:nineteen|twenty|two thousand)\b|(?:{_DIGIT}) (?:{_DIGIT})\b)|(?<=:)\s+")
# The next best place, where a sentence has no such comma.
_CONJUNCTION = re.compile(r"\s+(?=(?:and|but|so|because|if) (?!a |[\w-]+ cents?\b)[a-z])")


@dataclass(frozen=True)
class Chunk:
    """A piece that is synthesised at once, the silence after it, and the mark that comes back when it was played."""

    mark: str
    text: str
    pause_ms: int


def chunks(said: str, utterance: str, *, speed: float = 1.0, speaking: Speaking | None = None) -> tuple[Chunk, ...]:
    """Return what is said (see `voice.spoken`) in chunks. Marks are `utterance` and the chunk's number: `r7.1`, `r7.2`.

    `speed` is the caller's, 1.0 the usual: who listens more slowly gets longer pauses as well.
    """
    words = speaking or load()
    pieces: list[tuple[str, int]] = []
    for sentence in _SENTENCE.split(said.strip()):
        parts = _divided(sentence.strip())
        pieces += [(part, _pause(part, words, WITHIN_SENTENCE_MS)) for part in parts[:-1]]
        pieces += [(part, _pause(part, words, AFTER_SENTENCE_MS)) for part in parts[-1:] if part]
    return tuple(
        Chunk(f"{utterance}.{number}", text, round(pause / speed) if number < len(pieces) else 0)
        for number, (text, pause) in enumerate(pieces, start=1)
    )


def _pause(text: str, words: Speaking, otherwise: int) -> int:
    return AFTER_FACT_MS if any(fact.search(text) for fact in words.facts) else otherwise


def _divided(sentence: str) -> list[str]:
    """Return a long sentence in pieces that end at a comma, a colon or before a conjunction, as even as these allow."""
    if len(sentence) <= LONGEST:
        return [sentence]
    middle = len(sentence) / 2
    for kind in (_COMMA, _CONJUNCTION):
        places = [match for match in kind.finditer(sentence) if SHORTEST <= match.start() <= len(sentence) - SHORTEST]
        if places:
            break
    else:
        return [sentence]
    best = min(places, key=lambda match: abs(match.start() - middle))
    return [*_divided(sentence[: best.start()]), *_divided(sentence[best.end() :])]


def heard(said: Sequence[Chunk], returned: Sequence[str]) -> str:
    """Return the text that was heard: every chunk up to the last whose mark is among `returned`.

    Twilio plays and returns marks in order, so a mark that is missing before one that came was lost on its way. Marks that came after
    `clear` must not be given: it returns those of chunks that were thrown away. `Heard` sees to that.
    """
    last = max((index for index, chunk in enumerate(said) if chunk.mark in returned), default=-1)
    return " ".join(chunk.text for chunk in said[: last + 1])


class Heard:
    """Follows one utterance through the marks that come back."""

    def __init__(self, said: Sequence[Chunk]) -> None:
        self._said = tuple(said)
        self._returned: list[str] = []
        self._cleared = False

    def mark(self, name: str) -> None:
        """Take a mark that came back; one of another utterance, or one that came after `clear`, counts for nothing."""
        if not self._cleared:
            self._returned.append(name)

    def clear(self) -> None:
        """Note that the rest was thrown away."""
        self._cleared = True

    @property
    def text(self) -> str:
        """What the caller has heard so far."""
        return heard(self._said, self._returned)

    @property
    def whole(self) -> bool:
        """Was everything heard?"""
        return not self._said or self._said[-1].mark in self._returned

    @property
    def rest(self) -> tuple[Chunk, ...]:
        """The chunks that were not heard to their end."""
        last = max((index for index, chunk in enumerate(self._said) if chunk.mark in self._returned), default=-1)
        return self._said[last + 1 :]

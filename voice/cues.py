"""What people say that is no answer by itself: a wish for time, a "hello?", a word that promises more.

The words stand in `data/voice/listening.yml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.yamlfile import Node

Words = tuple[str, ...]

# "Let me get my reading glasses from upstairs" is six words beyond "let me get"; more is a story.
MOST_WORDS_BEHIND = 6
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words_of(text: str) -> Words:
    """Return the words of a text in small letters, without punctuation."""
    return tuple(word.lower().replace("’", "'") for word in _WORD.findall(text))


@dataclass(frozen=True)
class Cues:
    """The words of each cue."""

    wait: frozenset[Words]
    wait_for: frozenset[Words]
    not_waiting: frozenset[str]
    hello: frozenset[Words]
    trailing: frozenset[Words]
    courtesy: frozenset[Words]

    @classmethod
    def read(cls, node: Node) -> Cues:
        """Read the section `cues`. Raises FileError."""
        wait, wait_for, hello, trailing, courtesy = (
            frozenset(words_of(text) for text in node.at(name).texts()) for name in ("wait", "wait_for", "hello", "trailing", "courtesy")
        )
        cues = cls(wait, wait_for, frozenset(node.at("not_waiting").texts()), hello, trailing, courtesy)
        node.finish()
        return cues

    def before_wait(self, text: str) -> str | None:
        """Return what was said before a closing wish for time ("yes" of "yes, let me find my calendar"), or None when there is none."""
        said, waits = words_of(text), False
        while (start := self._start_of_wait(said)) is not None:
            said, waits = said[:start], True
        return " ".join(said) if waits else None

    def is_hello(self, text: str) -> bool:
        """Whether somebody only asks if anybody is there: "hello? hello?"."""
        said = words_of(text)
        while said:
            opening = self._longest_opening(said, self.hello)
            if not opening:
                return False
            said = said[opening:]
        return bool(text.strip())

    def promises_more(self, text: str) -> bool:
        """Whether the last words are such that more is to come: "the", "and", "let me see"."""
        said = words_of(text)
        return any(said[-len(cue) :] == cue for cue in self.trailing)

    def bare(self, text: str) -> str:
        """Return the words without courtesies around them: "yes" of "oh, yes please"."""
        return " ".join(self._without_courtesy(words_of(text), front=True))

    def _start_of_wait(self, said: Words) -> int | None:
        said = self._without_courtesy(said, front=False)
        return next((start for start in range(len(said)) if said[start:] in self.wait or self._waits_for_something(said[start:])), None)

    def _waits_for_something(self, said: Words) -> bool:
        opening = self._longest_opening(said, self.wait_for)
        behind = said[opening:]
        return bool(opening) and 0 < len(behind) <= MOST_WORDS_BEHIND and not self.not_waiting & set(behind)

    def _without_courtesy(self, said: Words, *, front: bool) -> Words:
        while said:
            if front and (opening := self._longest_opening(said, self.courtesy)):
                said = said[opening:]
            elif closing := next((cue for cue in self.courtesy if said[-len(cue) :] == cue), None):
                said = said[: -len(closing)]
            else:
                break
        return said

    @staticmethod
    def _longest_opening(said: Words, cues: frozenset[Words]) -> int:
        """Return how many words the longest cue has that `said` begins with; 0 when there is none."""
        return max((len(cue) for cue in cues if said[: len(cue)] == cue), default=0)

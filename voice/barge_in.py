"""Whether the caller's voice stops ours, and whether it was the caller's. Keys always do.

Voice for 120 ms interrupts, about four of the voice detector's 32 ms windows: that leaves 80 ms of the 200 ms from speech to `clear`. Voice
within 300 ms of our own beginning is taken for our echo, and words of which seven in ten were ours within 3 s are too. An interruption
that brings no words within 1.5 s, or only ours, was false. These figures are ours. After two false interruptions (a television, a
loudspeaker telephone) only keys interrupt for the rest of the call (guidance for older callers on the telephone).

One or two words that we have just said, as a "yes" while we say "say yes", may be the caller's or our echo: they are neither counted nor
believed, but asked again. Nothing may be written on an echo.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.yamlfile import Node
from voice.cues import Words, words_of


class By(str, Enum):
    """What interrupted: a key, words, or a voice whose words are not known yet."""

    KEY = "key"
    WORDS = "words"
    VOICE = "voice"


class Verdict(str, Enum):
    """Whose voice it was: the caller's; in doubt (ask the question again); nobody's (go on with what was cut off)."""

    CALLER = "caller"
    DOUBTFUL = "doubtful"
    FALSE = "false"


@dataclass(frozen=True)
class BargeInRules:
    """Milliseconds, a percentage, and counts; see the module."""

    interrupt_ms: int
    echo_ms: int
    judge_ms: int
    remember_ms: int
    echo_percent: int
    doubtful_words: int
    most_false: int

    @classmethod
    def read(cls, node: Node) -> BargeInRules:
        """Read the section `barge_in`. Raises FileError."""
        rules = cls(**{name: node.at(name).number(least=1) for name in cls.__dataclass_fields__})
        node.finish()
        return rules


@dataclass(frozen=True)
class Interruption:
    """Stop playing: send `clear` now. A verdict follows when it was a voice."""

    by: By


@dataclass
class _Chunk:
    """Something we say, as it is spoken ("one", not "1"), and when it was over."""

    words: frozenset[str]
    over_ms: int | None = None


class BargeIn:
    """The interruptions of one call. Tell it what is played and heard, and ask `wait` at `due_ms`."""

    def __init__(self, rules: BargeInRules) -> None:
        self._rules = rules
        self._chunks: list[_Chunk] = []
        self._playing_ms: int | None = None
        self._active_ms: int | None = None
        self._judged_ms: int | None = None
        self._doubtful = False
        self._false = 0

    @property
    def playing(self) -> bool:
        """Whether the caller hears us now."""
        return self._playing_ms is not None

    @property
    def judging(self) -> bool:
        """Whether it is open whose voice interrupted."""
        return self._judged_ms is not None

    @property
    def only_keys(self) -> bool:
        """Whether voices interrupt no more."""
        return self._false >= self._rules.most_false

    @property
    def voiced(self) -> bool:
        """Whether voice activity goes on."""
        return self._active_ms is not None

    @property
    def due_ms(self) -> int | None:
        """When `wait` has something to tell if nothing is told before, or None."""
        if self._judged_ms is not None:
            return self._judged_ms
        if self._playing_ms is None or self._active_ms is None or self.only_keys:
            return None
        return max(self._active_ms, self._playing_ms + self._rules.echo_ms) + self._rules.interrupt_ms

    def plays(self, saying: str, now_ms: int) -> None:
        """A chunk begins to be heard by the caller: `saying`, in words as they are spoken."""
        self._over(now_ms)
        if self._playing_ms is None:
            self._playing_ms = now_ms
        self._chunks.append(_Chunk(frozenset(words_of(saying))))

    def finished(self, now_ms: int) -> None:
        """Everything was played."""
        self._over(now_ms)
        self._playing_ms = None

    def voice(self, now_ms: int, *, active: bool) -> None:
        """Voice activity was found, or found to be over; every frame or only the changes."""
        if not active:
            self._active_ms = None
        elif self._active_ms is None:
            self._active_ms = now_ms

    def key(self, now_ms: int) -> Interruption | None:
        """A key was pressed: it interrupts whatever is played, and settles any doubt."""
        self._judged_ms = None
        if self._playing_ms is None:
            return None
        self.finished(now_ms)
        return Interruption(By.KEY)

    def words(self, text: str, now_ms: int) -> Interruption | Verdict | None:
        """The recogniser wrote words. Those that are not our own interrupt by themselves, or tell that an interruption was the caller's."""
        heard = words_of(text)
        if not heard:
            return None
        ours = self._is_echo(heard, now_ms)
        if self._judged_ms is not None:
            self._doubtful = ours and len(heard) <= self._rules.doubtful_words
            if ours:
                return None
            self._judged_ms = None
            return Verdict.CALLER
        if ours or self._playing_ms is None or self.only_keys:
            return None
        self.finished(now_ms)
        return Interruption(By.WORDS)

    def wait(self, now_ms: int) -> Interruption | Verdict | None:
        """Return what this much time has shown: an interruption, or whose the last one was."""
        due_ms = self.due_ms
        if due_ms is None or now_ms < due_ms:
            return None
        if self._judged_ms is None:
            self.finished(now_ms)
            self._judged_ms = now_ms + self._rules.judge_ms
            self._doubtful = False
            return Interruption(By.VOICE)
        self._judged_ms = None
        if self._doubtful:
            return Verdict.DOUBTFUL
        self._false += 1
        return Verdict.FALSE

    def _over(self, now_ms: int) -> None:
        """Close the chunk that is being said, and forget those that cannot come back any more."""
        for chunk in self._chunks:
            chunk.over_ms = now_ms if chunk.over_ms is None else chunk.over_ms
        self._chunks = [chunk for chunk in self._chunks if self._may_come_back(chunk, now_ms)]

    def _may_come_back(self, chunk: _Chunk, now_ms: int) -> bool:
        return chunk.over_ms is None or now_ms - chunk.over_ms <= self._rules.remember_ms

    def _is_echo(self, heard: Words, now_ms: int) -> bool:
        ours = {word for chunk in self._chunks if self._may_come_back(chunk, now_ms) for word in chunk.words}
        return 100 * sum(word in ours for word in heard) >= self._rules.echo_percent * len(heard)

"""Decides when the caller has finished speaking, from voice activity, the words so far and the time. It hears nothing and says nothing.

A turn ends after the silence of what is awaited (`voice.listening`), lengthened for this caller (`voice.pace`); earlier when the answer
is complete and clear; later when its last word promises more. Both ears count: a short "yes" may not raise the voice activity, so words
alone make a turn, and while sound goes on that brings no words any more the turn ends all the same.

Figures: the recogniser works in blocks of 240 ms, so words are that old when they come (measured). A trailing "and" waits 2.5 s, the 95th
percentile of pauses inside a turn in call-centre audio, and 1 s more than usual. Sound without words for 3 s is beyond that percentile and
somebody else's. "Hello?" is answered after 0.6 s like a clear yes. Speech within 1.2 s of the end of a turn goes on with it: the answer
starts 0.4 to 0.8 s after the end, and nobody has heard it and answered before that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.yamlfile import Node
from voice.complete import Complete
from voice.cues import Cues
from voice.listening import Profile
from voice.pace import Pace


class Kind(str, Enum):
    """What a turn is for the session: an answer, a wish for time, a "hello?", or sound in which no word was heard."""

    ANSWER = "answer"
    WAIT = "wait"
    HELLO = "hello"
    UNHEARD = "unheard"


class Reason(str, Enum):
    """Why a turn ended: silence, an early end, sound without words, or the longest turn."""

    SILENCE = "silence"
    EARLY = "early"
    STALLED = "stalled"
    LONGEST = "longest"


@dataclass(frozen=True)
class TurnRules:
    """Figures in milliseconds; see the module. `says` names what is said to a wish for time and to a "hello?"."""

    recogniser_ms: int
    trailing_ms: int
    trailing_more_ms: int
    hello_ms: int
    stalled_ms: int
    resumed_ms: int
    says: Mapping[Kind, str]

    @classmethod
    def read(cls, node: Node) -> TurnRules:
        """Read the section `turn`. Raises FileError."""
        figures = {name: node.at(name).number(least=1) for name in cls.__dataclass_fields__ if name != "says"}
        says = node.at("says")
        rules = cls(**figures, says={kind: says.at(kind.value).text() for kind in (Kind.WAIT, Kind.HELLO)})
        says.finish()
        node.finish()
        return rules


@dataclass(frozen=True)
class TurnEnd:
    """A turn that has ended at `at_ms`, quiet since `quiet_ms`. `text` is all that was said.

    `answer` is what the dialogue gets: all of it, or of a wish for time what came before, which may be nothing. `resumes`: it goes on
    with the turn before it, whose words are in `text` too; what was begun for that one is void.
    """

    kind: Kind
    reason: Reason
    text: str = field(repr=False)
    answer: str = field(repr=False)
    at_ms: int
    quiet_ms: int
    resumes: bool


@dataclass
class _Turn:
    """One turn so far. `pause_ms` is the last pause inside it, until words follow or it ends."""

    began_ms: int
    voice_ms: int | None = None
    words_ms: int | None = None
    pause_ms: int | None = None
    settled: list[str] = field(default_factory=list)
    partial: str = ""
    resumes: bool = False

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join([*self.settled, *([self.partial] if self.partial else [])])


class EndOfTurn:
    """The turns of one call. Tell it of voice and words as they come, and ask `wait` at `due_ms`.

    Times may stand still but not run back: an earlier one counts as the latest told. Words of our own voice, heard back, are not told.
    """

    def __init__(self, rules: TurnRules, cues: Cues, pace: Pace, profile: Profile, complete: Complete) -> None:
        self._rules = rules
        self._cues = cues
        self._pace = pace
        self._profile = profile
        self._complete = complete
        self._now_ms = 0
        self._active = False
        self._turn: _Turn | None = None
        self._last: TurnEnd | None = None

    def listen(self, profile: Profile, complete: Complete) -> None:
        """Listen for this kind of answer from now on, also in a turn already begun."""
        self._profile = profile
        self._complete = complete

    @property
    def speaking(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._turn is not None

    @property
    def text(self) -> str:
        """What was said in this turn so far."""
        return self._turn.text if self._turn else ""

    @property
    def due_ms(self) -> int | None:
        """When `wait` ends the turn if nothing is told before; None while nobody has spoken."""
        return self._end(self._turn)[0] if self._turn else None

    def voice(self, now_ms: int, *, active: bool) -> None:
        """Voice activity was found, or found to be over, at this time; every frame or only the changes."""
        now_ms = self._at(now_ms)
        if active and not self._active:
            if self._turn is None:
                self._turn = _Turn(now_ms)
            elif self._turn.voice_ms is not None:
                self._turn.pause_ms = now_ms - self._turn.voice_ms
        if self._turn and (active or self._active):
            self._turn.voice_ms = now_ms
        self._active = active

    def words(self, text: str, now_ms: int, *, final: bool = False) -> bool:
        """The words since the last final ones; `final` closes them. Returns whether they turn out to go on with the turn before."""
        now_ms = self._at(now_ms)
        text = " ".join(text.split())
        if self._turn is None:
            if not text:
                return False
            self._turn = _Turn(max(0, now_ms - self._rules.recogniser_ms))
        turn = self._turn
        fresh = bool(text) and text != turn.partial
        first = fresh and not turn.text
        turn.partial = "" if final else text
        if final and text:
            turn.settled.append(text)
        if not fresh:
            return False
        turn.words_ms = now_ms
        # A pause counts once words follow it: a cough is none.
        if turn.pause_ms is not None and not first:
            self._pace.heard_pause(turn.pause_ms)
        turn.pause_ms = None
        return first and self._resume(turn)

    def drop(self) -> None:
        """Forget the turn that has begun: a key has answered."""
        self._turn = None

    def wait(self, now_ms: int) -> TurnEnd | None:
        """Return the end of the turn, if this much time has ended it; what follows is another turn."""
        now_ms, turn = self._at(now_ms), self._turn
        if turn is None:
            return None
        due_ms, reason = self._end(turn)
        if now_ms < due_ms:
            return None
        before = self._cues.before_wait(turn.text)
        answer = turn.text if before is None else before
        ended = TurnEnd(self._kind(turn.text, before), reason, turn.text, answer, now_ms, self._quiet_ms(turn), turn.resumes)
        if turn.text:
            # Who was stopped, or talked over, was not cut in upon by mistake.
            self._last = ended if reason in (Reason.SILENCE, Reason.EARLY) else None
        self._turn = None
        return ended

    def _at(self, now_ms: int) -> int:
        self._now_ms = max(self._now_ms, now_ms)
        return self._now_ms

    def _kind(self, text: str, before_wait: str | None) -> Kind:
        if not text:
            return Kind.UNHEARD
        if self._cues.is_hello(text):
            return Kind.HELLO
        return Kind.ANSWER if before_wait is None else Kind.WAIT

    def _resume(self, turn: _Turn) -> bool:
        """Take up the turn before, when this one began so soon after it that the caller never stopped."""
        last = self._last
        if last is None or turn.began_ms - last.at_ms > self._rules.resumed_ms:
            return False
        self._last = None
        self._pace.cut_in(turn.began_ms - last.quiet_ms)
        turn.settled.insert(0, last.text)
        turn.resumes = True
        return True

    def _quiet_ms(self, turn: _Turn) -> int:
        """Return since when nobody has spoken: the end of the voice, or the last words less the time they took to be known."""
        said = 0 if turn.words_ms is None else turn.words_ms - self._rules.recogniser_ms
        return max(said, turn.voice_ms or 0, turn.began_ms)

    def _end(self, turn: _Turn) -> tuple[int, Reason]:
        """Return when the turn ends if nothing more comes, and why."""
        longest_ms = turn.began_ms + self._profile.longest_turn_ms + self._pace.relay_ms
        silence_ms, reason = self._silence(turn.text)
        if not self._active:
            ends_ms = self._quiet_ms(turn) + silence_ms
        else:
            heard_ms = turn.began_ms if turn.words_ms is None else turn.words_ms
            ends_ms, reason = heard_ms + max(self._rules.stalled_ms, silence_ms), Reason.STALLED
        return (ends_ms, reason) if ends_ms < longest_ms else (longest_ms, Reason.LONGEST)

    def _silence(self, text: str) -> tuple[int, Reason]:
        """Return the silence that ends what was said so far."""
        usual_ms, early_ms = self._profile.end_silence_ms, self._profile.early_end_ms
        if self._cues.is_hello(text):
            return self._rules.hello_ms, Reason.EARLY
        silence_ms = self._pace.silence(usual_ms)
        if self._cues.before_wait(text) is None and self._cues.promises_more(text):
            return max(self._rules.trailing_ms, silence_ms + self._rules.trailing_more_ms), Reason.SILENCE
        if early_ms is not None and text and self._complete(text):
            return min(self._pace.early(early_ms), silence_ms), Reason.EARLY
        return silence_ms, Reason.SILENCE

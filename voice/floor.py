"""Who has the floor in a call: joins end of turn, silence, interruption and keypad into what a session does next.

The session tells what is asked, played, heard and keyed, calls `wait` at `due_ms`, and does the acts that come back, in their order.
It knows no sound and no words of its own: an act names a response, the session says it. Words that the floor passes over (an echo, a
television) still go to the safety screen; that is the session's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.types import Awaiting
from voice.barge_in import BargeIn, By, Interruption, Verdict
from voice.complete import Complete, as_keyed
from voice.end_of_turn import EndOfTurn, Kind, TurnEnd
from voice.keypad import Keyed, KeyEvent, Keypad, WantsPerson, WantsRepeat
from voice.listening import Profile
from voice.manners import Manners
from voice.pace import Pace
from voice.silence import Rung, SilenceLadder


@dataclass(frozen=True)
class StopPlaying:
    """Send `clear`; what was not heard was not said."""


@dataclass(frozen=True)
class GoOn:
    """The interruption was false: say what it cut off."""


@dataclass(frozen=True)
class TakeBack:
    """The last answer was not whole: stop what was begun for it and say nothing of it. The whole answer follows."""


@dataclass(frozen=True)
class Answer:
    """Give this to the dialogue. `keyed`: by keypad. `resumes`: it holds the answer before it, which is void."""

    text: str = field(repr=False)
    keyed: bool = False
    resumes: bool = False


@dataclass(frozen=True)
class Say:
    """Say this response. It asks nothing new."""

    response: str


@dataclass(frozen=True)
class SayAgain:
    """Say the open question again."""


@dataclass(frozen=True)
class ToPerson:
    """The caller pressed the key for a person."""


@dataclass(frozen=True)
class GiveUp:
    """Nothing was heard to the end of the ladder: say this response, then pass the call on, text or have it called back."""

    rung: Rung
    response: str


Act = StopPlaying | GoOn | TakeBack | Answer | Say | SayAgain | ToPerson | GiveUp


class Floor:
    """One call. `person`, `text` and `relay` are those of the silence ladder. Times are milliseconds of the call."""

    def __init__(self, manners: Manners, complete: Complete, *, person: bool, text: bool, relay: bool = False) -> None:
        self._manners = manners
        self._profile: Profile = manners.profiles[Awaiting.NONE]
        self._turns = EndOfTurn(manners.turn, manners.cues, Pace(manners.pace, relay=relay), self._profile, complete)
        self._silence = SilenceLadder(manners.silence, person=person, text=text, relay=relay)
        self._barge_in = BargeIn(manners.barge_in)
        self._keypad = Keypad(self._profile.keys, manners.keypad)
        self._time_asked = False

    @property
    def due_ms(self) -> int | None:
        """When `wait` has something to tell if nothing happens before, or None."""
        due = (self._turns.due_ms, self._silence.due_ms, self._barge_in.due_ms, self._keypad.due_ms)
        return min((ms for ms in due if ms is not None), default=None)

    def asks(self, awaiting: Awaiting, complete: Complete, now_ms: int, *, offered: int | None = None) -> None:
        """The dialogue waits for this now; `complete` judges its answers, `offered` counts its choices. Tell it before it is played."""
        self._profile = self._manners.profiles[awaiting]
        self._turns.listen(self._profile, complete)
        self._keypad = Keypad(self._profile.keys, self._manners.keypad, offered=offered)
        self._silence.asked()
        if self._time_asked:
            # "Yes. Let me find my calendar": the next question waits for the calendar as well.
            self._silence.allow_time(now_ms)
        self._time_asked = False

    def plays(self, saying: str, now_ms: int) -> None:
        """A chunk begins to be heard: `saying`, in words as they are spoken."""
        self._barge_in.plays(saying, now_ms)
        self._silence.speaking()

    def finished(self, now_ms: int) -> None:
        """All that was to be said was played."""
        self._barge_in.finished(now_ms)
        self._begin_turn_if_voiced(now_ms)
        if not self._turns.speaking:
            self._silence.quiet(now_ms)

    def voice(self, now_ms: int, *, active: bool) -> list[Act]:
        """Voice activity was found, or found to be over; every frame or only the changes."""
        acts = self.wait(now_ms)
        self._barge_in.voice(now_ms, active=active)
        if not active or not self._barge_in.playing:
            self._turns.voice(now_ms, active=active)
        self._heed_speech()
        return acts

    def words(self, text: str, now_ms: int, *, final: bool = False) -> list[Act]:
        """The recogniser wrote words, those since its last final ones."""
        acts = self.wait(now_ms)
        if isinstance(self._barge_in.words(text, now_ms), Interruption):
            acts.append(StopPlaying())
            self._begin_turn_if_voiced(now_ms)
        if self._barge_in.playing or self._barge_in.judging:
            return acts
        if self._turns.words(text, now_ms, final=final):
            acts.append(TakeBack())
        self._heed_speech()
        return acts

    def key(self, key: str, now_ms: int) -> list[Act]:
        """A key was pressed. Raises ValueError for what is no key."""
        acts = self.wait(now_ms)
        if self._barge_in.key(now_ms):
            acts.append(StopPlaying())
        self._turns.drop()
        self._silence.answered()
        self._silence.quiet(now_ms)
        return acts + self._keyed(self._keypad.press(key, now_ms))

    def wait(self, now_ms: int) -> list[Act]:
        """Return what this much time asks for."""
        acts = self._interrupted(now_ms)
        ended = self._turns.wait(now_ms)
        if ended:
            acts += self._ended(ended)
        acts += self._keyed(self._keypad.wait(now_ms))
        rung = self._silence.wait(now_ms)
        return acts if rung is None else [*acts, self._climbed(rung)]

    def _begin_turn_if_voiced(self, now_ms: int) -> None:
        """A voice that began while we spoke has the floor now."""
        if self._barge_in.voiced:
            self._turns.voice(now_ms, active=True)
        self._heed_speech()

    def _heed_speech(self) -> None:
        if self._turns.speaking:
            self._silence.speaking()

    def _interrupted(self, now_ms: int) -> list[Act]:
        found = self._barge_in.wait(now_ms)
        if found == Interruption(By.VOICE):
            self._begin_turn_if_voiced(now_ms)
            return [StopPlaying()]
        if found in (Verdict.FALSE, Verdict.DOUBTFUL):
            self._silence.quiet(now_ms)
            return [GoOn() if found is Verdict.FALSE else Say(self._profile.retry[0])]
        return []

    def _ended(self, ended: TurnEnd) -> list[Act]:
        if ended.kind is Kind.UNHEARD:
            if not self._barge_in.playing:
                self._silence.noise(ended.at_ms)
            return []
        self._silence.answered()
        if ended.kind is Kind.HELLO:
            return [Say(self._manners.turn.says[Kind.HELLO])]
        if ended.kind is Kind.WAIT:
            self._silence.allow_time(ended.at_ms)
            self._time_asked = bool(ended.answer)
            if not ended.answer:
                return [Say(self._manners.turn.says[Kind.WAIT])]
        return [Answer(as_keyed(self._profile, self._manners.cues, ended.answer), resumes=ended.resumes)]

    def _keyed(self, events: Iterable[KeyEvent]) -> list[Act]:
        acts: list[Act] = []
        for event in events:
            # What is said next, or done with the answer, is no silence of the caller's.
            self._silence.speaking()
            if isinstance(event, Keyed):
                acts.append(Answer(event.text, keyed=True))
            elif isinstance(event, WantsPerson):
                acts.append(ToPerson())
            else:
                acts.append(SayAgain() if isinstance(event, WantsRepeat) else Say(self._profile.retry[1]))
        return acts

    def _climbed(self, rung: Rung) -> Act:
        if rung in (Rung.SHORTER, Rung.KEYS):
            return Say(self._profile.retry[0 if rung is Rung.SHORTER else 1])
        response = self._manners.silence.says[rung]
        return Say(response) if rung is Rung.STILL_HERE else GiveUp(rung, response)

"""A call on a virtual clock, from both ends: the floor with a session that does what it says, and a scripted caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.types import Awaiting
from voice.complete import complete_answer
from voice.floor import Act, Answer, Floor, GiveUp, GoOn, Say, SayAgain, StopPlaying
from voice.manners import load_manners

MANNERS = load_manners()
STEP_MS = 20
LAG_MS = MANNERS.turn.recogniser_ms
# The line speaks about as fast as this, and starts as long after an act.
MS_A_WORD = 400
THINKING_MS = 500


class Line:
    """One call. `did` is what the floor asked for, `(when, act)`; each reply of the script answers one `Answer`."""

    def __init__(self, *, person: bool = True, text: bool = True, relay: bool = False) -> None:
        self.did: list[tuple[int, Act]] = []
        self.floor = Floor(MANNERS, lambda _: False, person=person, text=text, relay=relay)
        self.now_ms = 0
        self.quiet_ms = 0
        self._question = ""
        self._replies: list[tuple[str, Awaiting, Sequence[str]]] = []
        self._later: list[tuple[int, int, Callable[[], list[Act] | None]]] = []
        self._playing = 0

    def asks(self, question: str, awaiting: Awaiting, offered: Sequence[str] = ()) -> None:
        """Ask a question now."""
        self._question = question
        profile = MANNERS.profiles[awaiting]
        judge = complete_answer(profile, MANNERS.cues, today=date(2025, 6, 2), offered=offered)
        self.floor.asks(awaiting, judge, self.now_ms, offered=len(offered) or None)
        self.plays(question)

    def will_ask(self, question: str, awaiting: Awaiting, offered: Sequence[str] = ()) -> None:
        """The dialogue's reply to the next answer that has none yet."""
        self._replies.append((question, awaiting, offered))

    def plays(self, saying: str) -> None:
        """Say something now, until it is over or stopped."""
        self._playing += 1
        mine = self._playing
        self.floor.plays(saying, self.now_ms)
        self.quiet_ms = self.now_ms + len(saying.split()) * MS_A_WORD
        self.at(self.quiet_ms, lambda: self.floor.finished(self.now_ms) if mine == self._playing else None)

    def at(self, at_ms: int, do: Callable[[], list[Act] | None]) -> None:
        """Do something at that time."""
        self._later.append((at_ms, len(self._later), do))

    def says(self, text: str, at_ms: int, for_ms: int = 600) -> int:
        """The caller speaks. Returns when the caller is silent."""
        self.sounds(at_ms, for_ms)
        self.at(at_ms + for_ms + LAG_MS, lambda: self.floor.words(text, self.now_ms, final=True))
        return at_ms + for_ms

    def sounds(self, at_ms: int, for_ms: int) -> None:
        """A sound without words."""
        self.at(at_ms, lambda: self.floor.voice(self.now_ms, active=True))
        self.at(at_ms + for_ms, lambda: self.floor.voice(self.now_ms, active=False))

    def presses(self, keys: str, at_ms: int) -> None:
        """The caller presses keys, 300 ms apart."""
        for place, key in enumerate(keys):
            self.at(at_ms + place * 300, lambda key=key: self.floor.key(key, self.now_ms))

    def runs(self, until_ms: int) -> None:
        """Let time pass."""
        while self.now_ms < until_ms:
            self.now_ms += STEP_MS
            due = sorted(entry for entry in self._later if entry[0] <= self.now_ms)
            self._later = [entry for entry in self._later if entry[0] > self.now_ms]
            for _, _, do in due:
                self._do(do() or [])
            self._do(self.floor.wait(self.now_ms))

    def acts(self) -> list[Act]:
        """What the floor asked for, in order."""
        return [act for _, act in self.did]

    def answers(self) -> list[str]:
        """What the dialogue was given."""
        return [act.text for act in self.acts() if isinstance(act, Answer)]

    def said(self) -> list[tuple[int, str]]:
        """The responses said of the line's own accord, and when."""
        return [(at_ms, act.response) for at_ms, act in self.did if isinstance(act, Say | GiveUp)]

    def _do(self, acts: list[Act]) -> None:
        for act in acts:
            self.did.append((self.now_ms, act))
            if isinstance(act, StopPlaying):
                self._playing += 1
            elif isinstance(act, GoOn | SayAgain):
                self._soon(lambda: self.plays(self._question))
            elif isinstance(act, Say):
                self._soon(lambda act=act: self.plays(act.response.replace("_", " ")))
            elif isinstance(act, Answer) and self._replies:
                reply = self._replies.pop(0)
                self._soon(lambda reply=reply: self.asks(*reply))

    def _soon(self, do: Callable[[], None]) -> None:
        self.at(self.now_ms + THINKING_MS, do)

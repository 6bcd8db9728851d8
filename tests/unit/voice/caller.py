"""A caller on a virtual clock: what is said when, as voice activity and the recogniser tell it, in steps of 20 ms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.types import Awaiting
from voice.complete import Complete, complete_answer
from voice.end_of_turn import EndOfTurn, TurnEnd
from voice.listening import Profile
from voice.manners import load_manners
from voice.pace import Pace

MANNERS = load_manners()
STEP_MS = 20
# How much later than said the recogniser tells its words.
LAG_MS = MANNERS.turn.recogniser_ms


class Caller:
    """One call in which one kind of answer is awaited. `ends` are the turns that ended."""

    def __init__(self, awaiting: Awaiting, *, offered: Sequence[str] = (), relay: bool = False) -> None:
        self.pace = Pace(MANNERS.pace, relay=relay)
        self.turns = EndOfTurn(MANNERS.turn, MANNERS.cues, self.pace, *self._awaited(awaiting, offered))
        self.ends: list[TurnEnd] = []
        self.resumed = 0
        self._script: list[tuple[int, Callable[[int], None]]] = []
        self._now_ms = 0

    @staticmethod
    def _awaited(awaiting: Awaiting, offered: Sequence[str] = ()) -> tuple[Profile, Complete]:
        profile = MANNERS.profiles[awaiting]
        return profile, complete_answer(profile, MANNERS.cues, today=date(2025, 6, 2), offered=offered)

    def asked(self, awaiting: Awaiting) -> None:
        """Another question is open now."""
        self.turns.listen(*self._awaited(awaiting))

    def says(self, text: str, at_ms: int, for_ms: int = 600, *, before: str = "", heard: bool = True, final: bool = False) -> int:
        """Say words; `before` are those of this turn that the recogniser still repeats. Returns when the voice is silent.

        `heard`: whether voice activity is found, which it is not for every short word.
        """
        if heard:
            self.sounds(at_ms, for_ms)
        whole = f"{before} {text}".strip()
        self._script.append((at_ms + for_ms + LAG_MS, lambda now_ms: self._words(whole, now_ms, final)))
        return at_ms + for_ms

    def sounds(self, at_ms: int, for_ms: int) -> int:
        """Make a sound that voice activity finds and that holds no word. Returns when it is over."""
        self._script.append((at_ms, lambda now_ms: self.turns.voice(now_ms, active=True)))
        self._script.append((at_ms + for_ms, lambda now_ms: self.turns.voice(now_ms, active=False)))
        return at_ms + for_ms

    def runs(self, until_ms: int) -> list[TurnEnd]:
        """Let time pass, and return all turns that have ended."""
        while self._now_ms < until_ms:
            self._now_ms += STEP_MS
            due = sorted((at_ms, place) for place, (at_ms, _) in enumerate(self._script) if at_ms <= self._now_ms)
            for at_ms, place in due:
                self._script[place][1](at_ms)
            self._script = [entry for place, entry in enumerate(self._script) if (entry[0], place) not in due]
            ended = self.turns.wait(self._now_ms)
            if ended:
                self.ends.append(ended)
        return self.ends

    def end_after(self, until_ms: int = 120_000) -> int:
        """Let time pass, and return how long after the last sound the only turn ended."""
        [ended] = self.runs(until_ms)
        return ended.at_ms - ended.quiet_ms

    def _words(self, text: str, now_ms: int, final: bool) -> None:
        self.resumed += self.turns.words(text, now_ms, final=final)

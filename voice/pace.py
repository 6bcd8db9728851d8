"""How much longer than usual one caller is waited for. It only grows, within bounds, and lasts for the call.

Two things teach it: the pauses a caller makes inside turns (the silence becomes 300 ms longer than what nine of ten pauses stay below),
and each time the line has cut in (400 ms more, early ends too). It grows by 1.5 s at most: 1 s beyond 2.5 s, the 95th percentile of
pauses inside a turn in call-centre audio, for who is listened to for 2 s and more, and enough to lift a yes or no past it. Captioned and
relay calls, where somebody types in between, get 1.5 s on top. The steps are ours.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bot.yamlfile import Node


@dataclass(frozen=True)
class PaceRules:
    """Figures in milliseconds, and counts of pauses."""

    cut_in_ms: int
    most_more_ms: int
    fewest_pauses: int
    newest_pauses: int
    margin_ms: int
    shortest_pause_ms: int
    relay_more_ms: int

    @classmethod
    def read(cls, node: Node) -> PaceRules:
        """Read the section `pace`. Raises FileError."""
        rules = cls(**{name: node.at(name).number(least=1) for name in cls.__dataclass_fields__})
        node.finish()
        return rules


class Pace:
    """One caller's pace, for one call. `relay`: somebody or something types what is said in between."""

    def __init__(self, rules: PaceRules, *, relay: bool = False) -> None:
        self._rules = rules
        self._pauses: deque[int] = deque(maxlen=rules.newest_pauses)
        self._cut_in_ms = 0
        self._relay_ms = rules.relay_more_ms if relay else 0

    @property
    def relay_ms(self) -> int:
        """How much more time a captioned or relay call gets; 0 for others."""
        return self._relay_ms

    def heard_pause(self, length_ms: int) -> None:
        """Learn from a pause inside a turn. Pauses between the sounds of a word are none."""
        if length_ms >= self._rules.shortest_pause_ms:
            self._pauses.append(length_ms)

    def cut_in(self, pause_ms: int) -> None:
        """Learn that the line took a pause of that length for the end of a turn."""
        self._cut_in_ms = min(self._cut_in_ms + self._rules.cut_in_ms, self._rules.most_more_ms)
        self.heard_pause(pause_ms)

    def silence(self, usual_ms: int) -> int:
        """Return the silence that ends this caller's turn where `usual_ms` is usual."""
        more = max(self._cut_in_ms, self._usual_pause() - usual_ms)
        return usual_ms + min(more, self._rules.most_more_ms) + self._relay_ms

    def early(self, usual_ms: int) -> int:
        """Return the silence that ends a complete answer: pauses between words say nothing about it, having cut in does."""
        return usual_ms + self._cut_in_ms + self._relay_ms

    def _usual_pause(self) -> int:
        """Return what nine of ten pauses stay below and the margin; 0 while there are too few."""
        if len(self._pauses) < self._rules.fewest_pauses:
            return 0
        return sorted(self._pauses)[(9 * len(self._pauses) - 1) // 10] + self._rules.margin_ms

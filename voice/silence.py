"""What follows when nothing is heard after a question: in short, with keys, then a person, a text or a call back.

Six seconds each; "wait" allows two minutes (guidance for older callers on the telephone). Meanwhile the line says every 30 seconds that it
is still there, as in the model call. A rung is never an answer: nothing is written because somebody was silent.

Noise without words puts a rung off once: somebody may be about to speak, but a television does not hold the line for ever. The longer
rungs of captioned and relay calls are ours: what is said must be typed and read first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.yamlfile import Node


class Rung(str, Enum):
    """What the session does next. The last three end the call's own talk."""

    SHORTER = "shorter"
    KEYS = "keys"
    STILL_HERE = "still_here"
    PERSON = "person"
    TEXT = "text"
    CALL_BACK = "call_back"


_SAID_BY_THE_PROFILE = (Rung.SHORTER, Rung.KEYS)


@dataclass(frozen=True)
class SilenceRules:
    """Figures in milliseconds. `says` names the words of each rung but the first two, which the profile of the question names."""

    rung_ms: int
    patience_ms: int
    still_here_ms: int
    relay_more_ms: int
    says: Mapping[Rung, str]

    @classmethod
    def read(cls, node: Node) -> SilenceRules:
        """Read the section `silence`. Raises FileError."""
        figures = {name: node.at(name).number(least=1) for name in ("rung_ms", "patience_ms", "still_here_ms", "relay_more_ms")}
        says = node.at("says")
        rules = cls(**figures, says={rung: says.at(rung.value).text() for rung in Rung if rung not in _SAID_BY_THE_PROFILE})
        says.finish()
        node.finish()
        return rules


class SilenceLadder:
    """The silence of one call. Tell it what happens, and ask `wait` at `due_ms`.

    `person`: somebody can take the call now. `text`: this number can receive a text. `relay`: a captioned or relay call.
    """

    def __init__(self, rules: SilenceRules, *, person: bool, text: bool, relay: bool = False) -> None:
        self._rules = rules
        self._rung_ms = rules.rung_ms + (rules.relay_more_ms if relay else 0)
        last = Rung.PERSON if person else Rung.TEXT if text else Rung.CALL_BACK
        self._rungs = (Rung.SHORTER, Rung.KEYS, last)
        self._climbed = 0
        self._quiet_ms: int | None = None
        self._patience_ms: int | None = None
        self._put_off = False

    @property
    def due_ms(self) -> int | None:
        """When `wait` has something to say if nothing happens before; None while somebody speaks and after the last rung."""
        if self._quiet_ms is None or self._climbed == len(self._rungs):
            return None
        if self._patience_ms is None:
            return self._quiet_ms + self._rung_ms
        return max(self._quiet_ms, min(self._quiet_ms + self._rules.still_here_ms, self._patience_ms))

    def asked(self) -> None:
        """Another question is asked: the ladder begins at its foot. Its time runs from `quiet`."""
        self._climbed = 0
        self._patience_ms = None
        self._put_off = False
        self._quiet_ms = None

    def answered(self) -> None:
        """The caller spoke or pressed a key: the ladder begins at its foot, and waiting is over."""
        self.asked()

    def speaking(self) -> None:
        """Somebody speaks, the line or the caller: no silence is counted until `quiet`."""
        self._quiet_ms = None

    def quiet(self, now_ms: int) -> None:
        """The line has finished speaking and waits; time told twice counts from the first."""
        if self._quiet_ms is None:
            self._quiet_ms = now_ms

    def noise(self, now_ms: int) -> None:
        """A sound without words ended: the silence begins anew, once for each rung. Waiting for a calendar takes no notice."""
        if self._patience_ms is None and not self._put_off:
            self._put_off = True
            self._quiet_ms = now_ms
        else:
            self.quiet(now_ms)

    def allow_time(self, now_ms: int) -> None:
        """The caller asked for time: two minutes from now, and the ladder from its foot after that."""
        self.asked()
        self._patience_ms = now_ms + self._rules.patience_ms

    def wait(self, now_ms: int) -> Rung | None:
        """Return what to say now that this much time has passed in silence, if anything; then nothing until `quiet`."""
        due_ms = self.due_ms
        if due_ms is None or now_ms < due_ms:
            return None
        self._quiet_ms = None
        if self._patience_ms is not None and now_ms < self._patience_ms:
            return Rung.STILL_HERE
        self._patience_ms = None
        self._put_off = False
        self._climbed += 1
        return self._rungs[self._climbed - 1]

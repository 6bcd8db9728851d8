"""The safety screen as turns use it: every message of a turn by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from bot.store.incidents import RANK, Sign
from bot.store.turns import StoredMessage


class Finding(Protocol):
    """What the screen found. `level` is none, urgent, emergency or crisis, as a word or an enum of these words."""

    @property
    def level(self) -> Any: ...

    @property
    def category(self) -> Any: ...

    @property
    def patterns(self) -> Iterable[Any]: ...


class Screen(Protocol):
    """Looks for what the line must never answer. Computes only: no waiting, no state."""

    def check(self, text: str) -> Finding:
        """Return the worst sign in a text."""


def signs(screen: Screen, messages: Sequence[StoredMessage]) -> tuple[Sign, ...]:
    """Return the signs of danger in a turn's messages, worst first. A sign may be split over two lines or two texts of a burst."""
    texts = [(one.sid, one.body) for one in messages if one.body.strip()]
    # A new line or a new text ends no sentence for a thumb in a hurry.
    running = " ".join(" ".join(body for _, body in texts).split())
    if texts and running != texts[0][1]:
        texts.append((texts[-1][0], running))
    found = [sign for sid, body in texts if (sign := _sign(sid, screen.check(body))) is not None]
    return tuple(dict.fromkeys(sorted(found, key=lambda sign: -RANK[sign.level])))


def _sign(sid: str, finding: Finding) -> Sign | None:
    level = _word(finding.level)
    if level not in RANK:
        raise ValueError(f"the screen answered the level {level!r}; it knows {', '.join(RANK)}")
    if RANK[level] == 0:
        return None
    return Sign(sid, level, _word(finding.category), tuple(_word(one) for one in finding.patterns))


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))

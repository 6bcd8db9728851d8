"""The safety screen as turns use it: every message of a turn by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from bot.safety.speech import Speech
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


def signs(screen: Screen, messages: Sequence[StoredMessage], speech: Speech | None = None) -> tuple[Sign, ...]:
    """Return the signs of danger in a turn's messages, worst first. A sign may be split over two lines or two texts of a burst."""
    texts = [(one.sid, one.body) for one in messages if one.body.strip()]
    # A new line or a new text ends no sentence for a thumb in a hurry.
    running = " ".join(" ".join(body for _, body in texts).split())
    if texts and running != texts[0][1]:
        texts.append((texts[-1][0], running))
    heard = speech or _speech()
    found = [sign for sid, body in texts if (sign := _sign(sid, body, screen.check(body), heard)) is not None]
    return tuple(dict.fromkeys(sorted(found, key=lambda sign: -RANK[sign.level])))


@lru_cache(maxsize=1)
def _speech() -> Speech:
    return Speech.load()


def _sign(sid: str, body: str, finding: Finding, speech: Speech) -> Sign | None:
    level = _word(finding.level)
    if level not in RANK:
        raise ValueError(f"the screen answered the level {level!r}; it knows {', '.join(RANK)}")
    if RANK[level] == 0:
        return None
    category, patterns = _word(finding.category), tuple(_word(one) for one in finding.patterns)
    return Sign(sid, level, category, patterns, speech.language(body), speech.about(body))


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))

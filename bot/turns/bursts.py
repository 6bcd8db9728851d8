"""When a patient has finished writing: several texts in a row are read together and answered once.

The carrier delivers each text by itself, and nothing says whether another follows. A short pause after every text catches what is sent at
one go; a text that looks unfinished ("hey", "so tomorrow") is given a little longer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.turns import StoredMessage

_GREETING = re.compile(
    r"\W*(?:hi+|hey+|hello+|hiya|yo|good (?:morning|afternoon|evening)|hola|buen[oa]s(?: \w+)?)\b"
    r"(?: there| again| guys| all| [A-Z]\w+)*\W*",
    re.IGNORECASE,
)
# A text that ends so is cut in the middle of a sentence.
_HANGING = re.compile(
    r"(?:[,:;\-–]|\.\.+|…|\b(?:and|but|so|because|cause|or|if|the|my|to|with|at|on|for|is|a|about|also|then|like))\s*$", re.IGNORECASE
)
_SHORT_WORDS = 2


@dataclass(frozen=True)
class Quiet:
    """How long nothing must have come before a conversation's texts are answered. Seconds, chosen: far below what a texting patient
    notices, above the few hundredths between texts that a telephone sends at one go. `longest` is counted from the first text.
    """

    short: float = 0.25
    unfinished: float = 1.5
    longest: float = 4.0

    def rest(self, messages: Sequence[StoredMessage], *, asked: bool, now: datetime) -> float:
        """Return the seconds still to wait; `asked` tells that a question is open, which two words may well answer."""
        if not messages:
            return 0.0
        first, last = messages[0].received_at, messages[-1].received_at
        pause = self.unfinished if looks_unfinished(messages[-1].body, asked=asked) else self.short
        until = min(pause - (now - last).total_seconds(), self.longest - (now - first).total_seconds())
        return max(0.0, min(until, pause))  # a clock that was moved back makes nobody wait longer


def looks_unfinished(body: str, *, asked: bool) -> bool:
    """Does a text look like the beginning of more? An empty one, as media without a caption, does not."""
    text = body.strip()
    if not text:
        return False
    if _GREETING.fullmatch(text) or _HANGING.search(text):
        return True
    return not asked and text[-1].isalnum() and len(text.split()) <= _SHORT_WORDS and not any(letter.isdigit() for letter in text)

"""The single words that carriers act on by themselves, and how a text is read for them.

Source: Twilio's default keywords. Twilio blocks or unblocks the number, answers the patient itself and forwards the message; on accounts
with advanced opt-out it adds OptOutType. CANCEL, END and QUIT are traps: a patient who answers a reminder with one of them may have
meant the visit. YES is another: it opts in only somebody who is out, and is an answer otherwise.
"""

from __future__ import annotations

import re
from enum import Enum

OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
MAY_MEAN_THE_VISIT = frozenset({"CANCEL", "END", "QUIT"})
BACK_IN = frozenset({"START", "UNSTOP"})
BACK_IN_WHEN_OUT = frozenset({"YES"})
HELP = frozenset({"HELP", "INFO"})

_NOT_A_WORD = re.compile(r"[^\w\s]|_")


class Keyword(str, Enum):
    """What a carrier's word asks for."""

    OUT = "out"
    BACK_IN = "back_in"
    HELP = "help"


def single_word(body: str) -> str | None:
    """Return the only word of a text in capitals, without punctuation and emoji, or None: `Opt-out!` gives OPTOUT."""
    words = _NOT_A_WORD.sub("", body).split()
    return words[0].upper() if len(words) == 1 else None


def keyword(body: str, opt_out_type: str | None, *, opted_out: bool) -> Keyword | None:
    """Return what the carrier did with this text, or None for an ordinary message.

    `opt_out_type` is the carrier's own word for it and comes first; `opted_out` is the patient's state before this message.
    """
    word = single_word(body)
    if word in BACK_IN_WHEN_OUT:
        # Also when the carrier calls it START: it does so for every YES.
        return Keyword.BACK_IN if opted_out else None
    said = (opt_out_type or "").upper()
    if said == "STOP" or (not said and word in OUT):
        return Keyword.OUT
    if said == "START" or (not said and word in BACK_IN):
        return Keyword.BACK_IN
    # Without OptOutType nobody has answered a HELP yet: it is a question for the line.
    return Keyword.HELP if said == "HELP" else None

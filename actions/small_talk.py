"""Small talk that is nobody's wish: weather, jokes, games and praise get one short line and count as no misunderstanding."""

from __future__ import annotations

import re

_PRAISE = re.compile(
    r"\b(?:you(?:'?re| are| r)? (?:so |the |really |very )?(?:awesome|great|amazing|the best|best|wonderful|nice|sweet|smart"
    r"|cool|good|helpful|kind|cute|funny)"
    r"|love (?:you|this|it|u)|good (?:job|bot|work)|well done|nice work|appreciate you|thats? (?:cool|nice|awesome)|impressive)\b",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"\b(?:weather|rain(?:ing)?|snow(?:ing)?|sunny|jokes?|riddle|sing|poem|story|who won|the game|score of|football|patriots"
    r"|red sox|celtics|election"
    r"|how old are you|your (?:name|favou?rite|birthday)|marry me|are you (?:single|married|hungry|happy)|do you (?:sleep|eat"
    r"|dream|like|love|have)"
    r"|how(?:'?s| is) (?:it going|your day|life)|what'?s up|whats up|wassup|how are you|how r u|tell me something|bored|lol"
    r"|haha+|meaning of life)\b",
    re.IGNORECASE,
)


def response_to(text: str) -> str:
    """Return the response to small talk, "" for anything else."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _PRAISE.search(plain):
        return "utter_praised"
    return "utter_small_talk" if _CHAT.search(plain) else ""

"""Numbered choices, turned into keys: "1) Easy 2) Too hard" is `For Easy, press or say one. For Too hard, press or say two.`"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.number_words import cardinal

_NUMBER = re.compile(r"(?<![\w.])(\d{1,2})\)\s*")
# A list ends with its sentence, or where the next one begins without a full stop before it.
_END = re.compile(r"[?!.](?=\s|$)|\s(?=(?:Which|What|How|Say|Press|Please|Reply|Shall|Tell|A fee)\b)")
_ASKS = re.compile(r"\b(?:which|what|who|whom|whose|when|where|how|do|does|did|is|are|shall|will|would|can)\b[^.?!]*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Choice:
    number: int
    text: str


def say_options(text: str) -> str:
    """Return `text` with its numbered choices as keys; a text without at least two is returned as it is."""
    found = _run(list(_NUMBER.finditer(text)))
    if len(found) < 2:
        return text
    last = found[-1]
    closing = _END.search(text, last.end())
    end = closing.start() if closing else len(text)
    stops = [*(match.start() for match in found[1:]), end]
    choices = [
        _Choice(int(match[1]), text[match.end() : stop].strip().rstrip(",;.").strip()) for match, stop in zip(found, stops, strict=True)
    ]
    lead, asked = text[: found[0].start()].rstrip(" :,"), closing is not None and closing[0] == "?"
    keys = " ".join(f"For {choice.text}, press or say {cardinal(choice.number)}." for choice in choices)
    rest = text[closing.end() :].strip() if closing else ""
    return " ".join(part for part in (_closed(lead, asked=asked), keys, rest) if part)


def _run(found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the numbers that count up one by one: the list."""
    run: list[re.Match[str]] = []
    for match in found:
        number = int(match[1])
        if not run or number == int(run[-1][1]) + 1:
            run.append(match)
        elif len(run) < 2:
            run = [match]
    return run


def _closed(lead: str, *, asked: bool) -> str:
    if not lead or lead[-1] in ".?!":
        return lead
    return lead + ("?" if asked or _ASKS.search(lead) else ".")

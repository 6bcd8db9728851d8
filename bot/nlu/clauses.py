"""Splits a message into the clauses that may each carry a wish: "cancel tomorrow and what was the ice thing again".

Cutting too often is harmless, because clauses of one family are joined again once their intents are known (`bot.nlu.reading`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CLAUSES = 6

# From this many words on, a message of several clauses is a story: it is told for one point, mostly at its end.
STORY_WORDS = 18
# A story runs on without full stops; a longer clause of it is cut at its commas and conjunctions, into pieces no shorter than this.
LONG_CLAUSE = 12
SHORT_STRETCH = 4

# A sentence end, a line break, or a conjunction that opens a question or a request of its own.
_OPENERS = "|".join(
    (
        r"also|can|could|do|does|is|are|was|what|what'?s|where|where'?s|when|how|who|which|why|should|would|will",
        r"i need|i want|i'?d|please|pls|get me|let me|tell me|send|cancel|move|book|confirm",
        r"(?:put|push|shift|change|switch|bring) (?:my|the|our)",
    )
)
# After a comma, only what opens a question or an order; "got something later" goes on about the visit before it.
_ASKS = r"where|what|what'?s|how|how'?s|when|who|which|why|is there|are there|do you|do i|does|can you|can i|could you|please|pls|also"
# "did them all but my knee hurts": pain beside anything is a thing of its own.
_PAINS = r"(?:my|his|her|the|it|mom|dad)\b[^.?!]{0,40}\b(?:hurt|hurts|hurting|sore|pain|ache|aches|aching|throbbing|swollen|stiff)"
_JOIN = r"and also|and then|and|also|plus|but|btw|by the way|oh and"
# "he laughed at me, so no, that one won't do": after it comes what the story was told for.
_POINT = r"(?:so|anyway|anyhow)\s+(?=(?:i|i'?ll|i'?d|yes|no|yeah|it|that|we|just|point|basically|please|go)\b)"
# What asks for something: a question, an order, a wish; the rest of a long message is the story around it.
_LEAD = r"(?:so|and|but|anyway|anyhow|well|ok|okay|yeah|yes|no|hi|hey|hello|please|pls|then|point is|basically|[,\s])*"
_WISH = re.compile(
    rf"\s*{_LEAD}\b(?:{_OPENERS}|when'?s|am i|are you|go ahead|take|put|keep|leave|stop|don'?t|call|text|any chance)\b"
    r"|\bplease\b",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"(?P<end>(?<![0-9])\.(?=\s|$)|(?<=[0-9])\.(?=\s)|[!?;\n]+)"
    rf"|(?P<join>,?\s+(?:{_JOIN})\s+(?=(?:{_OPENERS})\b)|,?\s+(?=btw\b|by the way\b)|,\s+(?=(?:{_ASKS})\b)"
    rf"|,?\s+but\s+(?={_PAINS}\b)|,?\s+{_POINT})",
    re.IGNORECASE,
)
# Endings that are no sentence ends: "10 a.m. on Friday", "Dr. Lindquist".
_ABBREVIATION = re.compile(
    r"\b(?:dr|mr|mrs|ms|st|a\.m|p\.m|a|p|appt|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clause:
    """A piece of a message; `start` and `end` are offsets into the whole text, `asks` whether it sounds like a question or a request."""

    text: str
    start: int
    end: int
    asks: bool = False


_RUN_ON = re.compile(r",\s+|\s+(?=(?:and|but|so|because|cuz|bc|then|anyway|anyhow|plus)\s)", re.IGNORECASE)


def split(text: str) -> list[Clause]:
    """Return the clauses of `text` in order; one covering everything when there is nothing to split.

    Of a longer message than `MAX_CLAUSES`, what comes first is one clause: people come to the point at the end.
    """
    pieces: list[Clause] = []
    start = 0
    for found in _BREAK.finditer(text):
        if found.group("end") == "." and _ABBREVIATION.search(text[start : found.start()]):
            continue
        _append(pieces, text, start, found.start())
        start = found.end()
    _append(pieces, text, start, len(text))
    if len(text.split()) >= STORY_WORDS:
        pieces = [stretch for piece in pieces for stretch in _stretches(text, piece)]
    if len(pieces) > MAX_CLAUSES:
        first, last = pieces[0], pieces[-MAX_CLAUSES]
        pieces[: -MAX_CLAUSES + 1] = [Clause(text[first.start : last.end], first.start, last.end, last.asks)]
    return pieces or [Clause(text, 0, len(text))]


def _append(pieces: list[Clause], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip(" ,."))
    stripped = piece.strip(" ,.")
    if stripped:
        asks = "?" in text[end : end + 2] or bool(_WISH.match(stripped))
        pieces.append(Clause(stripped, start + lead, start + lead + len(stripped), asks))


def _stretches(text: str, clause: Clause) -> list[Clause]:
    """Cut a clause of a story that runs on; only its last stretch asks what the mark at its end asks."""
    if len(clause.text.split()) <= LONG_CLAUSE:
        return [clause]
    found: list[Clause] = []
    start = clause.start
    for cut in _RUN_ON.finditer(text, clause.start, clause.end):
        if min(len(text[start : cut.start()].split()), len(text[cut.end() : clause.end].split())) >= SHORT_STRETCH:
            _append(found, text, start, cut.start())
            start = cut.end()
    _append(found, text, start, clause.end)
    return found

"""A message as the safety screen reads it: plain words, sentences, and the clauses that may each hold a sign.

A sign hides in the middle of anything ("yes thursday, oh and my chest hurts"), so a message is judged piece by piece. Cutting too often is
harmless, because the whole is judged, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

MAX_CLAUSES = 10
# Speech comes without punctuation: a clause longer than this is also read through windows of so many words.
WINDOW = 14
STRIDE = 8

SENTENCE_END = re.compile(r"[.!?;\n\r]+")
WORD = re.compile(r"[^\W_]+|,")
_APOSTROPHES = re.compile("['’‘`´]")
_CUT = re.compile(
    r"\s*(?:(?<!\d)[.](?!\d)|(?<=\d)[.](?=\s)|[,](?!\d)|[!?;:\n\r()]+|\s[-–—]+\s|\.\.+)\s*"
    r"|\s+(?:(?:and|but|so|or)\s+)?(?=(?:also|btw|by the way|oh and|plus|though|tho|but|because|cuz|bc|then|pero|tambien|y|e)\s)"
    r"|\s+(?=(?:and|but|so|since)\s+(?:i|im|ive|my|now|the|its|it|he|she|hes|shes|his|her|theres|there|cant|also|then|today)\b)"
)


def plain(text: str) -> str:
    """Return the text in lower case without apostrophes and accents, on one line: "Can’t, señora" becomes "cant, senora"."""
    bare = _APOSTROPHES.sub("", text.lower())
    letters = unicodedata.normalize("NFKD", bare)
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of a text, lower-cased, without apostrophes and accents; a comma is a word of its own."""
    return [words for piece in SENTENCE_END.split(text) if (words := WORD.findall(plain(piece)))]


def clauses(text: str) -> list[str]:
    """Return the clauses of a text in plain words, in order; long ones also in overlapping windows. Never more than MAX_CLAUSES."""
    found: list[str] = []
    # Line ends are cuts, but `plain` joins lines: mark them first.
    for clause in _CUT.split(plain(text.replace("\n", " ; "))):
        words = clause.split()
        if not words or not any(letter.isalpha() for letter in clause):
            continue
        if len(words) <= WINDOW:
            found.append(clause)
            continue
        found += [" ".join(words[start : start + WINDOW]) for start in range(0, len(words) - WINDOW + STRIDE, STRIDE)]
    return found if len(found) <= MAX_CLAUSES else _merged(found)


def heard(text: str, repairs: Mapping[str, str]) -> str:
    """Return plain text with misheard words put right; `repairs` maps words to what they stand for, longest first wins."""
    if not repairs:
        return text
    expression = _repairing(tuple(sorted(repairs, key=len, reverse=True)))
    return expression.sub(lambda found: repairs[found.group()], text)


_EXPRESSIONS: dict[tuple[str, ...], re.Pattern[str]] = {}


def _repairing(words: tuple[str, ...]) -> re.Pattern[str]:
    if words not in _EXPRESSIONS:
        _EXPRESSIONS[words] = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)")
    return _EXPRESSIONS[words]


def _merged(found: list[str]) -> list[str]:
    """Join neighbours until there are few enough: a very long message costs no more than a long one."""
    size = -(-len(found) // MAX_CLAUSES)
    return [" ".join(found[start : start + size]) for start in range(0, len(found), size)]

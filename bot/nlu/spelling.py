"""Writes a text the way a careful typist would, before it is encoded: short forms opened, typing errors mended.

A sentence encoder cuts "apointmnt" into syllables that mean nothing, so a typing error costs more than a strange word. A word is mended
only when it is no English word, and only towards a word of the training examples. Entities are looked for in the text as it was sent.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

SHORT_FORMS = {
    "u": "you", "ur": "your", "r": "are", "y": "why", "b": "be", "n": "and", "nd": "and", "w": "with", "da": "the", "teh": "the",
    "pls": "please", "plz": "please", "thx": "thanks", "thnx": "thanks", "ty": "thank you", "tysm": "thank you so much", "sry": "sorry",
    "tmrw": "tomorrow", "tmw": "tomorrow", "tmr": "tomorrow", "2moro": "tomorrow", "2day": "today", "rn": "right now", "wk": "week",
    "nxt": "next", "mins": "minutes", "hrs": "hours", "b4": "before", "asap": "as soon as possible",
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday", "thu": "thursday", "thur": "thursday",
    "thurs": "thursday", "fri": "friday",
    "appt": "appointment", "appts": "appointments", "apt": "appointment", "apts": "appointments", "resched": "reschedule",
    "txt": "text", "txts": "texts", "txting": "texting", "msg": "message", "msgs": "messages", "bday": "birthday", "addy": "address",
    "wat": "what", "wats": "what's", "whats": "what's", "wen": "when", "whens": "when's", "wheres": "where's", "hows": "how's", "hw": "how",
    "cuz": "because", "bc": "because", "wanna": "want to", "gonna": "going to", "gotta": "have to", "gimme": "give me", "lemme": "let me",
    "idk": "i don't know", "dunno": "don't know", "lmk": "let me know", "omw": "on my way", "yall": "you all", "luv": "love",
    "gr8": "great", "jus": "just", "shud": "should", "cud": "could", "cn": "can", "mny": "many", "opn": "open", "lng": "long",
    "rong": "wrong",
    "nmbr": "number", "tlk": "talk", "hld": "hold", "insted": "instead", "rly": "really",
    "cant": "can't", "dont": "don't", "wont": "won't", "didnt": "didn't", "havent": "haven't", "isnt": "isn't", "doesnt": "doesn't",
    "wasnt": "wasn't", "im": "i'm", "ive": "i've",
    "tbh": "", "ngl": "",
}  # fmt: skip
# "dad fell ill" is no "I'll"; a verb after it makes it one.
_I_WILL = re.compile(r"\bill(?= (?:be|take|do|come|go|have|see|call|pay|let|get|pick|give|just|keep|pass|say|stick|still|try|make)\b)")
_WORD = re.compile(r"[a-z']+|\d[a-z]+|[a-z]+\d")

SHORTEST_MENDED = 4
# Short words have too many neighbours to change a letter of them; long ones may have two errors.
SHORTEST_CHANGED_LETTER = 5
SHORTEST_TWO_ERRORS = 8
# A word seen this often in the examples is a word; this often, it is one that others may be mended to.
KNOWN_FROM = 2
TARGET_FROM = 3


class Speller:
    """Mends words towards `targets` (word to number of uses), leaving those in `known` alone."""

    def __init__(self, known: Iterable[str], targets: dict[str, int]) -> None:
        self.known = frozenset(known)
        self.targets = dict(targets)
        self._by_initial: dict[str, list[str]] = {}
        for word in self.targets:
            self._by_initial.setdefault(word[0], []).append(word)
        self._mended = lru_cache(maxsize=4096)(self._mend)

    @classmethod
    def fit(cls, texts: Sequence[str], english: Iterable[str]) -> Speller:
        """Learn the vocabulary of the examples. `english` holds words that are never mended, in lower case."""
        uses = Counter(word for text in texts for word in re.findall(r"[a-z]+", _lower(text).replace("'", "")))
        words = {word for word in english if word.isascii() and word.isalpha()}
        targets = {
            word: number for word, number in uses.items() if number >= TARGET_FROM and len(word) >= SHORTEST_MENDED and word in words
        }
        return cls(words | {word for word, number in uses.items() if number >= KNOWN_FROM}, targets)

    def plain(self, text: str) -> str:
        """Return `text` in lower case with its short forms opened and its typing errors mended; never empty unless `text` is."""
        lower = _I_WILL.sub("i'll", _lower(text))
        mended = _WORD.sub(lambda found: self._word(found.group()), lower).strip()
        return mended or lower

    def _word(self, word: str) -> str:
        opened = SHORT_FORMS.get(word)
        if opened is not None:
            return opened
        if len(word) < SHORTEST_MENDED or not word.isalpha() or word in self.known:
            return word
        return self._mended(word)

    def _mend(self, word: str) -> str:
        allowed = 2 if len(word) >= SHORTEST_TWO_ERRORS else 1
        best: tuple[int, bool, int] | None = None
        found = word
        for target in self._by_initial.get(word[0], ()):
            if abs(len(target) - len(word)) > allowed:
                continue
            distance = OSA.distance(word, target, score_cutoff=allowed)
            changed = len(target) == len(word) and sorted(target) != sorted(word)
            if distance > allowed or (changed and len(word) < SHORTEST_CHANGED_LETTER):
                continue
            merit = (distance, changed, -self.targets[target])
            if best is None or merit < best:
                best, found = merit, target
        return found

    def save(self, folder: Path) -> None:
        """Write `words.json` into `folder`."""
        (folder / "words.json").write_text(json.dumps({"known": sorted(self.known), "targets": self.targets}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Speller:
        """Read what `save` wrote."""
        stored = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return cls(stored["known"], stored["targets"])


def _lower(text: str) -> str:
    return text.lower().replace("’", "'")

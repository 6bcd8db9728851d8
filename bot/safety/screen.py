"""The safety screen: looks in a message for what the line must never answer by itself.

Two finders, and either is enough: the clinician's patterns (`data/safety/signs.yml`) and a classifier trained on `data/safety/examples/`.
Rules about denial, the past, general questions and other people take back what a clause seems to say; they never reach another clause,
so that a strong sign elsewhere in the message stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.encoder import shared_encoder
from bot.safety.classifier import NONE, Classifier
from bot.safety.signs import LEVELS, SIGNS, Sign, Signs
from bot.safety.text import clauses, heard, plain, sentences
from bot.safety.training import Encodes, load_trained

# The classifier's share of danger from which a clause, or the whole message, is a sign.
CLAUSE_THRESHOLD = 0.3
WHOLE_THRESHOLD = 0.3
# The same for a clause with a hint of the clinician's, and for one that rules have cleared.
HINT_THRESHOLD = 0.2
CLEARED_THRESHOLD = 0.97
# A clause that sounds dangerous alone, in a message that as a whole does not at all ("what is it I am supposed to be squeezing? The dog has
# run off with mine"), must sound so beyond doubt. On the development lines this takes no true sign away.
HARMLESS_WHOLE = 0.05
ALONE_THRESHOLD = 0.9
# From this part of a category's share on, the classifier calls it an emergency.
RAISED_SHARE = 0.4


# A category's share from which the classifier's word for it is more than a guess.
SURE = 0.5


@dataclass(frozen=True)
class Finding:
    """The worst sign of a message: its level (`none` when there is none), its category, and the patterns that found it."""

    level: str = "none"
    category: str = ""
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """A clause, or what is left of the whole message: its plain words, and how much the classifier must find in it."""

    text: str
    threshold: float
    hinted: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    is_whole: bool = False


@dataclass(frozen=True)
class _Read:
    """A message taken apart."""

    sentences: tuple[tuple[str, ...], ...]
    pieces: tuple[_Piece, ...]


@dataclass(frozen=True)
class _Found:
    level: str
    category: str
    weight: float
    patterns: tuple[str, ...]


class Screen:
    """All signs, ready to be looked for. Computes only; safe to call from several threads."""

    def __init__(self, signs: Signs, classifier: Classifier, encoder: Encodes) -> None:
        self._signs = signs
        self._classifier = classifier
        self._encoder = encoder
        self._known = frozenset(encoder.words())
        self._none = classifier.names.index(NONE)

    @classmethod
    def load(cls, path: Path = SIGNS, encoder: Encodes | None = None) -> Screen:
        """Read the signs and the trained classifier; without an encoder, the process's own. Raises PatternError naming file and remedy."""
        return cls(Signs.load(path), load_trained(), encoder or shared_encoder())

    def check(self, text: str) -> Finding:
        """Return the worst sign in a text."""
        return self.check_all([text])[0]

    def check_all(self, texts: Sequence[str]) -> list[Finding]:
        """Return the worst sign of each text; many together cost less."""
        reads = [self._read(text) for text in texts]
        wanted = list(dict.fromkeys(piece.text for read in reads for piece in read.pieces))
        shares: dict[str, np.ndarray] = {}
        if wanted:
            shares = dict(zip(wanted, self._classifier.probabilities(wanted, self._encoder.encode(wanted)), strict=True))
        return [self._judged(read, shares) for read in reads]

    def _read(self, text: str) -> _Read:
        # A new line may end a sentence, or only be where a thumb struck.
        layouts = dict.fromkeys((plain(text.replace("\n", " . ")), plain(text)))
        spoken = tuple(
            tuple(self._signs.without_idioms(self._signs.corrected(words, self._known)))
            for layout in layouts
            for words in sentences(heard(layout, self._signs.heard_as))
        )
        pieces: list[_Piece] = []
        standing: list[str] = []
        for clause in clauses(heard(plain(text.replace("\n", " ; ")), self._signs.heard_as)):
            words = self._signs.without_idioms(self._signs.corrected(clause.split(), self._known))
            if not words:
                continue
            hits = {sign.category: self._signs.hits(sign, words) for sign in self._signs.signs}
            denied = frozenset(category for category, hit in hits.items() if hit.denied and not hit.patterns)
            cleared = self._signs.cleared(words)
            hinted = frozenset(category for category, hit in hits.items() if hit.hints)
            joined = " ".join(words)
            pieces.append(_Piece(joined, CLEARED_THRESHOLD if cleared else CLAUSE_THRESHOLD, frozenset() if cleared else hinted, denied))
            if not cleared and not denied:
                standing.append(joined)
        if len(standing) > 1:
            pieces.append(_Piece(", ".join(dict.fromkeys(standing)), WHOLE_THRESHOLD, is_whole=True))
        return _Read(spoken, tuple(pieces))

    def _judged(self, read: _Read, shares: dict[str, np.ndarray]) -> Finding:
        found = [each for sign in self._signs.signs if (each := self._by_patterns(sign, read))]
        whole = next((1.0 - float(shares[piece.text][self._none]) for piece in read.pieces if piece.is_whole), 1.0)
        least = ALONE_THRESHOLD if whole < HARMLESS_WHOLE else 0.0
        found += [each for piece in read.pieces if (each := self._by_classifier(piece, shares[piece.text], read, least))]
        if any(each.weight >= SURE for each in found):
            # A guess names no category beside something sure.
            found = [each for each in found if each.weight >= SURE]
        by_category: dict[str, _Found] = {}
        for each in found:
            before = by_category.get(each.category)
            if before is not None:
                level = max(before.level, each.level, key=LEVELS.index)
                names = tuple(dict.fromkeys(before.patterns + each.patterns))
                each = _Found(level, each.category, before.weight + each.weight, names)
            by_category[each.category] = each
        worst = max(by_category.values(), key=lambda one: (LEVELS.index(one.level), one.weight), default=None)
        return Finding(worst.level, worst.category, worst.patterns) if worst else Finding()

    def _by_patterns(self, sign: Sign, read: _Read) -> _Found | None:
        hits: list[str] = []
        for words in read.sentences:
            if not self._signs.cleared(words):
                hits += self._signs.hits(sign, words).patterns
        if not hits:
            return None
        return _Found(self._level(sign, sign.level, read), sign.category, float(len(hits)), tuple(dict.fromkeys(hits)))

    def _by_classifier(self, piece: _Piece, shares: np.ndarray, read: _Read, least: float) -> _Found | None:
        danger = 1.0 - float(shares[self._none])
        by_category: dict[str, dict[str, float]] = {}
        for name, share in zip(self._classifier.names, shares, strict=True):
            category, _, level = name.partition("/")
            if category != NONE:
                by_category.setdefault(category, {})[level] = float(share)
        totals = {category: sum(levels.values()) for category, levels in by_category.items()}
        category = max(totals, key=lambda each: totals[each])
        hinted = category in piece.hinted and danger >= HINT_THRESHOLD
        if category in piece.denied or not (danger >= max(piece.threshold, least) or hinted):
            return None
        sign = self._signs.sign(category)
        levels = by_category[category]
        level = sign.level if sign else max(levels, key=lambda each: levels[each])
        for raised in LEVELS[LEVELS.index(level) + 1 :]:
            if levels.get(raised, 0.0) >= RAISED_SHARE * totals[category]:
                level = raised
        if sign is not None:
            level = self._level(sign, level, read)
        return _Found(level, category, totals[category], (f"classifier {danger:.2f}",))

    def _level(self, sign: Sign, level: str, read: _Read) -> str:
        if level == "urgent" and any(self._signs.raised(sign, words) for words in read.sentences):
            return "emergency"
        return level

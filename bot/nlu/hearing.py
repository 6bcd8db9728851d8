"""From a message to what the dialogue acts on, in one place for Rasa, the command line and the evaluation.

`pieces` cuts and encodes, `Hearing.read` understands. An answer to an open question is read by that question; everything else goes to the
classifier, and what it is not sure of is out of scope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np

from bot.nlu import answers, clauses, entities, reading
from bot.nlu.classifier import Classifier
from bot.nlu.spelling import Speller
from bot.types import Awaiting

# A number where a score was asked for is that score, whatever it would mean elsewhere.
_SCORE = {Awaiting.NPS_SCORE: "give_nps_score", Awaiting.PAIN_SCORE: "report_pain"}
_NUMBER = re.compile(
    r"\W*(?:\d{1,3}|zero|one|two|three|four|five|six|seven|eight|nine|ten)(?:[ -]?ish)?(?: ?(?:/|out of) ?(?:10|ten))?\W*", re.IGNORECASE
)

# A clause needs this much confidence to stand alone, or this much probability in the whole message.
SURE_ALONE = 0.8
SUPPORT = 0.03

Ranking = list[tuple[str, float]]


class Encodes(Protocol):
    """What turns sentences into vectors."""

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """Return an array of shape (len(sentences), dimensions)."""


@dataclass(frozen=True)
class Piece:
    """A whole message or a clause of it: as it was sent, as it is read, and its vector."""

    text: str
    plain: str
    vector: np.ndarray


def pieces(texts: Sequence[str], speller: Speller, encoder: Encodes) -> list[list[Piece]]:
    """Return for each text the whole of it, then its clauses when there are several; everything is encoded in one batch."""
    wanted = []
    for text in texts:
        parts = [clause.text for clause in clauses.split(text)]
        wanted.append([text, *parts] if len(parts) > 1 else [text])
    plain = [[speller.plain(text) for text in group] for group in wanted]
    vectors = iter(encoder.encode([text for group in plain for text in group]))
    return [
        [Piece(text, reads, next(vectors)) for text, reads in zip(group, reads_of, strict=True)]
        for group, reads_of in zip(wanted, plain, strict=True)
    ]


@dataclass(frozen=True)
class Hearing:
    """Understands pieces. Below `threshold` a whole message, below `clause_threshold` one clause of several, is out of scope."""

    classifier: Classifier
    names: entities.Names
    threshold: float
    clause_threshold: float

    def read(self, group: Sequence[Piece], awaiting: Awaiting, now: datetime) -> tuple[list[reading.Reading], Ranking]:
        """Return what to act on, in order, and the ranking of the whole message."""
        whole, ranking = self._hear(group[0], awaiting, now, self.threshold)
        of_whole = dict(ranking)
        heard = [self._supported(self._hear(piece, awaiting, now, self.clause_threshold)[0], of_whole) for piece in group[1:]]
        return reading.readings(whole, heard), ranking

    def _supported(self, clause: reading.Heard, of_whole: Mapping[str, float]) -> reading.Heard:
        """Leave a clause what it was heard as only if it is sure by itself or the whole message speaks of that, too.

        A sentence of a long story told on the way to the point sounds like many things alone.
        """
        if clause.confidence >= SURE_ALONE or of_whole.get(clause.intent, 1.0) >= SUPPORT:
            return clause
        return reading.Heard(clause.text, reading.OUT_OF_SCOPE, clause.confidence)

    def _hear(self, piece: Piece, awaiting: Awaiting, now: datetime, threshold: float) -> tuple[reading.Heard, Ranking]:
        ranking = self.classifier.ranking(piece.plain, piece.vector)
        answer = answers.read(piece.text, awaiting)
        if answer:
            return reading.Heard(piece.text, answer.intent, 1.0), ranking
        if entities.tells_birth_date(piece.text, now.date(), awaiting):
            return reading.Heard(piece.text, "identify_self", 1.0), ranking
        name, confidence = ranking[0]
        if awaiting in _SCORE and (name in ("choose_option", *_SCORE.values()) or _NUMBER.fullmatch(piece.text)):
            return reading.Heard(piece.text, _SCORE[awaiting], 1.0), ranking
        if confidence < threshold:
            name = reading.OUT_OF_SCOPE
        return reading.Heard(piece.text, name, confidence), ranking


def names_of(clinic: Any) -> entities.Names:
    """Return the clinic's names as people may write them."""
    therapists: dict[str, str] = {}
    for person in (member for member in clinic.staff if member.reference):
        for spelling in (person.name, *person.name.split(), *person.spoken):
            therapists.setdefault(spelling.lower(), person.name)
    locations = {spelling.lower(): place.name for place in clinic.locations for spelling in (place.name, *place.spoken)}
    return entities.Names(therapists, locations)

"""From a message to what the dialogue acts on, in one place for Rasa, the command line and the evaluation.

`pieces` cuts and encodes, `Hearing.read` understands. An answer to an open question is read by that question; everything else goes to the
classifier, and what it is not sure of is out of scope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np

from bot.nlu import answers, clauses, comments, entities, halves, reading
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

# What a message of several clauses is about, as log odds: the whole of it, the clause that says it best, the last, and the best of those
# that ask; what is none of the line's business counts as far as its most telling clause is. Fitted to 248 stories of the development data
# (cross-validated: 92.3 % of them understood; 83.1 % by the whole alone).
WHOLE, STRONGEST, LAST, ASKING = 1.3, 0.7, 0.45, 0.3
OUTSIDE, OUTSIDE_AT_LEAST = -0.7, 0.6
# Below this, a probability tells nothing.
LEAST = 1e-3
# A story's probability is spread over all it mentions; its threshold is lower by this much.
STORY_DOUBT = 0.6
# What a clause of a story needs to be a second point.
SURE_ASKING = 0.7

# What an open question makes likelier or less likely in a short message: "could you do friday at 3" tells a day where a day was asked for.
SHORT_WORDS = 10
EXPECTED: Mapping[Awaiting, Mapping[str, float]] = {
    Awaiting.YES_NO: {"affirm": 4, "deny": 4, "never_mind": 2, "confirm_appointment": 0.2, "choose_option": 0.5, reading.OUT_OF_SCOPE: 0.3},
    Awaiting.CHOICE: {
        "choose_option": 3,
        "ask_more_options": 2,
        "deny": 2,
        "affirm": 2,
        "book_appointment": 0.5,
        reading.OUT_OF_SCOPE: 0.3,
    },
    Awaiting.DATE_TIME: {"inform": 5, "wait_please": 2, "check_appointment": 0.5, reading.OUT_OF_SCOPE: 0.3},
    Awaiting.NAME: {"identify_self": 4, "inform": 2},
    Awaiting.DATE_OF_BIRTH: {"identify_self": 4, "deny": 2},
    Awaiting.PAIN_SCORE: {"report_pain": 5, "report_exercise_missed": 0.2, "report_exercise_difficulty": 0.5, reading.OUT_OF_SCOPE: 0.5},
    Awaiting.NPS_SCORE: {"give_nps_score": 4, "give_feedback": 2, reading.OUT_OF_SCOPE: 0.5},
    Awaiting.COMMENT: {"give_feedback": 3, "file_complaint": 2, "choose_option": 0.3, "affirm": 0.5, reading.OUT_OF_SCOPE: 0.5},
}

Ranking = list[tuple[str, float]]


class Encodes(Protocol):
    """What turns sentences into vectors."""

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """Return an array of shape (len(sentences), dimensions)."""


@dataclass(frozen=True)
class Piece:
    """A whole message or a clause of it: as it was sent, as it is read, its vector, and whether it asks for something.

    `cuts` are the places where a whole message could fall into two.
    """

    text: str
    plain: str
    vector: np.ndarray
    asks: bool = False
    cuts: tuple[Halves, ...] = ()


@dataclass(frozen=True)
class Halves:
    """What stands before and after a cut."""

    left: Piece
    right: Piece
    cut: halves.Cut


def pieces(texts: Sequence[str], speller: Speller, encoder: Encodes) -> list[list[Piece]]:
    """Return for each text the whole of it, then its clauses when there are several; everything is encoded in one batch."""
    parts = [clauses.split(text) for text in texts]
    cuts = [[] if _is_story(text, len(of_text)) else halves.possible(text) for text, of_text in zip(texts, parts, strict=True)]
    said = [text for text, of_text in zip(texts, parts, strict=True) for text in (text, *(clause.text for clause in of_text))]
    said += [half for of_text in cuts for cut in of_text for half in (cut.left, cut.right)]
    plain = {text: speller.plain(text) for text in said}
    encoded = list(dict.fromkeys(plain.values()))
    vectors = dict(zip(encoded, encoder.encode(encoded), strict=True))

    def piece(text: str, asks: bool = False) -> Piece:
        return Piece(text, plain[text], vectors[plain[text]], asks)

    found = []
    for text, of_text, cuts_of_text in zip(texts, parts, cuts, strict=True):
        tried = tuple(Halves(piece(cut.left), piece(cut.right), cut) for cut in cuts_of_text)
        whole = replace(piece(text, of_text[0].asks if len(of_text) == 1 else False), cuts=tried)
        found.append([whole, *(piece(clause.text, clause.asks) for clause in of_text if len(of_text) > 1)])
    return found


def _is_story(text: str, clauses_of_it: int) -> bool:
    return clauses_of_it > 1 and len(text.split()) >= clauses.STORY_WORDS


@dataclass(frozen=True)
class Hearing:
    """Understands pieces. Below `threshold` a whole message, below `clause_threshold` one clause of several, is out of scope."""

    classifier: Classifier
    names: entities.Names
    threshold: float
    clause_threshold: float

    def probabilities(self, groups: Sequence[Sequence[Piece]]) -> list[np.ndarray]:
        """Return for each group an array of probabilities: a row a piece, then two a cut; one by one takes ten times as long."""
        said = [[*group, *(half for each in group[0].cuts for half in (each.left, each.right))] for group in groups]
        everything = [piece for pieces_of_group in said for piece in pieces_of_group]
        if not everything:
            return []
        different = {piece.plain: piece.vector for piece in everything}  # a half is often a clause, too
        places = {plain: index for index, plain in enumerate(different)}
        rows = self.classifier.probabilities(list(different), np.stack(list(different.values())))
        return [rows[[places[piece.plain] for piece in of_group]] for of_group in said]

    def read(
        self, group: Sequence[Piece], awaiting: Awaiting, now: datetime, known: np.ndarray | None = None
    ) -> tuple[list[reading.Reading], Ranking]:
        """Return what to act on, in order, and the ranking of the whole message. `known` are its rows of `probabilities`."""
        rows = self.probabilities([group])[0] if known is None else known
        of_halves = rows[len(group) :]
        rows = np.vstack([self._expected(piece, row, awaiting) for piece, row in zip(group, rows, strict=False)])
        is_story = _is_story(group[0].text, len(group) - 1)
        if is_story:
            rows[0] = self._fused(group, rows)
        whole, ranking = self._hear(group[0], rows[0], awaiting, now, self.threshold * STORY_DOUBT if is_story else self.threshold)
        heard = [self._hear(piece, row, awaiting, now, self.clause_threshold)[0] for piece, row in zip(group[1:], rows[1:], strict=True)]
        if is_story:
            return reading.readings(whole, _to_the_point(whole, group[1:], heard)), ranking
        two = self._two_wishes(group[0], rows[0], of_halves, awaiting, now)
        if two:
            return self._with_clauses(whole, two, heard), ranking
        return self._one_wish(group, rows, whole, heard, awaiting), ranking

    def _with_clauses(self, whole: reading.Heard, two: Sequence[reading.Heard], heard: Sequence[reading.Heard]) -> list[reading.Reading]:
        """Return what to act on when the message holds two wishes: by its clauses, if they tell the same and more."""
        by_clauses = reading.readings(whole, heard)
        by_halves = reading.readings(whole, two)
        return by_clauses if set(reading.intents_of(by_halves)) <= set(reading.intents_of(by_clauses)) else by_halves

    def _one_wish(
        self, group: Sequence[Piece], rows: np.ndarray, whole: reading.Heard, heard: Sequence[reading.Heard], awaiting: Awaiting
    ) -> list[reading.Reading]:
        """Return what to act on when nothing tells two wishes: clauses of one change still belong together."""
        of_whole = dict(zip(self.classifier.names, rows[0], strict=True))
        heard = [self._supported(clause, of_whole) for clause in heard]
        acting = {clause.intent for clause in heard} - reading.SMALL_TALK - {reading.OUT_OF_SCOPE}
        if (len(acting) > 1 and not acting <= set(reading.CHANGE)) or (acting and all(clause.confidence < SURE_ALONE for clause in heard)):
            # One wish, and its clauses do not agree which, or none is sure: the whole and its clauses say together.
            return reading.readings(self._named(group[0], self._fused(group, rows), awaiting), [])
        return reading.readings(whole, heard)

    def _named(self, piece: Piece, row: np.ndarray, awaiting: Awaiting) -> reading.Heard:
        best = int(row.argmax())
        name = comments.as_answer(self.classifier.names[best], awaiting, asks=piece.asks)
        return reading.Heard(piece.text, name, float(row[best]))

    def _two_wishes(self, whole: Piece, row: np.ndarray, of_halves: np.ndarray, awaiting: Awaiting, now: datetime) -> list[reading.Heard]:
        """Return both wishes of a message, or nothing when it holds but one. `of_halves` are the probabilities of its halves."""
        if answers.read(whole.text, awaiting):
            return []
        names = self.classifier.names
        best, found = halves.SURE, []
        for each, of_left, of_right in zip(whole.cuts, of_halves[::2], of_halves[1::2], strict=True):
            left, right = self._answered(each.left, of_left, awaiting, now), self._answered(each.right, of_right, awaiting, now)
            pair = halves.pair(row, left, right, names, each.cut)
            if pair.merit > best:
                best = pair.merit
                found = [
                    reading.Heard(half.text, names[index], max(float(of_half[index]), best))
                    for half, of_half, index in ((each.left, left, pair.left), (each.right, right, pair.right))
                ]
        return found

    def _answered(self, piece: Piece, row: np.ndarray, awaiting: Awaiting, now: datetime) -> np.ndarray:
        """Return the probabilities of a half; certain when it is a short answer."""
        heard, _ = self._hear(piece, row, awaiting, now, 0.0)
        if heard.confidence < 1.0 or heard.intent not in self.classifier.names:
            return row
        certain = np.zeros_like(row)
        certain[self.classifier.names.index(heard.intent)] = 1.0
        return certain

    def _expected(self, piece: Piece, row: np.ndarray, awaiting: Awaiting) -> np.ndarray:
        factors = EXPECTED.get(awaiting)
        if not factors or len(piece.plain.split()) > SHORT_WORDS:
            return row
        weighed = row * np.array([factors.get(name, 1.0) for name in self.classifier.names], dtype=row.dtype)
        return np.asarray(weighed / weighed.sum())

    def _fused(self, group: Sequence[Piece], rows: np.ndarray) -> np.ndarray:
        """Return the probabilities of a message of several clauses, as a whole and by its clauses together."""
        logs = np.log(rows + LEAST)
        of_clauses = logs[1:]
        asking = [index for index, piece in enumerate(group[1:]) if piece.asks]
        both = WHOLE * logs[0] + STRONGEST * of_clauses.max(axis=0) + LAST * of_clauses[-1]
        if asking:
            both += ASKING * of_clauses[asking].max(axis=0)
        names = self.classifier.names
        if reading.OUT_OF_SCOPE in names:
            index = names.index(reading.OUT_OF_SCOPE)
            both[index] += OUTSIDE + OUTSIDE_AT_LEAST * of_clauses[:, index].min()
        weights = np.exp(both - both.max())
        return np.asarray(weights / weights.sum())

    def _supported(self, clause: reading.Heard, of_whole: Mapping[str, float]) -> reading.Heard:
        """Leave a clause what it was heard as only if it is sure by itself or the whole message speaks of that, too.

        A sentence of a long story told on the way to the point sounds like many things alone.
        """
        if clause.confidence >= SURE_ALONE or of_whole.get(clause.intent, 1.0) >= SUPPORT:
            return clause
        return reading.Heard(clause.text, reading.OUT_OF_SCOPE, clause.confidence)

    def _hear(self, piece: Piece, row: np.ndarray, awaiting: Awaiting, now: datetime, threshold: float) -> tuple[reading.Heard, Ranking]:
        ranking = [(self.classifier.names[index], float(row[index])) for index in np.argsort(-row)]
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
        return reading.Heard(piece.text, comments.as_answer(name, awaiting, asks=piece.asks), confidence), ranking


def _to_the_point(whole: reading.Heard, parts: Sequence[Piece], heard: Sequence[reading.Heard]) -> list[reading.Heard]:
    """Leave of a story's clauses only what it was told for: those of its own intent, and those that surely ask for something else."""
    return [
        clause
        if clause.intent == whole.intent or (part.asks and clause.confidence >= SURE_ASKING)
        else reading.Heard(clause.text, reading.OUT_OF_SCOPE, clause.confidence)
        for part, clause in zip(parts, heard, strict=True)
    ]


def names_of(clinic: Any) -> entities.Names:
    """Return the clinic's names as people may write them."""
    therapists: dict[str, str] = {}
    for person in (member for member in clinic.staff if member.reference):
        for spelling in (person.name, *person.name.split(), *person.spoken):
            therapists.setdefault(spelling.lower(), person.name)
    locations = {spelling.lower(): place.name for place in clinic.locations for spelling in (place.name, *place.spoken)}
    return entities.Names(therapists, locations)

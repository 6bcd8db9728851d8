"""A story is understood by its point, and a short answer by the question it answers."""

from datetime import datetime

import numpy as np

from bot.nlu.classifier import Classifier
from bot.nlu.entities import Names
from bot.nlu.hearing import Hearing, Piece
from bot.nlu.lexical import BUCKETS, Lexical
from bot.nlu.neighbours import Neighbours
from bot.types import Awaiting

NAMES = ("affirm", "ask_location", "file_complaint", "out_of_scope")
NOW = datetime(2025, 6, 2, 9)  # noqa: DTZ001 - clinic-local, as everywhere in understanding
STORY = "we were out at the lake all weekend with the whole family and then the dog got sick on the new carpet, ugh"


class Told(Classifier):
    """Believes what the vector of a piece says, so that a test decides how each piece sounds."""

    def probabilities(self, texts: list[str], vectors: np.ndarray) -> np.ndarray:  # type: ignore[override]
        return np.asarray(vectors, dtype=np.float32)


def hearing() -> Hearing:
    lexical = Lexical(np.zeros(2 * BUCKETS))
    nobody = Neighbours(np.zeros((1, 4)), np.zeros(1), np.zeros(0), np.zeros(2), lexical)
    told = Told(np.zeros((4, 0)), np.zeros(4), NAMES, lexical, nobody)
    return Hearing(told, Names(), threshold=0.25, clause_threshold=0.4)


def piece(text: str, *row: float, asks: bool = False) -> Piece:
    return Piece(text, text, np.array(row), asks)


def heard(*group: Piece, awaiting: Awaiting = Awaiting.NONE) -> list[str]:
    return [each.intent for each in hearing().read(list(group), awaiting, NOW)[0]]


def test_the_question_at_the_end_of_a_story_is_its_point() -> None:
    whole = piece(f"{STORY}. where are you", 0.0, 0.2, 0.5, 0.3)
    assert heard(whole, piece(STORY, 0.0, 0.1, 0.6, 0.3), piece("where are you", 0.0, 0.9, 0.0, 0.1, asks=True)) == ["ask_location"]


def test_what_a_story_only_mentions_is_no_second_wish() -> None:
    whole = piece(f"{STORY}. where are you", 0.0, 0.6, 0.3, 0.1)
    assert heard(whole, piece(STORY, 0.0, 0.0, 0.9, 0.1), piece("where are you", 0.0, 0.9, 0.0, 0.1, asks=True)) == ["ask_location"]
    asked = piece(STORY, 0.0, 0.0, 0.9, 0.1, asks=True)
    assert heard(whole, asked, piece("where are you", 0.0, 0.9, 0.0, 0.1, asks=True)) == ["file_complaint", "ask_location"]


def test_a_story_for_its_own_sake_is_out_of_scope() -> None:
    whole = piece(f"{STORY}. lovely it was", 0.1, 0.2, 0.2, 0.5)
    assert heard(whole, piece(STORY, 0.0, 0.1, 0.3, 0.6), piece("lovely it was", 0.1, 0.1, 0.1, 0.7)) == ["out_of_scope"]


def test_an_open_question_makes_its_answer_likelier() -> None:
    unclear = piece("that there", 0.3, 0.0, 0.0, 0.7)
    assert heard(unclear) == ["out_of_scope"]
    assert heard(unclear, awaiting=Awaiting.YES_NO) == ["affirm"]

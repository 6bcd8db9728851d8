"""The nearest examples of a vector speak for their classes, the nearer the louder."""

from pathlib import Path

import numpy as np

from bot.nlu.classifier import Classifier
from bot.nlu.lexical import Lexical, present
from bot.nlu.neighbours import Neighbours

EXAMPLES = np.eye(4, dtype=np.float32)
LABELS = np.array([0, 0, 1, 2])
TEXTS = ["when do you open", "what are your hours", "where are you", "tell me a joke"]


def shares(texts: list[str], labels: np.ndarray, asked: str, vectors: np.ndarray, known: np.ndarray) -> np.ndarray:
    grams = present(texts)
    lexical = Lexical.fit(grams)
    neighbours = Neighbours.fit(known, labels, grams, lexical)
    return neighbours.shares(vectors, lexical.transform([asked] * len(vectors)), int(labels.max()) + 1)


def test_the_nearest_example_speaks_loudest() -> None:
    near_the_third = np.array([[0.0, 0.28, 0.96, 0.0]], dtype=np.float32)
    found = shares(TEXTS, LABELS, "", near_the_third, EXAMPLES)
    assert found.shape == (1, 3)
    assert found.argmax() == 1
    assert np.isclose(found.sum(), 1.0)


def test_of_two_equally_near_the_one_in_like_words_is_louder() -> None:
    between = np.array([[0.0, 0.0, 0.7071, 0.7071]], dtype=np.float32)
    assert shares(TEXTS, LABELS, "tell me another joke", between, EXAMPLES).argmax() == 2
    assert shares(TEXTS, LABELS, "where are you now", between, EXAMPLES).argmax() == 1


def test_examples_survive_being_kept_in_bytes() -> None:
    vectors = np.random.default_rng(7).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = shares([""] * 50, np.arange(50), "", vectors, vectors)
    assert list(found.argmax(axis=1)) == list(range(50))


def test_a_stored_classifier_says_the_same(tmp_path: Path) -> None:
    texts = ["when do you open", "what are your hours", "where are you", "where do i park", "tell me a joke", "i love pizza"]
    vectors = np.random.default_rng(1).normal(size=(6, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    fitted = Classifier.fit(texts, vectors, ["ask_hours", "ask_hours", "ask_location", "ask_location", "out_of_scope", "out_of_scope"])
    fitted.save(tmp_path)
    asked = ["where do you park", "a joke"]
    assert np.allclose(Classifier.load(tmp_path).probabilities(asked, vectors[2:4]), fitted.probabilities(asked, vectors[2:4]))

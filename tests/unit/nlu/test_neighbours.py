"""The nearest examples of a vector speak for their classes, the nearer the louder."""

from pathlib import Path

import numpy as np

from bot.nlu.classifier import Classifier
from bot.nlu.neighbours import Neighbours

EXAMPLES = np.eye(4, dtype=np.float32)
LABELS = np.array([0, 0, 1, 2])


def test_the_nearest_example_speaks_loudest() -> None:
    near_the_third = np.array([[0.0, 0.28, 0.96, 0.0]], dtype=np.float32)
    shares = Neighbours.fit(EXAMPLES, LABELS).shares(near_the_third, classes=3)
    assert shares.shape == (1, 3)
    assert shares.argmax() == 1
    assert np.isclose(shares.sum(), 1.0)


def test_far_from_all_no_class_is_heard_above_another() -> None:
    shares = Neighbours.fit(EXAMPLES, LABELS).shares(np.full((1, 4), -0.5, dtype=np.float32), classes=3)
    assert shares.max() < 0.34


def test_examples_survive_being_kept_in_bytes() -> None:
    vectors = np.random.default_rng(7).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shares = Neighbours.fit(vectors, np.arange(50)).shares(vectors, classes=50)
    assert list(shares.argmax(axis=1)) == list(range(50))


def test_a_stored_classifier_says_the_same(tmp_path: Path) -> None:
    texts = ["when do you open", "what are your hours", "where are you", "where do i park", "tell me a joke", "i love pizza"]
    vectors = np.random.default_rng(1).normal(size=(6, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    fitted = Classifier.fit(texts, vectors, ["ask_hours", "ask_hours", "ask_location", "ask_location", "out_of_scope", "out_of_scope"])
    fitted.save(tmp_path)
    asked = ["where do you park", "a joke"]
    assert np.allclose(Classifier.load(tmp_path).probabilities(asked, vectors[2:4]), fitted.probabilities(asked, vectors[2:4]))

"""The encoder is the expected one, and the classifier learns from it."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.classifier import Classifier
from bot.nlu.encoder import DIMENSIONS, KEPT, Encoder, shared_encoder
from tests.support.minilm_fp32 import FullPrecision


def test_vectors_are_unit_and_alike_for_alike_sentences() -> None:
    vectors = shared_encoder().encode(["I need to change my appointment", "can I move my visit to another day", "the soup is too salty"])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alike, unlike = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert alike > 0.35 > 0.15 > unlike


def test_quantising_hardly_changes_the_published_vectors() -> None:
    sentences = ["can't make tuesday, got something later that week?", "my knee hurts when i go down stairs", "is there parking"]
    original = FullPrecision()
    for sentence in sentences:
        assert original.encode(sentence) @ shared_encoder().encode([sentence])[0] > 0.998


def test_a_vector_does_not_depend_on_its_company() -> None:
    sentences = ["no", "I have been thinking about whether I could perhaps come a little later on Thursday instead of in the morning"]
    together = Encoder().encode(sentences)
    other = Encoder()
    alone = np.vstack([other.encode([sentence]) for sentence in sentences])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_text_that_comes_again_has_its_vector_and_its_place() -> None:
    encoder = Encoder()
    first = encoder.encode(["is there parking", "no"])
    again = encoder.encode(["no", "when do you open", "is there parking", "no"])
    assert np.array_equal(again[[2, 0, 3]], first[[0, 1, 1]])
    assert again[1] == pytest.approx(Encoder().encode(["when do you open"])[0], abs=1e-4)


def test_no_more_vectors_are_kept_than_allowed() -> None:
    encoder = Encoder()
    texts = [f"{number}" for number in range(KEPT + 40)]
    assert encoder.encode(texts).shape == (KEPT + 40, DIMENSIONS)
    assert len(encoder._kept) == KEPT


def test_nothing_to_encode() -> None:
    assert shared_encoder().encode([]).shape == (0, DIMENSIONS)


def test_the_classifier_learns_and_survives_storage(tmp_path: Path) -> None:
    words = {"move": ["move my visit", "another day please", "reschedule me"], "greet": ["hello", "good morning", "hi there"]}
    texts = [text for examples in words.values() for text in examples]
    labels = [label for label, examples in words.items() for _ in examples]
    classifier = Classifier.fit(texts, shared_encoder().encode(texts), labels)
    text = "could we find a different day for my visit"
    vector = shared_encoder().encode([text])[0]
    assert classifier.ranking(text, vector)[0][0] == "move"
    classifier.save(tmp_path)
    again = Classifier.load(tmp_path)
    assert again.ranking(text, vector) == classifier.ranking(text, vector)
    assert sum(confidence for _, confidence in again.ranking(text, vector)) == pytest.approx(1, abs=1e-5)


def test_one_class_is_no_classifier() -> None:
    with pytest.raises(ValueError, match="at least two"):
        Classifier.fit(["x", "y"], np.zeros((2, DIMENSIONS)), ["a", "a"])

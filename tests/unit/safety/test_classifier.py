"""The classifier and its training: what is saved is what is loaded, and a missing one is named with its remedy."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bot.safety.classifier import NONE, Classifier
from bot.safety.patterns import PatternError
from bot.safety.screen import Screen
from bot.safety.training import ROOT, fingerprint, load_trained, read_examples

TEXTS = ["my chest hurts", "pain in my chest", "chest is tight", "move my visit", "friday please", "is there parking"]
LABELS = ["chest_or_breath/emergency"] * 3 + [NONE] * 3


def small() -> Classifier:
    vectors = np.random.default_rng(1).normal(size=(6, 8)).astype(np.float32)
    return Classifier.fit(TEXTS, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), LABELS)


def test_it_learns_letters_and_words() -> None:
    found = small().probabilities(["chest hurts bad", "parking on friday"], np.zeros((2, 8), dtype=np.float32))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[0, 0] > found[1, 0]


def test_what_is_saved_is_loaded_without_pickle(tmp_path: Path) -> None:
    path = tmp_path / "safety.npz"
    small().save(path)
    loaded = Classifier.load(path)
    vectors = np.zeros((1, 8), dtype=np.float32)
    assert loaded.names == small().names
    assert loaded.probabilities(["chest"], vectors) == pytest.approx(small().probabilities(["chest"], vectors), abs=1e-3)


def test_a_broken_or_missing_model_is_named_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "safety.npz"
    path.write_bytes(b"no zip")
    with pytest.raises(PatternError, match="python -m bot train"):
        Classifier.load(path)
    with pytest.raises(PatternError, match="run `python -m bot train`"):
        load_trained(tmp_path)


def test_the_fingerprint_changes_with_an_example(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "safety" / "examples"
    folder.mkdir(parents=True)
    before = fingerprint(tmp_path)
    (folder / "wound.yml").write_text("category: wound\nurgent: |\n  it bleeds\n", encoding="utf-8")
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize(
    ("content", "told"),
    [("urgent: |\n  a", "cannot be used"), ("category: wound\nloud: |\n  a", "'loud'"), ("", "cannot be used")],
)
def test_a_wrong_example_file_is_refused_by_name(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "wound.yml").write_text(content, encoding="utf-8")
    with pytest.raises(PatternError, match=told):
        read_examples(tmp_path)


def test_every_sign_has_examples_and_no_example_is_two_things(screen: Screen) -> None:
    examples = read_examples(ROOT / "data" / "safety" / "examples")
    labels: dict[str, set[str]] = {}
    for example in examples:
        labels.setdefault(example.text.lower(), set()).add(example.label.partition("/")[0])
    assert [text for text, names in labels.items() if NONE in names and len(names) > 1] == []
    assert len([example for example in examples if example.label != NONE]) > 1000


def test_the_screen_loads_quickly_and_without_a_learning_library(screen: Screen) -> None:
    probe = (
        "import sys, time; from bot.safety.screen import Screen; from bot.nlu.encoder import shared_encoder; shared_encoder(); "
        "began = time.process_time(); Screen.load(); took = time.process_time() - began; "
        "print(took, 'sklearn' in sys.modules, 'rasa' in sys.modules, 'tensorflow' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, timeout=60)
    took, *imported = answer.stdout.split()
    assert imported == ["False", "False", "False"], answer.stderr
    assert float(took) < 0.5


def test_a_message_costs_little(screen: Screen) -> None:
    texts = ["can't make tuesday, got something later that week?", "9 you guys are great. calf a hot balloon", "yes"] * 20
    screen.check(texts[0])
    began = time.process_time()
    for text in texts:
        screen.check(text)
    assert (time.process_time() - began) / len(texts) < 0.03

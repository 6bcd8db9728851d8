"""Trains the safety classifier from `data/safety/examples/` and, as ordinary messages, the intents of `data/nlu/`.

The model lies at `models/safety-<fingerprint>.npz`; the fingerprint changes with everything it is made from.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml

from bot.nlu.encoder import MODEL_SHA256, TOKENIZER_SHA256, Encoder, shared_encoder
from bot.safety.classifier import NONE, Classifier
from bot.safety.patterns import PatternError
from bot.safety.signs import LEVELS
from bot.safety.text import clauses, plain

ROOT = Path(__file__).parents[2]
EXAMPLES = Path("data/safety/examples")
ORDINARY = Path("data/nlu")
# Intents whose examples are signs themselves, or may be.
SIGNS_AMONG_INTENTS = frozenset({"report_red_flag", "express_self_harm"})
SOURCES = tuple(f"bot/safety/{name}.py" for name in ("training", "classifier", "features", "nearest", "text"))
MODELS_KEPT = 3
REMEMBERED = "safety-vectors.cache"


class Encodes(Protocol):
    """Turns sentences into vectors; see `bot.nlu.encoder`."""

    def encode(self, sentences: Sequence[str], batch: int = 32) -> np.ndarray:
        """Return an array of shape (sentences, dimensions)."""

    def words(self) -> list[str]:
        """Return words that are spelt as meant."""


@dataclass(frozen=True)
class Example:
    """A message and what it is: `none`, or `category/level`. `group` says what kind of message it is."""

    text: str
    label: str
    group: str


def read_examples(folder: Path) -> list[Example]:
    """Read the examples of every category. Raises PatternError naming file, key and remedy."""
    found = [example for path in sorted(folder.glob("*.yml")) for example in _file(path)]
    if not found:
        raise PatternError(f"{folder} holds no examples; the checkout is incomplete, fetch it again")
    return found


def _file(path: Path) -> Iterator[Example]:
    try:
        data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        category = str(data["category"])
        groups = {str(name): str(lines) for name, lines in data.items() if name != "category"}
    except (OSError, yaml.YAMLError, KeyError, AttributeError, TypeError) as error:
        raise PatternError(f"{path} cannot be used ({error}); write a category and, under each level, one example a line") from error
    for group, lines in groups.items():
        if category != NONE and group not in LEVELS[1:]:
            raise PatternError(f"{path} names the level {group!r}; use one of {', '.join(LEVELS[1:])}")
        label = NONE if category == NONE else f"{category}/{group}"
        yield from (Example(line.strip(), label, group) for line in lines.splitlines() if line.strip())


def ordinary_messages(folder: Path) -> list[Example]:
    """Read the examples of intents that are no signs."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or ():
            if entry.get("intent") and entry["intent"] not in SIGNS_AMONG_INTENTS:
                lines = [line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- ")]
                found += [Example(line, NONE, entry["intent"]) for line in lines]
    return found


def fit(examples: Sequence[Example], encoder: Encodes | None = None) -> Classifier:
    """Train on examples, and on the clauses of harmless ones, because clauses are what is judged; each text counts once."""
    labels: dict[str, str] = {}
    for example in examples:
        labels[plain(example.text)] = example.label
        if example.label == NONE:
            labels |= dict.fromkeys(clauses(example.text), NONE)
    for example in examples:  # a sign stays one although a clause elsewhere reads the same
        if example.label != NONE:
            labels[plain(example.text)] = example.label
    texts = list(labels)
    return Classifier.fit(texts, (encoder or shared_encoder()).encode(texts), list(labels.values()))


def fingerprint(root: Path = ROOT) -> str:
    """Return 16 hexadecimal digits that change with the examples, the intents, the code of training and the encoder."""
    digest = hashlib.sha256(f"{MODEL_SHA256} {TOKENIZER_SHA256}\n".encode())
    files = [*sorted((root / EXAMPLES).glob("*.yml")), *sorted((root / ORDINARY).glob("*.yml")), *(root / name for name in SOURCES)]
    for path in files:
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def model_path(root: Path = ROOT) -> Path:
    """Return where the model of the present sources is, or will be once trained."""
    return root / "models" / f"safety-{fingerprint(root)}.npz"


def trained_safety(say: Callable[[str], None], *, force: bool = False, root: Path = ROOT) -> Path:
    """Return the model of the present sources, training it when it is missing or `force` is set. Raises PatternError."""
    path = model_path(root)
    if path.exists() and not force:
        return path
    path.parent.mkdir(exist_ok=True)
    with (path.parent / ".safety.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if force or not path.exists():
            began = time.monotonic()
            say("train: training the safety screen's classifier (half a minute)")
            examples = [*ordinary_messages(root / ORDINARY), *read_examples(root / EXAMPLES)]
            new = path.with_suffix(".new")
            with _Remembering(path.parent / REMEMBERED) as encoder:
                fit(examples, encoder).save(new)
            new.replace(path)
            say(f"train: trained {path.name} on {len(examples)} examples in {time.monotonic() - began:.0f} s")
            _forget_old(path)
    return path


class _Remembering:
    """An encoder that keeps the vectors of one training for the next: most examples stay as they are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, np.ndarray] = {}
        self._used: dict[str, np.ndarray] = {}
        self._key = f"{MODEL_SHA256} {TOKENIZER_SHA256}"

    def __enter__(self) -> _Remembering:
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                if str(stored["encoder"]) == self._key:
                    self._known = dict(zip(stored["texts"].tolist(), stored["vectors"].astype(np.float32), strict=True))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            self._known = {}
        return self

    def __exit__(self, *_: object) -> None:
        new = self._path.with_suffix(".new")
        with new.open("wb") as stream:
            vectors = np.array(list(self._used.values()), dtype=np.float16)
            np.savez(stream, encoder=np.array(self._key), texts=np.array(list(self._used)), vectors=vectors)
        new.replace(self._path)

    def words(self) -> list[str]:
        return shared_encoder().words()

    def encode(self, sentences: Sequence[str], batch: int = 32) -> np.ndarray:
        missing = [text for text in dict.fromkeys(sentences) if text not in self._known]
        if missing:
            fresh = Encoder(threads=os.cpu_count() or 1).encode(missing, batch)
            self._known |= dict(zip(missing, fresh, strict=True))
        self._used |= {text: self._known[text] for text in sentences}
        return np.array([self._known[text] for text in sentences], dtype=np.float32)


def _forget_old(present: Path) -> None:
    models = sorted(present.parent.glob("safety-*.npz"), key=lambda model: model.stat().st_mtime, reverse=True)
    for old in models[MODELS_KEPT:]:
        if old != present:
            old.unlink(missing_ok=True)


def load_trained(root: Path = ROOT) -> Classifier:
    """Return the classifier of the present sources. Raises PatternError when it has not been trained."""
    path = model_path(root)
    if not path.exists():
        raise PatternError(f"{path} is missing: the safety screen has not been trained; run `python -m bot train`")
    return Classifier.load(path)

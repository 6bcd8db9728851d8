"""What a trained Rasa model knows of language, read out of its archive without Rasa: the speller and the classifier."""

from __future__ import annotations

import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.nlu.classifier import Classifier
from bot.nlu.spelling import Speller

# What the two components of `bot.nlu.components` store, by the name that the archive's folders carry.
_STORED = {"SentenceVectors": ("words.json",), "Understanding": ("names.json", "weights.npz")}


class ModelError(Exception):
    """A model archive cannot be used. The message names it and the remedy."""


@dataclass(frozen=True)
class Trained:
    """A speller and a classifier, trained together."""

    speller: Speller
    classifier: Classifier


def load(archive: Path) -> Trained:
    """Read the speller and the classifier of a model that `rasa train` wrote. Raises ModelError."""
    with tempfile.TemporaryDirectory(prefix="mendline-model-") as folder:
        try:
            _extract(archive, Path(folder))
            return Trained(Speller.load(Path(folder)), Classifier.load(Path(folder)))
        except (OSError, tarfile.TarError, KeyError, ValueError) as error:
            raise ModelError(f"{archive} holds no trained understanding ({error}); run `python -m bot train --force`") from error


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        for member in opened:
            path = PurePosixPath(member.name)
            for component, names in _STORED.items():
                if path.name in names and component in path.parent.name:
                    source = opened.extractfile(member)
                    if source is not None:
                        (folder / path.name).write_bytes(source.read())

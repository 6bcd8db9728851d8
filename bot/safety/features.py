"""What a clause is made of, for the safety classifier: its sentence vector beside hashed letters and words.

The vector knows what is meant in English; letters and words carry typing errors, Spanish and the odd word. Only numpy, so that the process
that screens need not load a learning library.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

BUCKETS = 8192
# Weights of the two halves beside each other; both rows have unit length before.
VECTOR_SCALE = 5.5
LETTERS_SCALE = 4.0
_LETTERS = (3, 4, 5)
_NO_WORD = re.compile(r"[^\w ]|_")


def grams(text: str) -> Iterator[int]:
    """Yield the buckets of a plain text's n-grams: of letters within words, then of one to three words."""
    words = _NO_WORD.sub(" ", text).split()
    for word in dict.fromkeys(words):
        padded = f" {word} "
        for size in _LETTERS:
            for start in range(len(padded) - size + 1):
                yield zlib.crc32(padded[start : start + size].encode()) % BUCKETS
    for size in (1, 2, 3):
        for start in range(len(words) - size + 1):
            yield BUCKETS + zlib.crc32(" ".join(words[start : start + size]).encode()) % BUCKETS


def buckets(text: str) -> np.ndarray:
    """Return the sorted, distinct buckets of a plain text."""
    return np.unique(np.fromiter(grams(text), dtype=np.int64))


def rarity(texts: Sequence[str]) -> np.ndarray:
    """Return one weight a bucket: how rare it is among `texts`."""
    counts = np.zeros(2 * BUCKETS)
    for text in texts:
        counts[buckets(text)] += 1
    return (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)


def weighted(text: str, rare: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the buckets of a text and their weights; letters and words each have unit length."""
    found = buckets(text)
    weights = rare[found].astype(np.float32)
    for half in (found < BUCKETS, found >= BUCKETS):
        length = float(np.sqrt((weights[half] ** 2).sum()))
        if length:
            weights[half] /= length
    return found, weights * LETTERS_SCALE

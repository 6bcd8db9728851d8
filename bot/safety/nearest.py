"""How much nearer a sentence lies to the examples of signs than to the harmless ones: a second opinion beside the classifier's weights.

Weights add words up, and so take "breathe in on the way up" for a sign; the neighbours know whole sentences. Each alone raises about twice
the false alarms that both together do, at the same share of signs found (by cross-validation over the examples).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# So many of the nearest examples of each sort are asked.
NEIGHBOURS = 3
# So many harmless examples are kept, those most like signs: the others are nobody's nearest where it matters, and cost time.
HARMLESS_KEPT = 5000
# A sentence is taken to be at least so like a harmless example: one like nothing at all, a name or a number, is no sign for that.
LIKE_HARMLESS = 0.5


@dataclass(frozen=True)
class Nearest:
    """The unit vectors of the examples, those of signs first; `signs` says how many they are."""

    vectors: np.ndarray
    signs: int

    @classmethod
    def of(cls, vectors: np.ndarray, dangerous: Sequence[bool]) -> Nearest:
        """Keep the vectors of shape (examples, dimensions) that are asked; `dangerous` says which are signs."""
        marked = np.asarray(dangerous, dtype=bool)
        signs, harmless = vectors[marked], vectors[~marked]
        alike = np.argsort(-_nearest(harmless @ signs.T), kind="stable")[:HARMLESS_KEPT]
        return cls(np.vstack([signs, harmless[np.sort(alike)]]).astype(np.float16), len(signs))

    def margins(self, vectors: np.ndarray) -> np.ndarray:
        """Return for each unit vector its likeness to the nearest signs less that to the nearest harmless examples, -2 to 2."""
        # One by one: a product of few rows with many columns would copy all of the columns first.
        likeness = np.array([vector @ self._columns for vector in np.asarray(vectors, dtype=np.float32)])
        return _nearest(likeness[:, : self.signs]) - np.maximum(_nearest(likeness[:, self.signs :]), LIKE_HARMLESS)

    @cached_property
    def _columns(self) -> np.ndarray:
        return np.ascontiguousarray(self.vectors.T.astype(np.float32))


def _nearest(likeness: np.ndarray) -> np.ndarray:
    count = min(NEIGHBOURS, likeness.shape[1])
    return np.asarray(np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1))

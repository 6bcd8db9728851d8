"""Brings a synthesiser's sound to the telephone: one rate, one loudness, no dead time at its ends.

Sound is a numpy array of float32 samples between -1 and 1 while it is worked on; levels are decibels relative to full scale (dBFS).
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from voice.mulaw import SAMPLES_PER_MS, from_linear, to_linear

Samples = NDArray[np.float32]
TELEPHONE_RATE = SAMPLES_PER_MS * 1000
# The level of speech without its pauses. ITU-T P.56 measures so; speech for tests is usually at -26. Ours is 6 dB above, for hearing that
# has become weaker, and leaves room for a caller who wants it louder.
SPEECH_DBFS = -20.0
# Blocks this far below the loudest are pauses (P.56 takes a margin of 15.9 dB below the level; a block is 20 ms).
_PAUSE_DB = 30.0
_BLOCK_MS = 20
# Samples above this are bent towards full scale instead of being cut.
_KNEE = 0.8
# What stays of the silence at either end, so that no soft sound is cut.
_MARGIN_MS = 20
_FULL = 32767.0


def from_pcm(pcm: bytes) -> Samples:
    """Return signed 16-bit little-endian samples as numbers. Raises ValueError when a sample is cut in half."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(_FULL + 1)


def to_mulaw(samples: Samples) -> bytes:
    """Return samples as mu-law; what is beyond full scale is bent to it."""
    return from_linear((_limited(samples) * _FULL).astype("<i2").tobytes())


def resampled(samples: Samples, rate: int) -> Samples:
    """Return samples of `rate` a second at the telephone's 8,000, with a filter for what a telephone cannot carry."""
    if rate == TELEPHONE_RATE or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, rate, TELEPHONE_RATE), dtype=np.float32)


def emphasised(samples: Samples, factor: float) -> Samples:
    """Return samples with their high sounds raised: each less `factor` times the one before. Consonants stand out."""
    if not len(samples) or not factor:
        return samples
    return np.concatenate((samples[:1], samples[1:] - np.float32(factor) * samples[:-1])).astype(np.float32)


def level(samples: Samples, rate: int = TELEPHONE_RATE) -> float:
    """Return the loudness of speech in dBFS, pauses left out; minus infinity for silence."""
    powers = _powers(samples, rate)
    if not len(powers) or powers.max() <= 0:
        return float("-inf")
    spoken = powers[powers >= powers.max() * 10 ** (-_PAUSE_DB / 10)]
    return float(10 * np.log10(spoken.mean()))


def normalised(samples: Samples, rate: int = TELEPHONE_RATE, *, to: float = SPEECH_DBFS) -> Samples:
    """Return samples at the loudness `to`, in dBFS. Silence stays silence."""
    found = level(samples, rate)
    return samples if found == float("-inf") else samples * np.float32(10 ** ((to - found) / 20))


def trimmed(samples: Samples, rate: int = TELEPHONE_RATE) -> Samples:
    """Return samples without the silence before and after speech: pauses are set, not left to a voice."""
    powers, block = _powers(samples, rate), rate * _BLOCK_MS // 1000
    if not len(powers) or powers.max() <= 0:
        return samples[:0]
    loud = np.flatnonzero(powers >= powers.max() * 10 ** (-(_PAUSE_DB + 15) / 10))
    margin = rate * _MARGIN_MS // 1000
    return samples[max(0, int(loud[0]) * block - margin) : (int(loud[-1]) + 1) * block + margin]


def for_telephone(samples: Samples, rate: int, *, emphasis: float = 0.0) -> bytes:
    """Return a synthesiser's samples as mu-law at the line's own loudness, without silence at the ends."""
    sound = resampled(samples, rate)
    return to_mulaw(normalised(emphasised(trimmed(sound), emphasis)))


def louder(sound: bytes, decibels: float) -> bytes:
    """Return mu-law sound made louder, or softer, for one caller."""
    if not decibels or not sound:
        return sound
    return to_mulaw(from_pcm(to_linear(sound)) * np.float32(10 ** (decibels / 20)))


def _powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the mean power of each block of 20 ms; what is left over at the end is a block too."""
    block = rate * _BLOCK_MS // 1000
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % block))
    return np.asarray(np.square(padded.reshape(-1, block)).mean(axis=1)) if len(samples) else np.zeros(0)


def _limited(samples: Samples) -> Samples:
    size = np.abs(samples)
    room = np.float32(1 - _KNEE)
    bent = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.asarray(np.where(size > _KNEE, np.sign(samples) * bent, samples), dtype=np.float32)

"""The telephone's sound: mu-law at 8,000 samples a second, one byte each (ITU-T G.711), and the plain numbers it stands for.

Linear sound is signed 16-bit little-endian, as the speech recogniser and the synthesisers take and give it.
"""

from __future__ import annotations

import audioop

SAMPLES_PER_MS = 8
# Mu-law has two zeros; this one is what telephone exchanges send for nothing.
ZERO = 0xFF
_WIDTH = 2


def to_linear(sound: bytes) -> bytes:
    """Return mu-law sound as 16-bit samples, two bytes for each byte."""
    return audioop.ulaw2lin(sound, _WIDTH)


def from_linear(samples: bytes) -> bytes:
    """Return 16-bit samples as mu-law, one byte for each two. Raises ValueError when a sample is cut in half."""
    if len(samples) % _WIDTH:
        raise ValueError(f"{len(samples)} bytes hold half a 16-bit sample; give an even number of bytes")
    return audioop.lin2ulaw(samples, _WIDTH)


def milliseconds(sound: bytes) -> int:
    """Return how long mu-law sound lasts, in whole milliseconds, rounded down."""
    return len(sound) // SAMPLES_PER_MS


def silence(length_ms: int) -> bytes:
    """Return mu-law silence of that many milliseconds. Raises ValueError for a negative length."""
    if length_ms < 0:
        raise ValueError(f"{length_ms} ms is no length of silence; give 0 or more")
    return bytes([ZERO]) * (length_ms * SAMPLES_PER_MS)

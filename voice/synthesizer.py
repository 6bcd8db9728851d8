"""The seam to whatever makes speech, and what every voice has in common.

SpeechError
└── NoVoice   the voice cannot be used at all: what it needs is not installed
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Protocol

from voice.mulaw import SAMPLES_PER_MS, ZERO

FRAME_MS = 20
FRAME_BYTES = FRAME_MS * SAMPLES_PER_MS
# Older callers understand about 140 to 150 words a minute best; `speed` is a part of that.
WORDS_PER_MINUTE = 145
SLOWEST, FASTEST = 0.6, 1.5
SOFTEST_DB, LOUDEST_DB = -12.0, 12.0


class SpeechError(Exception):
    """No speech came of a text. The message says what failed and what helps; it never holds the text."""


class NoVoice(SpeechError):
    """The voice cannot be used on this machine."""


@dataclass(frozen=True)
class Manner:
    """How one caller is spoken to, remembered for the call and beyond.

    `speed` is 1.0 for 145 words a minute, `loudness_db` is what is added to the line's own loudness, `spanish` asks for a Spanish voice.
    Raises ValueError for what nobody could follow.
    """

    speed: float = 1.0
    loudness_db: float = 0.0
    spanish: bool = False

    def __post_init__(self) -> None:
        if not SLOWEST <= self.speed <= FASTEST:
            raise ValueError(f"a speed of {self.speed} cannot be followed; give {SLOWEST} to {FASTEST}")
        if not SOFTEST_DB <= self.loudness_db <= LOUDEST_DB:
            raise ValueError(f"{self.loudness_db} dB cannot be heard well; give {SOFTEST_DB} to {LOUDEST_DB}")

    @property
    def words_per_minute(self) -> int:
        """The speed in words."""
        return round(WORDS_PER_MINUTE * self.speed)


class Synthesizer(Protocol):
    """Makes speech. `voice` names it and everything that changes its sound: what was made by another voice is not taken for it."""

    @property
    def voice(self) -> str:
        """A name for keys and logs."""
        ...

    def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        """Yield `text` (as it is said: see `voice.spoken`) as mu-law frames of 20 ms, the first as soon as it can be heard.

        Nothing is yielded for a text without letters and figures. Whoever wants no more closes the generator (`contextlib.aclosing`).
        Raises SpeechError, at once or after some frames; what came can be played.
        """
        ...


def frames(sound: bytes) -> Iterator[bytes]:
    """Yield mu-law sound in frames of 20 ms; the last is filled up with silence."""
    for start in range(0, len(sound), FRAME_BYTES):
        frame = sound[start : start + FRAME_BYTES]
        yield frame + bytes([ZERO]) * (FRAME_BYTES - len(frame))

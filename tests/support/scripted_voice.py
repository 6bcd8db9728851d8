"""A synthesizer that makes a tone instead of speech, as long as the text, and fails where the script says so."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from voice.loudness import louder
from voice.synthesizer import FRAME_BYTES, Manner, SpeechError

# Mu-law words of the same size and opposite sign, 24 dB below the loudest: a tone of 4 kHz with room above it.
_TONE = bytes([0xBF, 0x3F])


class ScriptedVoice:
    """Says one frame of 20 ms a letter, at the usual speed; `asked` holds what it was asked to say.

    `fails` maps a text to the number of frames after which the voice breaks.
    """

    def __init__(self, *, voice: str = "scripted", fails: dict[str, int] | None = None) -> None:
        self.asked: list[tuple[str, Manner]] = []
        self.closed = 0
        self._voice = voice
        self._fails = fails or {}

    @property
    def voice(self) -> str:
        """Its name."""
        return self._voice

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        """Yield the tone frame by frame; see `voice.synthesizer.Synthesizer`."""
        self.asked.append((text, manner))
        if not any(letter.isalnum() for letter in text):
            return
        try:
            for number in range(round(len(text) / manner.speed)):
                if number == self._fails.get(text):
                    raise SpeechError("the voice broke, as the script says")
                yield louder(_TONE * (FRAME_BYTES // 2), manner.loudness_db)
        finally:
            self.closed += 1

"""Speaks with the better voice while it can, and with the one that always works when it cannot.

A call must not fall silent because a voice broke. The change is for good during one sentence only: what was begun in one voice and broke
is repeated whole by the other, because half a sentence in each is worse than hearing its beginning twice.

Prompts are kept before each voice (`FallbackVoice(CachedSynthesizer(better, …), CachedSynthesizer(sure, …), …)`), never before both: the
sound of one would be kept under the other's name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voice.synthesizer import Manner, NoVoice, SpeechError, Synthesizer

log = logging.getLogger(__name__)
# A better voice gives its first sound within half a second (measured); waiting longer than this is heard as a dead line.
FIRST_SOUND_SECONDS = 1.5
# After so many failures in a row the better voice is left alone for the rest time, so that no sentence waits for it in vain.
FAILURES = 3
REST_SECONDS = 60.0


class FallbackVoice:
    """A `Synthesizer` of two. `seconds` is a monotonic clock; `first_sound_seconds` how long the better voice may take to begin."""

    def __init__(
        self, better: Synthesizer, sure: Synthesizer, seconds: Callable[[], float], *, first_sound_seconds: float = FIRST_SOUND_SECONDS
    ) -> None:
        self._better = better
        self._sure = sure
        self._seconds = seconds
        self._first_sound_seconds = first_sound_seconds
        self._failures = 0
        self._rests_until: float | None = None

    @property
    def voice(self) -> str:
        """The name of the voice that the next sentence is begun with."""
        return self._sure.voice if self._is_resting() else self._better.voice

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        """Yield the text as mu-law frames of 20 ms; see `Synthesizer`. Raises SpeechError when both voices fail."""
        if not self._is_resting():
            try:
                async with aclosing(self._better.speak(text, manner)) as stream:
                    frame = await asyncio.wait_for(anext(stream, None), self._first_sound_seconds)
                    while frame is not None:
                        yield frame
                        frame = await anext(stream, None)
            except (SpeechError, TimeoutError) as error:
                self._fail(error)
            else:
                self._failures = 0
                return
        async with aclosing(self._sure.speak(text, manner)) as stream:
            async for frame in stream:
                yield frame

    def _is_resting(self) -> bool:
        return self._rests_until is not None and self._seconds() < self._rests_until

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        log.warning("%s failed (%s); %s speaks instead", self._better.voice, error or "no sound in time", self._sure.voice)
        if self._failures >= FAILURES or isinstance(error, NoVoice):
            self._rests_until = self._seconds() + REST_SECONDS

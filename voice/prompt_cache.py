"""Keeps the sound of fixed prompts on disk, so that they start at once.

Only prompts that are the same for everybody are kept: what holds a name or a visit is made for one call and forgotten with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from voice.loudness import louder
from voice.synthesizer import FRAME_BYTES, Manner, SpeechError, Synthesizer, frames

log = logging.getLogger(__name__)
# Changes when the way from a voice to the telephone changes (level, filter, trim), so that old sound is made again.
_MAKING = 1


def key(voice: str, text: str, manner: Manner) -> str:
    """Return the name of a prompt's file: the SHA-256 of everything that changes its sound. Loudness does not; it is set while playing."""
    parts = json.dumps([_MAKING, voice, text, round(manner.speed, 2), manner.spanish], ensure_ascii=False)
    return hashlib.sha256(parts.encode("utf-8")).hexdigest()


class CachedSynthesizer:
    """A synthesizer before which the prompts in `fixed` are kept in `folder`; every other text goes straight to `inner`."""

    def __init__(self, inner: Synthesizer, folder: Path, fixed: Collection[str]) -> None:
        self._inner = inner
        self._folder = folder
        self._fixed = frozenset(fixed)

    @property
    def voice(self) -> str:
        """The inner voice's name: the sound is the same."""
        return self._inner.voice

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        """Yield the prompt as mu-law frames of 20 ms; see `Synthesizer`."""
        plain = replace(manner, loudness_db=0.0)
        kept = await asyncio.to_thread(self._read, text, manner) if text in self._fixed else None
        if kept is not None:
            for frame in frames(kept):
                yield louder(frame, manner.loudness_db)
            return
        made = bytearray()
        async with aclosing(self._inner.speak(text, plain)) as stream:
            async for frame in stream:
                made += frame
                yield louder(frame, manner.loudness_db)
        # Reached only when the whole prompt was made: half a sentence is never kept.
        if text in self._fixed and made:
            await asyncio.to_thread(self._write, text, manner, bytes(made))

    async def prepare(self, texts: Iterable[str], manner: Manner) -> int:
        """Make the prompts that are not kept yet and return how many were made. One that fails is left for its first use."""
        made = 0
        for text in texts:
            if text not in self._fixed or await asyncio.to_thread(self._read, text, manner) is not None:
                continue
            try:
                async for _ in self.speak(text, manner):
                    pass
            except SpeechError as error:
                log.warning("a fixed prompt could not be made: %s", error)
            else:
                made += 1
        return made

    def _file(self, text: str, manner: Manner) -> Path:
        name = key(self._inner.voice, text, manner)
        return self._folder / name[:2] / f"{name}.ulaw"

    def _read(self, text: str, manner: Manner) -> bytes | None:
        """Return the kept sound, or None when there is none that is whole."""
        try:
            sound = self._file(text, manner).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("the kept prompts cannot be read (%s); check the rights of %s", error.strerror, self._folder)
            return None
        return sound if sound and len(sound) % FRAME_BYTES == 0 else None

    def _write(self, text: str, manner: Manner, sound: bytes) -> None:
        """Put the sound in its place at once, so that nobody reads half of it. A full disk costs time at the next call, nothing else."""
        file = self._file(text, manner)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as part:
                    part.write(sound)
                os.replace(name, file)
            except OSError:
                os.unlink(name)
                raise
        except OSError as error:
            log.warning("a prompt cannot be kept (%s); check space and rights of %s", error.strerror, self._folder)

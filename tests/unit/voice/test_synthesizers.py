"""Every voice keeps the same contract, the scripted one of the tests as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.scripted_voice import ScriptedVoice
from voice.espeak_pool import EspeakPool
from voice.fallback_voice import FallbackVoice
from voice.loudness import from_pcm, level
from voice.mulaw import to_linear
from voice.prompt_cache import CachedSynthesizer
from voice.synthesizer import FRAME_BYTES, Manner, Synthesizer

TEXT = "Thursday, June fifth, at half past two in the afternoon."
USUAL = Manner()


@pytest.fixture(params=["espeak", "scripted", "cached espeak", "kept prompt", "fallback"])
async def voice(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Synthesizer]:
    """Yield one of the voices."""
    if request.param == "scripted":
        yield ScriptedVoice()
        return
    async with EspeakPool(workers=1) as pool:
        if request.param == "espeak":
            yield pool
        elif request.param == "cached espeak":
            yield CachedSynthesizer(pool, tmp_path, ())
        elif request.param == "kept prompt":
            cached = CachedSynthesizer(pool, tmp_path, {TEXT})
            await cached.prepare([TEXT], USUAL)
            yield cached
        else:
            yield FallbackVoice(pool, ScriptedVoice(), lambda: 0.0)


async def sound(voice: Synthesizer, text: str, manner: Manner = USUAL) -> bytes:
    return b"".join([frame async for frame in voice.speak(text, manner)])


async def test_frames_last_20_ms(voice: Synthesizer) -> None:
    assert {len(frame) async for frame in voice.speak(TEXT, USUAL)} == {FRAME_BYTES}


async def test_slower_takes_longer(voice: Synthesizer) -> None:
    usual, slower = await sound(voice, TEXT), await sound(voice, TEXT, Manner(speed=0.7))
    assert 1.2 < len(slower) / len(usual) < 1.8


@pytest.mark.parametrize("decibels", [-6.0, 6.0])
async def test_loudness_is_the_callers(voice: Synthesizer, decibels: float) -> None:
    usual, changed = await sound(voice, TEXT), await sound(voice, TEXT, Manner(loudness_db=decibels))
    assert level(from_pcm(to_linear(changed))) - level(from_pcm(to_linear(usual))) == pytest.approx(decibels, abs=0.7)
    assert len(changed) == pytest.approx(len(usual), abs=FRAME_BYTES)


async def test_an_interrupted_voice_speaks_on(voice: Synthesizer) -> None:
    stream = voice.speak(TEXT, USUAL)
    await anext(stream)
    await stream.aclose()
    assert len(await sound(voice, TEXT)) > FRAME_BYTES * 20


@pytest.mark.parametrize("text", ["", " ", "…", "?!"])
async def test_nothing_is_said_for_nothing(voice: Synthesizer, text: str) -> None:
    assert await sound(voice, text) == b""


async def test_it_has_a_name(voice: Synthesizer) -> None:
    assert voice.voice

"""A call does not fall silent because a voice broke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.scripted_voice import ScriptedVoice
from voice.fallback_voice import FAILURES, REST_SECONDS, FallbackVoice
from voice.prompt_cache import CachedSynthesizer
from voice.synthesizer import FRAME_BYTES, Manner, NoVoice, SpeechError, Synthesizer

USUAL = Manner()


class Seconds:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Absent:
    """A voice that is not installed."""

    voice = "absent"
    asked = 0

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        self.asked += 1
        raise NoVoice("not installed")
        yield b""


class Stuck:
    """A voice that never begins."""

    voice = "stuck"
    closed = False

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        try:
            await asyncio.Event().wait()
            yield b""
        finally:
            self.closed = True


async def frames(voice: Synthesizer, text: str) -> int:
    return len([frame async for frame in voice.speak(text, USUAL) if len(frame) == FRAME_BYTES])


async def test_the_better_voice_speaks() -> None:
    better, sure = ScriptedVoice(voice="better"), ScriptedVoice(voice="sure")
    voice = FallbackVoice(better, sure, Seconds())
    assert await frames(voice, "Hello.") == 6
    assert (len(better.asked), len(sure.asked), voice.voice) == (1, 0, "better")


@pytest.mark.parametrize(("after", "heard"), [(0, 6), (4, 10)])
async def test_a_broken_sentence_is_said_whole_by_the_other(after: int, heard: int) -> None:
    better, sure = ScriptedVoice(fails={"Hello.": after}), ScriptedVoice()
    voice = FallbackVoice(better, sure, Seconds())
    assert await frames(voice, "Hello.") == heard
    assert [text for text, _ in sure.asked] == ["Hello."]
    assert await frames(voice, "Goodbye.") == 8
    assert len(sure.asked) == 1, "the next sentence is the better voice's again"


async def test_a_voice_that_does_not_begin_is_not_waited_for() -> None:
    stuck, sure = Stuck(), ScriptedVoice()
    assert await frames(FallbackVoice(stuck, sure, Seconds(), first_sound_seconds=0.01), "Hello.") == 6
    assert stuck.closed


async def test_a_voice_that_keeps_failing_rests_and_is_tried_again() -> None:
    better, sure, seconds = ScriptedVoice(voice="better", fails={"Hello.": 0}), ScriptedVoice(voice="sure"), Seconds()
    voice = FallbackVoice(better, sure, seconds)
    for _ in range(FAILURES + 2):
        assert await frames(voice, "Hello.") == 6
    assert (len(better.asked), voice.voice) == (FAILURES, "sure")
    seconds.now += REST_SECONDS
    assert await frames(voice, "Goodbye.") == 8
    assert (len(better.asked), voice.voice) == (FAILURES + 1, "better")


async def test_a_voice_that_is_not_installed_is_asked_once() -> None:
    absent, sure = Absent(), ScriptedVoice()
    voice = FallbackVoice(absent, sure, Seconds())
    for _ in range(3):
        assert await frames(voice, "Hello.") == 6
    assert absent.asked == 1


async def test_each_voice_keeps_its_own_prompts(tmp_path: Path) -> None:
    better, sure = ScriptedVoice(voice="better", fails={"Hello.": 3}), ScriptedVoice(voice="sure")
    voice = FallbackVoice(CachedSynthesizer(better, tmp_path, {"Hello."}), CachedSynthesizer(sure, tmp_path, {"Hello."}), Seconds())
    assert await frames(voice, "Hello.") == 3 + 6
    assert await frames(voice, "Hello.") == 3 + 6
    assert (len(better.asked), len(sure.asked)) == (2, 1), "what broke is not kept, what was said instead is"


async def test_when_both_fail_it_is_told() -> None:
    voice = FallbackVoice(ScriptedVoice(fails={"Hello.": 2}), ScriptedVoice(fails={"Hello.": 1}), Seconds())
    with pytest.raises(SpeechError):
        await frames(voice, "Hello.")


async def test_an_interruption_closes_the_voice_that_speaks(tmp_path: Path) -> None:
    better, sure = ScriptedVoice(fails={"Goodbye.": 0}), ScriptedVoice()
    voice = FallbackVoice(CachedSynthesizer(better, tmp_path, {"Hello."}), sure, Seconds())
    for text, stopped in (("Hello.", better), ("Goodbye.", sure)):
        stream = voice.speak(text, USUAL)
        await anext(stream)
        stopped.closed = 0
        await stream.aclose()
        assert stopped.closed == 1

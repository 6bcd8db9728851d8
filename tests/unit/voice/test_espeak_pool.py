"""The voice that always works speaks for real here, and goes on when its processes die, hang or lie."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from voice.espeak_pool import EspeakPool
from voice.loudness import SPEECH_DBFS, TELEPHONE_RATE, from_pcm, level
from voice.mulaw import milliseconds, to_linear
from voice.synthesizer import FRAME_BYTES, Manner, NoVoice, SpeechError, Synthesizer

SENTENCE = "Thursday, June fifth, at half past two in the afternoon, with Sam, instead of Tuesday."
WORDS = len(SENTENCE.split())
USUAL = Manner()


async def sound(voice: Synthesizer, text: str, manner: Manner = USUAL) -> bytes:
    return b"".join([frame async for frame in voice.speak(text, manner)])


@pytest.fixture
async def pool() -> AsyncIterator[EspeakPool]:
    async with EspeakPool(workers=1) as started:
        yield started


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_it_speaks(pool: EspeakPool, tmp_path: Path) -> None:
    made = await sound(pool, SENTENCE)
    # 145 words a minute, with the pauses at the commas: between 100 and 190.
    assert WORDS / 190 * 60_000 < milliseconds(made) < WORDS / 100 * 60_000
    assert len(made) % FRAME_BYTES == 0
    assert level(from_pcm(to_linear(made))) == pytest.approx(SPEECH_DBFS, abs=1.0)
    with wave.open(str(tmp_path / "sentence.wav"), "wb") as file:
        file.setparams((1, 2, TELEPHONE_RATE, 0, "NONE", ""))
        file.writeframes(to_linear(made))
    assert (tmp_path / "sentence.wav").stat().st_size > 2 * TELEPHONE_RATE * 4


async def test_each_frame_lasts_20_ms(pool: EspeakPool) -> None:
    assert {len(frame) async for frame in pool.speak("Yes.", USUAL)} == {FRAME_BYTES}


async def test_slower_takes_longer_and_spanish_sounds_otherwise(pool: EspeakPool) -> None:
    usual = await sound(pool, SENTENCE)
    slower = await sound(pool, SENTENCE, Manner(speed=0.7))
    assert 1.2 < len(slower) / len(usual) < 1.8
    spanish = await sound(pool, "Llame al nueve uno uno.", Manner(spanish=True))
    assert spanish != await sound(pool, "Llame al nueve uno uno.")
    assert milliseconds(spanish) > 800


async def test_the_same_text_sounds_the_same_and_another_never_comes_late(pool: EspeakPool) -> None:
    """A file that comes after its answer would put one prompt's sound into the next."""
    texts = [SENTENCE, "Yes.", "Which day of March?", "Press zero for a person."]
    first = [milliseconds(await sound(pool, text)) for text in texts]
    again = [milliseconds(await sound(pool, text)) for text in texts]
    assert again == pytest.approx(first, abs=20)
    assert pool.replaced == 0


async def test_more_callers_than_workers_wait_their_turn(pool: EspeakPool) -> None:
    alone = await sound(pool, "Take your time.")
    together = await asyncio.gather(*(sound(pool, "Take your time.") for _ in range(4)))
    assert [milliseconds(made) for made in together] == pytest.approx([milliseconds(alone)] * 4, abs=20)
    assert len(pool.pids) == 1


async def test_a_worker_that_was_killed_is_replaced(pool: EspeakPool) -> None:
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    assert milliseconds(await sound(pool, SENTENCE)) > 3000
    assert pool.replaced == 1
    assert pool.pids not in ((), (pid,))


async def test_a_worker_killed_midway_is_replaced_and_the_text_said(pool: EspeakPool) -> None:
    (pid,) = pool.pids
    os.kill(pid, signal.SIGSTOP)
    saying = asyncio.ensure_future(sound(pool, SENTENCE))
    done, _ = await asyncio.wait({saying}, timeout=0.05)
    assert not done, "a stopped process answers nothing"
    os.kill(pid, signal.SIGKILL)
    assert milliseconds(await saying) > 3000
    assert (pool.replaced, gone(pid)) == (1, True)


async def test_a_worker_that_hangs_is_killed_and_replaced() -> None:
    async with EspeakPool(workers=1, answer_seconds=0.2) as pool:
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        assert milliseconds(await sound(pool, "Which day of March?")) > 500
        assert (pool.replaced, gone(pid)) == (1, True)


async def test_whoever_hangs_up_leaves_no_busy_worker_behind(pool: EspeakPool) -> None:
    (pid,) = pool.pids
    os.kill(pid, signal.SIGSTOP)
    saying = asyncio.ensure_future(sound(pool, SENTENCE))
    await asyncio.wait({saying}, timeout=0.05)
    saying.cancel()
    await asyncio.wait({saying})
    assert milliseconds(await sound(pool, "Yes.")) > 100
    assert pid not in pool.pids


SCRIPT = """
import json, sys, wave
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    %s
    print(json.dumps({"file": request["file"]}), flush=True)
"""


@pytest.mark.parametrize(
    "does",
    [
        "pass",
        "open(request['file'], 'wb').write(b'RIFF')",
        "open(request['file'], 'wb').close()",
        "w = wave.open(request['file'], 'wb'); w.setparams((1, 2, 22050, 0, 'NONE', '')); w.writeframes(bytes(2205)); w.close()",
        "w = wave.open(request['file'], 'wb'); w.setparams((1, 2, 22050, 0, 'NONE', '')); w.writeframes(bytes(22050 * 2 * 60)); w.close()",
        "request['file'] = 'another'",
        "sys.exit(3)",
    ],
    ids=["no file", "no sound file", "an empty file", "too short", "too long", "another answer", "it ends"],
)
async def test_what_cannot_be_the_text_is_not_played(does: str) -> None:
    async with EspeakPool(workers=1, command=(sys.executable, "-c", SCRIPT % does)) as pool:
        with pytest.raises(SpeechError, match="2 voice workers"):
            await sound(pool, "Which day of March?")
        assert pool.replaced == 2


async def test_without_espeak_the_reason_is_told() -> None:
    fault = "import json; print(json.dumps({'fault': 'OSError: no library'}))"
    pool = EspeakPool(workers=1, command=(sys.executable, "-c", fault))
    with pytest.raises(NoVoice, match=r"no library.*make setup"):
        await pool.start()
    dead = EspeakPool(workers=1, command=(sys.executable, "-c", ""))
    with pytest.raises(NoVoice, match="make setup"):
        await dead.start()
    assert dead.pids == pool.pids == ()


async def test_nothing_is_left_after_the_end() -> None:
    pool = EspeakPool(workers=2)
    await pool.start()
    pids = pool.pids
    assert len(pids) == 2
    await sound(pool, "Goodbye.")
    await pool.close()
    assert all(gone(pid) for pid in pids)
    with pytest.raises(SpeechError, match="closed"):
        await sound(pool, "Goodbye.")


@pytest.mark.parametrize("text", ["", "  ", "...", "?!"])
async def test_nothing_is_said_for_nothing(pool: EspeakPool, text: str) -> None:
    assert await sound(pool, text) == b""


def test_a_pool_needs_a_worker() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        EspeakPool(workers=0)


async def test_a_fresh_worker_takes_the_speed_at_once(pool: EspeakPool) -> None:
    """pyttsx3 puts off what a fresh engine is told, and espeak-ng takes settings while it already speaks."""
    manners = [Manner(speed=0.7), USUAL, Manner(speed=1.3)]
    first = [milliseconds(await sound(pool, SENTENCE, manner)) for manner in manners]
    again = [milliseconds(await sound(pool, SENTENCE, manner)) for manner in reversed(manners)]
    assert again[::-1] == pytest.approx(first, abs=20)
    assert first == sorted(first, reverse=True)

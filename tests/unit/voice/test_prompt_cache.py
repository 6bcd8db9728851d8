"""Fixed prompts are made once; what is said to one patient is kept nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scripted_voice import ScriptedVoice
from voice.fixed_prompts import fixed_prompts
from voice.loudness import from_pcm, level
from voice.mulaw import to_linear
from voice.prompt_cache import CachedSynthesizer, key
from voice.synthesizer import FRAME_BYTES, Manner, SpeechError, Synthesizer, frames

HELLO = "Hello. How can I help?"
USUAL = Manner()


async def sound(voice: Synthesizer, text: str, manner: Manner = USUAL) -> bytes:
    return b"".join([frame async for frame in voice.speak(text, manner)])


def kept(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


@pytest.fixture
def inner() -> ScriptedVoice:
    return ScriptedVoice(fails={"It breaks.": 3})


@pytest.fixture
def voice(inner: ScriptedVoice, tmp_path: Path) -> CachedSynthesizer:
    return CachedSynthesizer(inner, tmp_path, {HELLO, "It breaks."})


async def test_a_fixed_prompt_is_made_once(voice: CachedSynthesizer, inner: ScriptedVoice) -> None:
    first = await sound(voice, HELLO)
    assert await sound(voice, HELLO) == first
    assert len(inner.asked) == 1
    assert len(first) == len(HELLO) * FRAME_BYTES


async def test_it_outlives_the_process(voice: CachedSynthesizer, inner: ScriptedVoice, tmp_path: Path) -> None:
    first = await sound(voice, HELLO)
    again = ScriptedVoice()
    assert await sound(CachedSynthesizer(again, tmp_path, {HELLO}), HELLO) == first
    assert again.asked == []


async def test_what_is_said_to_one_patient_is_not_kept(voice: CachedSynthesizer, inner: ScriptedVoice, tmp_path: Path) -> None:
    for _ in range(2):
        await sound(voice, "Thursday, June fifth, Mrs. Keller.")
    assert len(inner.asked) == 2
    assert kept(tmp_path) == []


async def test_half_a_prompt_is_not_kept(voice: CachedSynthesizer, inner: ScriptedVoice, tmp_path: Path) -> None:
    with pytest.raises(SpeechError):
        await sound(voice, "It breaks.")
    stream = voice.speak(HELLO, USUAL)
    await anext(stream)
    await stream.aclose()
    assert kept(tmp_path) == []


@pytest.mark.parametrize("broken", [b"", b"\x00" * (FRAME_BYTES + 1)])
async def test_a_broken_file_is_made_again(voice: CachedSynthesizer, inner: ScriptedVoice, tmp_path: Path, broken: bytes) -> None:
    whole = await sound(voice, HELLO)
    kept(tmp_path)[0].write_bytes(broken)
    assert await sound(voice, HELLO) == whole
    assert len(inner.asked) == 2
    assert kept(tmp_path)[0].read_bytes() == whole


async def test_where_nothing_can_be_kept_it_is_said_all_the_same(inner: ScriptedVoice, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    voice = CachedSynthesizer(inner, tmp_path / "file", {HELLO})
    assert len(await sound(voice, HELLO)) == len(HELLO) * FRAME_BYTES


async def test_loudness_is_set_while_playing(voice: CachedSynthesizer, inner: ScriptedVoice) -> None:
    soft = Manner(loudness_db=-6.0)
    first = await sound(voice, HELLO, soft)
    assert await sound(voice, HELLO, soft) == first
    usual = await sound(voice, HELLO)
    assert level(from_pcm(to_linear(usual))) - level(from_pcm(to_linear(first))) == pytest.approx(6, abs=0.5)
    assert [manner for _, manner in inner.asked] == [USUAL]


async def test_prompts_are_made_ahead(voice: CachedSynthesizer, inner: ScriptedVoice) -> None:
    assert await voice.prepare([HELLO, "It breaks.", "Not fixed."], USUAL) == 1
    assert await voice.prepare([HELLO], USUAL) == 0
    inner.asked.clear()
    await sound(voice, HELLO)
    assert inner.asked == []


def test_the_key_holds_all_that_changes_the_sound() -> None:
    keys = {
        key("a", HELLO, USUAL),
        key("b", HELLO, USUAL),
        key("a", HELLO.lower(), USUAL),
        key("a", HELLO, Manner(speed=0.8)),
        key("a", HELLO, Manner(spanish=True)),
    }
    assert len(keys) == 5
    assert all(len(name) == 64 for name in keys)
    assert key("a", HELLO, Manner(loudness_db=6)) == key("a", HELLO, USUAL)


def test_frames_are_20_ms_and_the_last_is_filled() -> None:
    cut = list(frames(b"\x01" * (FRAME_BYTES + 1)))
    assert [len(frame) for frame in cut] == [160, 160]
    assert cut[1] == b"\x01" + b"\xff" * 159
    assert list(frames(b"")) == []


@pytest.mark.parametrize(("speed", "loudness"), [(0.1, 0.0), (3.0, 0.0), (1.0, 40.0), (1.0, -40.0)])
def test_what_nobody_could_follow_is_refused(speed: float, loudness: float) -> None:
    with pytest.raises(ValueError, match="give"):
        Manner(speed, loudness)


def test_slower_is_fewer_words_a_minute() -> None:
    assert (Manner().words_per_minute, Manner(speed=0.8).words_per_minute) == (145, 116)


def test_fixed_prompts_are_what_holds_no_value() -> None:
    found = fixed_prompts()
    assert "What is the patient's full date of birth?" not in found
    assert "First, to be sure whom I'm helping, what is the patient's full date of birth?" in found
    assert "I'll help with that." in found, "the variant for the telephone"
    assert "Happy to look." not in found, "the variant for texts"
    assert "It's booked." in found, "the part of a reply that is the same for everybody"
    assert not any("Anyvalue" in text or "{" in text or "Llame" in text for text in found)
    assert len(found) > 80

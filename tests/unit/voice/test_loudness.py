"""Whatever a voice gives, the telephone gets one rate and one loudness, and no dead time."""

from __future__ import annotations

import numpy as np
import pytest

from voice.loudness import (
    SPEECH_DBFS,
    TELEPHONE_RATE,
    Samples,
    emphasised,
    for_telephone,
    from_pcm,
    level,
    louder,
    normalised,
    resampled,
    to_mulaw,
    trimmed,
)
from voice.mulaw import milliseconds, to_linear


def tone(hertz: float, seconds: float, rate: int = TELEPHONE_RATE, size: float = 0.1) -> Samples:
    return (size * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def quiet(seconds: float, rate: int = TELEPHONE_RATE) -> Samples:
    return np.zeros(int(seconds * rate), dtype=np.float32)


@pytest.mark.parametrize("size", [0.001, 0.1, 0.9])
@pytest.mark.parametrize("rate", [8000, 16000, 22050])
def test_every_voice_is_equally_loud(size: float, rate: int) -> None:
    sound = for_telephone(tone(440, 1, rate, size), rate)
    assert level(from_pcm(to_linear(sound))) == pytest.approx(SPEECH_DBFS, abs=0.5)


def test_pauses_do_not_make_speech_louder() -> None:
    speech = tone(440, 1)
    assert level(np.concatenate((speech, quiet(3), speech))) == pytest.approx(level(speech), abs=0.2)


def test_silence_stays_silence() -> None:
    assert level(quiet(1)) == float("-inf")
    assert not normalised(quiet(1)).any()
    assert for_telephone(quiet(1, 22050), 22050) == b""
    assert for_telephone(quiet(0), 8000) == b""


def test_silence_at_the_ends_is_taken_off_and_pauses_within_stay() -> None:
    speech = tone(440, 0.5)
    sound = np.concatenate((quiet(0.8), speech, quiet(0.4), speech, quiet(1.2)))
    assert len(trimmed(sound)) / TELEPHONE_RATE == pytest.approx(1.4, abs=0.1)


def test_what_a_telephone_cannot_carry_is_filtered_and_not_folded_back() -> None:
    """A tone of 6 kHz would be heard at 2 kHz if samples were merely left out."""
    above, within = resampled(tone(6000, 1, 22050), 22050), resampled(tone(1000, 1, 22050), 22050)
    assert level(above[400:-400]) < level(within) - 60, "without its beginning and end, where a tone is no pure tone"
    assert level(within) == pytest.approx(level(tone(1000, 1)), abs=0.5)
    assert len(within) == pytest.approx(TELEPHONE_RATE, abs=2)


def test_emphasis_raises_consonants_against_vowels() -> None:
    low, high = emphasised(tone(200, 1), 0.7), emphasised(tone(3000, 1), 0.7)
    assert level(high) - level(low) > 10
    assert len(low) == len(tone(200, 1))


def test_too_loud_is_bent_and_not_cut() -> None:
    loud = from_pcm(to_linear(to_mulaw(tone(440, 0.2, size=4.0))))
    assert 0.9 < np.abs(loud).max() <= 1.0
    soft = tone(440, 0.2, size=0.3)
    assert np.abs(from_pcm(to_linear(to_mulaw(soft))) - soft).max() < 0.02


@pytest.mark.parametrize("decibels", [-6.0, 0.0, 6.0])
def test_a_caller_may_want_it_louder(decibels: float) -> None:
    sound = for_telephone(tone(440, 1), TELEPHONE_RATE)
    changed = louder(sound, decibels)
    assert milliseconds(changed) == milliseconds(sound)
    assert level(from_pcm(to_linear(changed))) == pytest.approx(SPEECH_DBFS + decibels, abs=0.5)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        from_pcm(b"\x00")

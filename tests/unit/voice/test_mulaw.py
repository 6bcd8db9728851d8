"""Mu-law and linear sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice import mulaw

NEGATIVE_ZERO = 0x7F


@given(st.binary(max_size=400))
def test_sound_survives_the_way_there_and_back(sound: bytes) -> None:
    """Mu-law has two zeros and G.711 makes one of them; every other value comes back as it was."""
    expected = sound.replace(bytes([NEGATIVE_ZERO]), bytes([mulaw.ZERO]))
    assert mulaw.from_linear(mulaw.to_linear(sound)) == expected


def test_silence_is_silent_and_as_long_as_asked() -> None:
    assert mulaw.milliseconds(mulaw.silence(250)) == 250
    assert mulaw.to_linear(mulaw.silence(20)) == bytes(320)


def test_half_a_sample_and_negative_silence_are_refused() -> None:
    with pytest.raises(ValueError, match="half a 16-bit sample"):
        mulaw.from_linear(b"\x00\x01\x02")
    with pytest.raises(ValueError, match="no length"):
        mulaw.silence(-1)

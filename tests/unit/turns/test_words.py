"""What counts as a single word, on which carriers act by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import BACK_IN, BACK_IN_WHEN_OUT, HELP, OUT, Keyword, keyword, single_word


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("STOP", "STOP"),
        (" stop.\n", "STOP"),
        ("Opt-out!", "OPTOUT"),
        ("stop 🛑", "STOP"),
        ("stop it", None),
        ("", None),
        ("👍", None),
        ("_", None),
    ],
)
def test_single_word(body: str, word: str | None) -> None:
    assert single_word(body) == word


@pytest.mark.parametrize("word", sorted(OUT))
def test_every_word_of_twilio_opts_out(word: str) -> None:
    assert keyword(word.lower(), None, opted_out=False) is Keyword.OUT


@pytest.mark.parametrize("word", sorted(HELP))
def test_help_is_a_question_unless_the_carrier_has_answered_it(word: str) -> None:
    assert keyword(word, None, opted_out=False) is None
    assert keyword(word, "HELP", opted_out=False) is Keyword.HELP


@given(st.text(), st.booleans())
def test_only_the_listed_words_do_anything_by_themselves(body: str, out: bool) -> None:
    found = keyword(body, None, opted_out=out)
    assert found is None or single_word(body) in OUT | BACK_IN | BACK_IN_WHEN_OUT

"""Scores as people give them."""

from __future__ import annotations

import pytest

from bot.nlu import scores


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("nine-ish", 9),
        ("a solid 4", 4),
        ("7/10", 7),
        ("went from 8/10 to 5/10", 5),
        ("six out of ten", 6),
        ("zero", 0),
        ("none today", 0),
        ("11!!", 11),
        ("after 2 days it's a 3", 3),
    ],
)
def test_an_asked_score_is_read(text: str, value: int) -> None:
    found = scores.find(text, asked=True)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["better than last time", "did 3 sets", "at 2:30", "since 2 weeks"])
def test_other_numbers_are_no_score(text: str) -> None:
    assert scores.find(text, asked=True) is None


def test_without_the_question_only_out_of_ten_is_a_score() -> None:
    assert scores.find("the 8 o'clock one", asked=False) is None
    found = scores.find("it hurts like a 7 out of 10 today", asked=False)
    assert found is not None
    assert (found.value, "it hurts like a 7 out of 10 today"[found.start : found.end]) == (7, "7 out of 10")

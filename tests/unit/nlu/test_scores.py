"""Scores as people give them."""

from __future__ import annotations

import pytest

from bot.nlu.scores import find_score


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("nine-ish", 9),
        ("a solid 4", 4),
        ("a solid nine", 9),
        ("7/10", 7),
        ("10/10", 10),
        ("ten out of ten", 10),
        ("went from 8/10 to 5/10", 5),
        ("six out of ten", 6),
        ("zero", 0),
        ("11!!", 11),
        ("after 2 days it's a 3", 3),
        ("9 you guys are great. calfs a hot balloon since sunday", 9),
        ("I did 3 sets and it's about a five", 5),
        ("it was a 7, now it's a 4", 4),
        ("down from a 6 to a 2", 2),
        ("7 no wait 8", 8),
        ("not a 9, more like a 7", 7),
        ("ocho", 8),
        ("um ate", 8),
        ("for", 4),
        ("about a too today", 2),
        ("like a 6 i guess", 6),
        ("100", 100),
        (">10", 11),
        ("more than 10", 11),
        ("off the charts", 11),
        ("full marks from me", 10),
        ("-1", -1),
        ("10, no one else helped me like sam", 10),
        ("8. i waited 20 minutes twice", 8),
        ("i've had 3 visits, i'd say 9", 9),
    ],
)
def test_an_asked_score_is_read(text: str, value: int) -> None:
    found = find_score(text)
    assert found is not None
    assert found.values == (value,)
    assert found.fits == (0 <= value <= 10)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seven or eight", (7, 8)),
        ("6-7", (6, 7)),
        ("6/7", (6, 7)),
        ("between a 3 and a 4", (3, 4)),
        ("5 to 6", (5, 6)),
        ("8, maybe 9", (8, 9)),
        ("8.5", (8, 9)),
        ("four and a half", (4, 5)),
    ],
)
def test_what_may_mean_two_scores_keeps_both(text: str, values: tuple[int, ...]) -> None:
    found = find_score(text)
    assert found is not None
    assert found.is_ambiguous
    assert found.values == values


@pytest.mark.parametrize(
    "text",
    [
        "better than last time", "did 3 sets", "at 2:30", "since 2 weeks", "this one hurts", "5 stars", "4 out of 5", "zero complaints",
        "zero pain now, love the place", "no pain anymore, best clinic", "nothing but good things", "1 of them hurts", "free parking",
    ],
)  # fmt: skip
def test_other_numbers_are_no_score(text: str) -> None:
    assert find_score(text) is None


@pytest.mark.parametrize("text", ["none today", "no pain at all", "nothing", "it doesn't hurt anymore", "zero pain"])
def test_the_lack_of_pain_is_a_score_of_pain(text: str) -> None:
    found = find_score(text, pain=True)
    assert found is not None
    assert found.value == 0


def test_without_the_question_only_what_is_told_as_a_score_is_one() -> None:
    assert find_score("the 8 o'clock one", asked=False) is None
    assert find_score("can i come at 3", asked=False) is None
    found = find_score("it hurts like a 7 out of 10 today", asked=False)
    assert found is not None
    assert (found.value, "it hurts like a 7 out of 10 today"[found.start : found.end]) == (7, "7 out of 10")


@pytest.mark.parametrize(
    ("text", "value"), [("my pain is a 6", 6), ("i'd give you guys a 9", 9), ("pain level 4 today", 4), ("a solid 9", 9)]
)
def test_a_score_may_be_told_unasked(text: str, value: int) -> None:
    found = find_score(text, asked=False)
    assert found is not None
    assert found.value == value


def test_the_scale_may_be_another() -> None:
    found = find_score("4 out of 5", 1, 5)
    assert found is not None
    assert (found.value, found.fits) == (4, True)

"""What keys mean, by what is awaited."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu import birth_date
from bot.types import Awaiting
from voice.keypad import Keyed, KeyEvent, Keypad, NotOffered, NotWhole, WantsPerson, WantsRepeat
from voice.listening import Meaning
from voice.manners import load_manners

MANNERS = load_manners()
DATA = [awaiting for awaiting, profile in MANNERS.profiles.items() if profile.keys.meaning is Meaning.DATA]
NOT_DATA = [awaiting for awaiting in Awaiting if awaiting not in DATA]


def keypad(awaiting: Awaiting, *, offered: int | None = None) -> Keypad:
    return Keypad(MANNERS.profiles[awaiting].keys, MANNERS.keypad, offered=offered)


def press(awaiting: Awaiting, keys: str, *, offered: int | None = None, apart_ms: int = 300) -> list[KeyEvent]:
    """Press keys one after the other and return what they mean without any further waiting."""
    pad = keypad(awaiting, offered=offered)
    return [event for place, key in enumerate(keys) for event in pad.press(key, place * apart_ms)]


def press_and_wait(awaiting: Awaiting, keys: str) -> list[KeyEvent]:
    """Press keys, then nothing for a minute."""
    pad = keypad(awaiting)
    return [event for place, key in enumerate(keys) for event in pad.press(key, place * 300)] + pad.wait(60_000)


@pytest.mark.parametrize("awaiting", NOT_DATA)
def test_0_reaches_a_person_and_9_repeats_where_digits_are_no_data(awaiting: Awaiting) -> None:
    assert press(awaiting, "0") == [WantsPerson()]
    assert press(awaiting, "9") == [WantsRepeat()]


@pytest.mark.parametrize("awaiting", list(Awaiting))
def test_two_stars_reach_a_person_and_one_repeats_everywhere(awaiting: Awaiting) -> None:
    assert press(awaiting, "**") == [WantsPerson()]
    assert press_and_wait(awaiting, "*") == [WantsRepeat()]


@pytest.mark.parametrize("awaiting", DATA)
def test_0_and_9_are_data_where_digits_are_data(awaiting: Awaiting) -> None:
    events = press(awaiting, "0") + press(awaiting, "9")
    assert not [event for event in events if isinstance(event, WantsPerson | WantsRepeat)]


def test_a_star_alone_repeats_after_a_second() -> None:
    pad = keypad(Awaiting.YES_NO)
    assert pad.press("*", 5000) == []
    assert pad.due_ms == 6000
    assert pad.wait(5999) == []
    assert pad.wait(6000) == [WantsRepeat()]
    assert pad.due_ms is None


def test_two_stars_a_second_apart_are_two_wishes_to_hear_it_again() -> None:
    pad = keypad(Awaiting.YES_NO)
    assert pad.press("*", 0) + pad.press("*", 1000) + pad.wait(2000) == [WantsRepeat(), WantsRepeat()]


def test_1_is_yes_and_2_is_no() -> None:
    assert press(Awaiting.YES_NO, "1") == [Keyed("yes")]
    assert press(Awaiting.YES_NO, "2") == [Keyed("no")]
    assert press(Awaiting.YES_NO, "3") == [NotOffered()]


def test_a_choice_is_a_key_and_only_one_that_was_offered() -> None:
    assert press(Awaiting.CHOICE, "3", offered=3) == [Keyed("3")]
    assert press(Awaiting.CHOICE, "3", offered=2) == [NotOffered()]


@pytest.mark.parametrize("awaiting", [Awaiting.NONE, Awaiting.NAME, Awaiting.DATE_TIME, Awaiting.FREE_TEXT, Awaiting.COMMENT])
def test_a_digit_that_was_not_offered_is_no_answer(awaiting: Awaiting) -> None:
    assert press(awaiting, "4") == [NotOffered()]


@pytest.mark.parametrize("awaiting", [Awaiting.NPS_SCORE, Awaiting.PAIN_SCORE])
@pytest.mark.parametrize("digit", list("023456789"))
def test_a_score_that_nothing_can_follow_is_taken_at_once(awaiting: Awaiting, digit: str) -> None:
    assert press(awaiting, digit) == [Keyed(digit)]


@pytest.mark.parametrize("awaiting", [Awaiting.NPS_SCORE, Awaiting.PAIN_SCORE])
def test_a_one_waits_a_second_for_a_zero(awaiting: Awaiting) -> None:
    pad = keypad(awaiting)
    assert pad.press("1", 0) == []
    assert pad.wait(999) == []
    assert pad.wait(1000) == [Keyed("1")]
    assert press(awaiting, "10") == [Keyed("10")]


def test_a_zero_after_that_second_is_a_score_of_its_own() -> None:
    pad = keypad(Awaiting.PAIN_SCORE)
    assert pad.press("1", 0) + pad.press("0", 1000) == [Keyed("1"), Keyed("0")]


def test_a_score_above_ten_is_none() -> None:
    assert press(Awaiting.NPS_SCORE, "12") == [NotWhole(2)]


def test_a_birth_date_is_taken_at_its_eighth_digit_and_can_be_read() -> None:
    [event] = press(Awaiting.DATE_OF_BIRTH, "03141946")
    assert isinstance(event, Keyed)
    found = birth_date.find(event.text, date(2025, 6, 2))
    assert found is not None
    assert found.value == date(1946, 3, 14)


def test_a_birth_date_with_a_short_year_is_taken_when_nothing_follows() -> None:
    assert press(Awaiting.DATE_OF_BIRTH, "031446") == []
    assert press_and_wait(Awaiting.DATE_OF_BIRTH, "031446") == [Keyed("03/14/46")]


@pytest.mark.parametrize("digits", ["13011946", "03321946", "03141846"])
def test_a_birth_date_that_cannot_be_is_not_taken(digits: str) -> None:
    assert press(Awaiting.DATE_OF_BIRTH, digits) == [NotWhole(8)]


def test_half_a_birth_date_is_not_taken_for_a_whole_one() -> None:
    assert press_and_wait(Awaiting.DATE_OF_BIRTH, "0314") == [NotWhole(4)]


def test_digits_may_come_five_seconds_apart_and_no_slower() -> None:
    assert press(Awaiting.PHONE, "2075550110", apart_ms=4999) == [Keyed("2075550110")]
    assert press(Awaiting.PHONE, "20", apart_ms=5000) == [NotWhole(1)]


def test_a_telephone_number_may_begin_with_one() -> None:
    assert press(Awaiting.PHONE, "12075550110") == [Keyed("12075550110")]


def test_the_hash_ends_a_number() -> None:
    assert press(Awaiting.NPS_SCORE, "1#") == [Keyed("1")]
    assert press(Awaiting.DATE_OF_BIRTH, "031446#") == [Keyed("03/14/46")]
    assert press(Awaiting.PHONE, "207#") == [NotWhole(3)]


def test_the_hash_after_an_answer_is_passed_over() -> None:
    assert press(Awaiting.YES_NO, "1#") == [Keyed("yes")]
    assert press(Awaiting.NPS_SCORE, "9#") == [Keyed("9")]


def test_a_star_throws_a_number_begun_away() -> None:
    pad = keypad(Awaiting.PHONE)
    begun = [event for place, key in enumerate("2075*") for event in pad.press(key, place * 300)]
    assert begun + pad.wait(10_000) == [WantsRepeat()]
    again = [event for place, key in enumerate("2075550110") for event in pad.press(key, 20_000 + place * 300)]
    assert again == [Keyed("2075550110")]


def test_two_stars_reach_a_person_in_the_middle_of_a_number() -> None:
    assert press(Awaiting.DATE_OF_BIRTH, "0314**") == [WantsPerson()]


def test_a_digit_right_after_a_star_counts() -> None:
    assert press(Awaiting.NPS_SCORE, "*9") == [WantsRepeat(), Keyed("9")]


def test_what_was_keyed_does_not_stand_in_what_may_be_logged() -> None:
    assert "1946" not in repr(press(Awaiting.DATE_OF_BIRTH, "03141946"))


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="no key of a telephone"):
        keypad(Awaiting.YES_NO).press("A", 0)


@given(st.sampled_from(list(Awaiting)), st.lists(st.tuples(st.sampled_from("0123456789*#"), st.integers(0, 7000))))
def test_whatever_is_pressed_it_is_settled_within_five_seconds(awaiting: Awaiting, presses: list[tuple[str, int]]) -> None:
    pad, now_ms = keypad(awaiting), 0
    for key, apart_ms in presses:
        now_ms += apart_ms
        pad.press(key, now_ms)
        assert pad.due_ms is None or now_ms < pad.due_ms <= now_ms + 5000
    pad.wait(now_ms + 5000)
    assert pad.due_ms is None

"""Where a second wish could begin, and when it does."""

import numpy as np
import pytest

from bot.nlu import halves

NAMES = ("cancel_appointment", "reschedule_appointment", "ask_exercise_howto", "ask_exercise_dose", "thank", "out_of_scope")


def row(**shares: float) -> np.ndarray:
    return np.array([shares.get(name, 0.01) for name in NAMES], dtype=np.float32)


def merit(whole: np.ndarray, left: np.ndarray, right: np.ndarray, *, join: str = "and") -> float:
    return halves.pair(whole, left, right, NAMES, halves.Cut("please cancel my friday", "how do i do the bridge", join)).merit


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("did all my stretches and dana is the best", ["did all my stretches"]),
        ("loved my session today when's the next one", ["loved my session today"]),
        ("how often should she do it", []),
        ("cancel friday", []),
        ("yes and no", []),
        ("i want to make a complaint about my last visit", []),
        ("hey whats ur address and r u open rn", ["hey whats ur address"]),
        ("cancel the tenth. what time is thursday", ["cancel the tenth"]),
    ],
)
def test_a_second_wish_could_begin_here(text: str, left: list[str]) -> None:
    assert [cut.left for cut in halves.possible(text)][:1] == left


def test_a_comma_is_tried_before_a_mere_word() -> None:
    cuts = halves.possible("the plank is hard for me, i can hold it for ten can you give me another")
    assert [cut.marked for cut in cuts][:2] == [True, False]


def test_two_sure_halves_are_two_wishes() -> None:
    whole = row(cancel_appointment=0.5, ask_exercise_howto=0.4)
    assert merit(whole, row(cancel_appointment=0.9), row(ask_exercise_howto=0.8)) > halves.SURE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (row(cancel_appointment=0.9), row(cancel_appointment=0.9)),
        (row(cancel_appointment=0.9), row(out_of_scope=0.9)),
        (row(thank=0.9), row(cancel_appointment=0.9)),
        (row(cancel_appointment=0.9), row(reschedule_appointment=0.9)),
    ],
)
def test_what_can_be_no_two_wishes_stays_one(left: np.ndarray, right: np.ndarray) -> None:
    assert merit(row(cancel_appointment=0.5), left, right) < halves.SURE


def test_halves_that_the_whole_does_not_speak_of_stay_one() -> None:
    left, right = row(cancel_appointment=0.5), row(ask_exercise_howto=0.5)
    assert merit(row(ask_exercise_dose=0.95), left, right) < halves.SURE


def test_a_sign_between_them_speaks_for_two() -> None:
    whole, left, right = row(cancel_appointment=0.5, ask_exercise_howto=0.4), row(cancel_appointment=0.9), row(ask_exercise_howto=0.65)
    assert merit(whole, left, right, join="and") > merit(whole, left, right, join="")


def test_kindred_wishes_need_more() -> None:
    left, right = row(ask_exercise_howto=0.65), row(ask_exercise_dose=0.65)
    kindred = merit(row(ask_exercise_howto=0.5, ask_exercise_dose=0.3), left, right)
    others = merit(row(ask_exercise_howto=0.5, cancel_appointment=0.3), left, row(cancel_appointment=0.65))
    assert kindred < others


def test_every_feature_has_its_weight() -> None:
    whole, left, right = row(cancel_appointment=0.5), row(cancel_appointment=0.9), row(ask_exercise_howto=0.9)
    found = halves.features(whole, left, right, NAMES, halves.Cut("cancel friday", "how is the bridge", "and"), 0, 2)
    assert {*found, "bias"} == set(halves.WEIGHTS)


def test_a_half_taken_for_nothing_may_be_the_second_wish() -> None:
    whole = row(cancel_appointment=0.5, ask_exercise_howto=0.4)
    right = row(out_of_scope=0.5, ask_exercise_howto=0.45)
    cut = halves.Cut("please cancel my friday", "how do i do the bridge", "and")
    found = halves.pair(whole, row(cancel_appointment=0.9), right, NAMES, cut)
    assert (NAMES[found.left], NAMES[found.right]) == ("cancel_appointment", "ask_exercise_howto")
    assert found.merit > halves.SURE


def test_the_whole_tells_which_of_two_a_half_means() -> None:
    left, right = row(cancel_appointment=0.46, reschedule_appointment=0.48), row(ask_exercise_howto=0.9)
    cut = halves.Cut("can't do the 3rd", "how do i do the bridge", "and")
    found = halves.pair(row(cancel_appointment=0.6, ask_exercise_howto=0.2), left, right, NAMES, cut)
    assert NAMES[found.left] == "cancel_appointment"


def test_a_doubtful_half_of_a_sure_message_is_no_wish() -> None:
    left, right = row(cancel_appointment=0.25), row(ask_exercise_howto=0.99)
    assert merit(row(ask_exercise_howto=0.98), left, right) == 0.0

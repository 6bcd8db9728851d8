"""Where a second wish could begin, and when it does."""

import numpy as np
import pytest

from bot.nlu import halves

NAMES = ("cancel_appointment", "reschedule_appointment", "ask_exercise_howto", "ask_exercise_dose", "thank", "out_of_scope")


def row(**shares: float) -> np.ndarray:
    return np.array([shares.get(name, 0.01) for name in NAMES], dtype=np.float32)


def merit(whole: np.ndarray, left: np.ndarray, right: np.ndarray, *, marked: bool = True) -> float:
    return halves.merit(whole, left, right, NAMES, marked=marked)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("did all my stretches and dana is the best", ["did all my stretches"]),
        ("loved my session today when's the next one", ["loved my session today"]),
        ("how often should she do it", []),
        ("cancel friday", []),
        ("yes and no", []),
    ],
)
def test_a_second_wish_could_begin_here(text: str, left: list[str]) -> None:
    assert [cut.left for cut in halves.possible(text)] == left


def test_a_comma_is_tried_before_a_mere_word() -> None:
    cuts = halves.possible("the plank is hard for me, i can hold it for ten can you give me another")
    assert [cut.marked for cut in cuts] == [True, False]


def test_two_sure_halves_are_two_wishes() -> None:
    whole = row(cancel_appointment=0.5, ask_exercise_howto=0.4)
    assert merit(whole, row(cancel_appointment=0.9), row(ask_exercise_howto=0.8)) == pytest.approx(0.72)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (row(cancel_appointment=0.9), row(cancel_appointment=0.9)),
        (row(cancel_appointment=0.9), row(ask_exercise_howto=0.5)),
        (row(cancel_appointment=0.9), row(out_of_scope=0.9)),
        (row(thank=0.9), row(cancel_appointment=0.9)),
        (row(cancel_appointment=0.9), row(reschedule_appointment=0.9)),
    ],
)
def test_anything_less_stays_one(left: np.ndarray, right: np.ndarray) -> None:
    assert merit(row(cancel_appointment=0.5), left, right) == 0.0


def test_without_a_sign_between_them_halves_must_be_surer() -> None:
    whole, left, right = row(cancel_appointment=0.5, ask_exercise_howto=0.4), row(cancel_appointment=0.9), row(ask_exercise_howto=0.65)
    assert merit(whole, left, right, marked=True) > 0
    assert merit(whole, left, right, marked=False) == 0.0


def test_kindred_wishes_need_the_whole_message_behind_them() -> None:
    left, right = row(ask_exercise_howto=0.65), row(ask_exercise_dose=0.65)
    assert merit(row(ask_exercise_howto=0.9, ask_exercise_dose=0.05), left, right) == 0.0
    assert merit(row(ask_exercise_howto=0.6, ask_exercise_dose=0.3), left, right) > 0

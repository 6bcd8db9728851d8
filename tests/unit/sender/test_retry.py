"""Every row of the retry table, and the waits between tries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retry import Decision, Verdict, backoff, decide


def middle() -> float:
    return 0.5


ROWS = [
    *((code, Verdict.RETRY) for code in (20429, 30001, 30008, 63018)),
    *((code, Verdict.LATER) for code in (30003, 30022)),
    *((code, Verdict.BAD_NUMBER) for code in (21211, 21614, 30004, 30005, 30006, 63003, 63024)),
    (21610, Verdict.OPTED_OUT),
    *((code, Verdict.CONFIGURATION) for code in (20003, 30002, 30007, 30034, 21408, 21617)),
    (63016, Verdict.NEEDS_TEMPLATE),
    (29999, Verdict.REFUSE),
]


@pytest.mark.parametrize(("code", "verdict"), ROWS)
def test_a_code_decides_whatever_the_http_status(code: int, verdict: Verdict) -> None:
    assert decide(400, code, 1, middle).verdict is verdict
    assert decide(200, code, 1, middle).verdict is verdict


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (429, None, Verdict.RETRY),
        (500, None, Verdict.RETRY),
        (503, 20503, Verdict.RETRY),
        (400, 20404, Verdict.REFUSE),
        (404, None, Verdict.REFUSE),
        (503, 503, Verdict.RETRY),
        (400, 400, Verdict.REFUSE),
    ],
)
def test_without_a_known_code_only_an_overloaded_or_broken_carrier_is_asked_again(status: int, code: int | None, verdict: Verdict) -> None:
    assert decide(status, code, 1, middle).verdict is verdict


def test_the_quick_tries_double_from_100_ms() -> None:
    waits = [decide(503, None, attempts, middle).delay for attempts in range(1, 5)]
    assert waits == [timedelta(milliseconds=ms) for ms in (100, 200, 400, 800)]


def test_after_five_quick_tries_the_tries_go_on_slowly_and_then_end() -> None:
    waits = [decide(503, None, attempts, middle) for attempts in range(5, 11)]
    assert [wait.verdict for wait in waits] == [Verdict.LATER] * 5 + [Verdict.REFUSE]
    assert [wait.delay for wait in waits[:5]] == [
        timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1),
    ]  # fmt: skip


def test_an_unreachable_handset_is_tried_later_and_seldom() -> None:
    assert [decide(200, 30003, attempts, middle) for attempts in (1, 2, 3)] == [
        Decision(Verdict.LATER, timedelta(minutes=15)),
        Decision(Verdict.LATER, timedelta(hours=1)),
        Decision(Verdict.REFUSE),
    ]


@given(attempts=st.integers(1, 40), chance=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_within_ten_percent_of_its_plain_length_and_at_most_30_s(attempts: int, chance: float) -> None:
    plain = min(0.1 * 2 ** (attempts - 1), 30.0)
    assert plain * 0.899 <= backoff(attempts, lambda: chance).total_seconds() <= plain * 1.101


def test_waits_differ_with_chance() -> None:
    assert backoff(3, lambda: 0.0) < backoff(3, lambda: 0.9)

"""What follows silence, on a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrases import Phrases
from voice.manners import LISTENING, load_manners
from voice.silence import Rung, SilenceLadder

RULES = load_manners().silence
# How long the line speaks on each rung in these calls.
PROMPT_MS = 2000
STEP_MS = 20


def ladder(*, person: bool = True, text: bool = True, relay: bool = False) -> SilenceLadder:
    return SilenceLadder(RULES, person=person, text=text, relay=relay)


def climb(steps: SilenceLadder, from_ms: int, until_ms: int) -> list[tuple[int, Rung]]:
    """Stay silent from one time to another, and return what the line says and when; each prompt takes two seconds."""
    said: list[tuple[int, Rung]] = []
    spoken_ms = from_ms
    for now_ms in range(from_ms, until_ms, STEP_MS):
        if now_ms >= spoken_ms:
            steps.quiet(now_ms)
        rung = steps.wait(now_ms)
        if rung:
            said.append((now_ms, rung))
            spoken_ms = now_ms + PROMPT_MS
    return said


def rungs(said: list[tuple[int, Rung]]) -> list[Rung]:
    return [rung for _, rung in said]


def test_six_seconds_a_shorter_prompt_six_seconds_keys_six_seconds_a_person() -> None:
    assert climb(ladder(), 0, 120_000) == [(6000, Rung.SHORTER), (14_000, Rung.KEYS), (22_000, Rung.PERSON)]


def test_without_a_person_the_end_is_a_text() -> None:
    assert rungs(climb(ladder(person=False), 0, 60_000))[-1] is Rung.TEXT


def test_on_a_landline_without_a_person_the_end_is_a_call_back() -> None:
    assert rungs(climb(ladder(person=False, text=False), 0, 60_000))[-1] is Rung.CALL_BACK


def test_nothing_follows_the_end() -> None:
    steps = ladder()
    climb(steps, 0, 60_000)
    steps.quiet(60_000)
    assert steps.due_ms is None
    assert steps.wait(600_000) is None


def test_silence_is_counted_from_the_end_of_what_the_line_says() -> None:
    steps = ladder()
    steps.asked()
    assert steps.wait(30_000) is None
    steps.quiet(30_000)
    assert steps.due_ms == 36_000


def test_an_answer_leads_back_to_the_foot() -> None:
    steps = ladder()
    climb(steps, 0, 15_000)
    steps.answered()
    assert climb(steps, 20_000, 27_000) == [(26_000, Rung.SHORTER)]


def test_another_question_begins_at_the_foot() -> None:
    steps = ladder()
    climb(steps, 0, 15_000)
    steps.asked()
    assert rungs(climb(steps, 20_000, 60_000)) == [Rung.SHORTER, Rung.KEYS, Rung.PERSON]


def test_while_somebody_speaks_no_silence_is_counted() -> None:
    steps = ladder()
    steps.quiet(0)
    steps.speaking()
    assert steps.wait(59_000) is None
    steps.quiet(60_000)
    assert steps.wait(65_999) is None
    assert steps.wait(66_000) is Rung.SHORTER


def test_a_noise_puts_a_rung_off_once() -> None:
    steps = ladder()
    steps.quiet(0)
    steps.noise(5000)
    steps.noise(10_000)
    assert steps.wait(10_999) is None
    assert steps.wait(11_000) is Rung.SHORTER


def test_each_rung_may_be_put_off() -> None:
    steps = ladder()
    steps.quiet(0)
    steps.noise(5000)
    assert steps.wait(11_000) is Rung.SHORTER
    steps.quiet(13_000)
    steps.noise(15_000)
    assert steps.wait(20_999) is None
    assert steps.wait(21_000) is Rung.KEYS


def test_a_television_does_not_hold_the_line_for_ever() -> None:
    steps = ladder()
    steps.quiet(0)
    said = []
    for now_ms in range(0, 120_000, 1000):
        steps.noise(now_ms)
        said.append(steps.wait(now_ms))
    assert [rung for rung in said if rung] == [Rung.SHORTER, Rung.KEYS, Rung.PERSON]


def test_wait_allows_two_minutes() -> None:
    steps = ladder()
    steps.allow_time(0)
    said = climb(steps, 1000, 118_000)
    assert set(rungs(said)) == {Rung.STILL_HERE}


def test_meanwhile_the_line_says_every_half_minute_that_it_is_there() -> None:
    steps = ladder()
    steps.allow_time(0)
    assert [now_ms for now_ms, _ in climb(steps, 0, 118_000)] == [30_000, 62_000, 94_000]


def test_after_two_minutes_the_ladder_begins_at_its_foot() -> None:
    steps = ladder()
    steps.allow_time(0)
    said = [entry for entry in climb(steps, 0, 200_000) if entry[1] is not Rung.STILL_HERE]
    assert said == [(120_000, Rung.SHORTER), (128_000, Rung.KEYS), (136_000, Rung.PERSON)]


def test_who_asks_for_time_again_gets_it_again() -> None:
    steps = ladder()
    steps.allow_time(0)
    climb(steps, 0, 100_000)
    steps.allow_time(100_000)
    assert set(rungs(climb(steps, 100_000, 219_000))) == {Rung.STILL_HERE}


def test_who_is_back_with_the_calendar_is_waited_for_no_longer_than_usual() -> None:
    steps = ladder()
    steps.allow_time(0)
    steps.quiet(1000)
    steps.answered()
    assert climb(steps, 40_000, 47_000) == [(46_000, Rung.SHORTER)]


def test_rustling_while_a_calendar_is_fetched_changes_nothing() -> None:
    steps = ladder()
    steps.allow_time(0)
    steps.quiet(0)
    steps.noise(20_000)
    assert steps.due_ms == 30_000


def test_a_wish_that_took_longer_than_two_minutes_to_answer_still_comes_to_its_end() -> None:
    steps = ladder()
    steps.allow_time(0)
    steps.quiet(130_000)
    assert steps.wait(130_000) is Rung.SHORTER


def test_captioned_and_relay_calls_get_twelve_seconds() -> None:
    assert climb(ladder(relay=True), 0, 13_000) == [(12_000, Rung.SHORTER)]


@pytest.mark.parametrize("rung", [Rung.STILL_HERE, Rung.PERSON, Rung.TEXT, Rung.CALL_BACK])
def test_every_rung_has_its_words(rung: Rung) -> None:
    assert RULES.says[rung].removeprefix("utter_") in Phrases.load(LISTENING.with_name("wording.yml")).names()


@given(st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from(["quiet", "noise", "speaking"]))))
def test_without_an_answer_there_are_never_more_than_three_rungs_in_their_order(told: list[tuple[int, str]]) -> None:
    steps, now_ms, said = ladder(), 0, []
    for apart_ms, what in told:
        now_ms += apart_ms
        said.append(steps.wait(now_ms))
        if what == "speaking":
            steps.speaking()
        else:
            getattr(steps, what)(now_ms)
    found = [rung for rung in said if rung]
    assert found == [Rung.SHORTER, Rung.KEYS, Rung.PERSON][: len(found)]

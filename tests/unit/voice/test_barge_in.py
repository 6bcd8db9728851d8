"""When the caller's voice stops ours, on a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.barge_in import BargeIn, By, Interruption, Verdict
from voice.manners import load_manners

RULES = load_manners().barge_in
PROMPT = "Your visit is Tuesday, June third, at ten in the morning, with Sam."


def playing(saying: str = PROMPT) -> BargeIn:
    """A line that has been saying something since 0."""
    barge = BargeIn(RULES)
    barge.plays(saying, 0)
    return barge


def spoiled(barge: BargeIn, from_ms: int = 1000) -> None:
    """A false interruption: a voice and no words. Then the line says its sentence again."""
    barge.voice(from_ms, active=True)
    assert barge.wait(from_ms + RULES.interrupt_ms) == Interruption(By.VOICE)
    barge.voice(from_ms + 500, active=False)
    assert barge.wait(from_ms + RULES.interrupt_ms + RULES.judge_ms) is Verdict.FALSE
    barge.plays(PROMPT, from_ms + 2000)


def test_a_voice_of_120_ms_interrupts_and_leaves_time_within_200_ms() -> None:
    barge = playing()
    barge.voice(1000, active=True)
    assert barge.due_ms == 1120
    assert barge.wait(1119) is None
    assert barge.wait(1120) == Interruption(By.VOICE)
    assert RULES.interrupt_ms <= 200 - 80


def test_a_click_does_not_interrupt() -> None:
    barge = playing()
    barge.voice(1000, active=True)
    barge.voice(1100, active=False)
    assert barge.wait(5000) is None


def test_clicks_do_not_add_up() -> None:
    barge = playing()
    for begin_ms in range(1000, 3000, 200):
        barge.voice(begin_ms, active=True)
        assert barge.wait(begin_ms + 100) is None
        barge.voice(begin_ms + 100, active=False)


def test_our_own_beginning_coming_back_does_not_interrupt() -> None:
    barge = playing()
    barge.voice(50, active=True)
    assert barge.wait(299) is None
    barge.voice(300, active=False)
    assert barge.wait(1000) is None


def test_who_goes_on_speaking_into_our_beginning_interrupts_after_the_guard() -> None:
    barge = playing()
    barge.voice(50, active=True)
    assert barge.due_ms == 300 + 120


def test_the_guard_is_for_the_first_chunk_of_what_is_said_only() -> None:
    barge = playing()
    barge.plays("Shall I find another day?", 4000)
    barge.voice(4050, active=True)
    assert barge.due_ms == 4170


def test_nothing_is_interrupted_when_nothing_is_played() -> None:
    barge = playing()
    barge.finished(4000)
    barge.voice(4100, active=True)
    assert barge.wait(9000) is None
    assert barge.words("thursday", 5000) is None
    assert barge.key(6000) is None


def test_a_key_interrupts_at_once_even_in_the_guard() -> None:
    assert playing().key(10) == Interruption(By.KEY)


def test_words_interrupt_when_no_voice_activity_was_found() -> None:
    assert playing().words("no", 1000) == Interruption(By.WORDS)


def test_words_after_an_interruption_show_that_it_was_the_caller() -> None:
    barge = playing()
    barge.voice(1000, active=True)
    barge.wait(1120)
    assert barge.words("not thursday please", 1600) is Verdict.CALLER
    assert barge.wait(60_000) is None
    assert not barge.only_keys


def test_an_interruption_without_words_was_false() -> None:
    barge = playing()
    barge.voice(1000, active=True)
    barge.wait(1120)
    assert barge.wait(2619) is None
    assert barge.wait(2620) is Verdict.FALSE


@pytest.mark.parametrize("heard", ["your visit is tuesday", "tuesday june third", "is tuesday june bird at ten in the morning"])
def test_our_own_words_coming_back_are_no_answer(heard: str) -> None:
    barge = playing()
    assert barge.words(heard, 2000) is None
    barge.voice(2000, active=True)
    barge.wait(2120)
    assert barge.words(heard, 2500) is None
    assert barge.wait(2120 + 1500) is Verdict.FALSE


def test_our_own_words_still_come_back_after_they_were_said() -> None:
    barge = playing()
    barge.plays("Shall I find another day?", 4000)
    assert barge.words("june third at ten", 6900) is None
    assert barge.words("june third at ten", 7001) == Interruption(By.WORDS)


def test_a_yes_while_we_say_yes_is_asked_again_and_not_believed() -> None:
    barge = playing("Say yes, or press one.")
    barge.voice(1000, active=True)
    barge.wait(1120)
    assert barge.words("yes", 1400) is None
    assert barge.wait(2620) is Verdict.DOUBTFUL
    assert not barge.only_keys


def test_a_yes_that_becomes_a_sentence_is_the_callers() -> None:
    barge = playing("Say yes, or press one.")
    barge.voice(1000, active=True)
    barge.wait(1120)
    barge.words("yes", 1400)
    assert barge.words("yes but not before ten", 2000) is Verdict.CALLER


def test_doubtful_answers_never_leave_only_the_keys() -> None:
    barge = BargeIn(RULES)
    for begin_ms in range(0, 50_000, 5000):
        barge.plays("Say yes, or press one.", begin_ms)
        barge.voice(begin_ms + 1000, active=True)
        barge.wait(begin_ms + 1120)
        barge.voice(begin_ms + 1200, active=False)
        barge.words("yes", begin_ms + 1400)
        assert barge.wait(begin_ms + 2620) is Verdict.DOUBTFUL
    assert not barge.only_keys


def test_after_one_false_interruption_a_voice_still_interrupts() -> None:
    barge = playing()
    spoiled(barge)
    barge.voice(4000, active=True)
    assert barge.wait(4120) == Interruption(By.VOICE)


def test_after_two_false_interruptions_only_keys_interrupt() -> None:
    barge = playing()
    spoiled(barge)
    spoiled(barge, 5000)
    assert barge.only_keys
    barge.voice(9000, active=True)
    assert barge.wait(20_000) is None
    assert barge.words("the weather tomorrow", 20_000) is None
    assert barge.key(21_000) == Interruption(By.KEY)


def test_a_key_settles_an_interruption_that_is_not_judged_yet() -> None:
    barge = playing()
    barge.voice(1000, active=True)
    barge.wait(1120)
    assert barge.key(1500) is None
    assert barge.wait(60_000) is None


TOLD = st.tuples(st.integers(0, 3000), st.sampled_from(["plays", "finished", "on", "off", "yes", "tuesday june third", "key"]))


@given(st.lists(TOLD, max_size=40))
def test_a_voice_interrupts_only_what_is_played_and_is_judged_before_it_does_again(told: list[tuple[int, str]]) -> None:
    barge, now_ms, played, open_verdict = BargeIn(RULES), 0, False, False
    for apart_ms, what in told:
        now_ms += apart_ms
        found = [barge.wait(now_ms)]
        if what == "plays":
            barge.plays(PROMPT, now_ms)
        elif what == "finished":
            barge.finished(now_ms)
        elif what in ("on", "off"):
            barge.voice(now_ms, active=what == "on")
        else:
            found.append(barge.key(now_ms) if what == "key" else barge.words(what, now_ms))
        for one in found:
            if isinstance(one, Interruption):
                assert played
                assert not (open_verdict and one.by is By.VOICE)
                played = False
                open_verdict = one.by is By.VOICE
            elif one is not None:
                assert open_verdict
                open_verdict = False
        if what == "key":
            open_verdict = False
        played = what == "plays" or (played and what != "finished")

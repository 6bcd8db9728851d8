"""When a caller's turn has ended, on a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.types import Awaiting
from tests.unit.voice.caller import LAG_MS, MANNERS, Caller
from voice.end_of_turn import Kind, Reason

TELLING = [Awaiting.DATE_OF_BIRTH, Awaiting.NAME, Awaiting.PHONE]
OPEN = [Awaiting.NONE, Awaiting.FREE_TEXT, Awaiting.COMMENT]


def test_nothing_ends_while_nobody_speaks() -> None:
    caller = Caller(Awaiting.YES_NO)
    assert caller.runs(60_000) == []
    assert caller.turns.due_ms is None
    assert not caller.turns.speaking


@pytest.mark.parametrize("text", ["yes", "no", "oh yes please", "no thank you dear", "that's right", "one"])
def test_a_clear_yes_or_no_ends_after_600_ms(text: str) -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.says(text, 1000)
    assert caller.end_after() == 600
    assert caller.ends[0].reason is Reason.EARLY


@pytest.mark.parametrize("text", ["yes but", "yes if", "I suppose", "what was that", "is that the thursday"])
def test_an_unclear_yes_or_no_gets_1200_ms_or_more(text: str) -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.says(text, 1000)
    assert caller.end_after() >= 1200


def test_yes_is_not_cut_off_from_its_but() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.says("yes", 0, 300)
    caller.says("but not too early", 800, 900, before="yes")
    [ended] = caller.runs(10_000)
    assert ended.text == "yes but not too early"


@pytest.mark.parametrize("awaiting", TELLING)
def test_pauses_of_two_seconds_do_not_end_a_date_a_name_or_a_number(awaiting: Awaiting) -> None:
    caller = Caller(awaiting)
    first = caller.says("keller", 0)
    second = caller.says("with two", first + 1900, before="keller")
    caller.says("ells", second + 1900, before="keller with two")
    [ended] = caller.runs(30_000)
    assert ended.text == "keller with two ells"


def test_a_hesitant_birth_date_is_one_turn() -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    first = caller.says("march", 0)
    second = caller.says("the", first + 2000, before="march")
    third = caller.says("fourteenth", second + 3000, before="march the")
    caller.says("nineteen forty six", third + 2200, before="march the fourteenth")
    [ended] = caller.runs(30_000)
    assert ended.text == "march the fourteenth nineteen forty six"


def test_a_whole_birth_date_ends_after_a_second() -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    caller.says("march the fourteenth nineteen forty six", 0, 2500)
    assert caller.end_after() == 1000


@pytest.mark.parametrize("text", ["march fourteenth", "march nineteen forty six", "march fourteenth forty six"])
def test_a_birth_date_that_may_go_on_does_not_end_early(text: str) -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    caller.says(text, 0, 1500)
    assert caller.end_after() == 2500


@pytest.mark.parametrize(("text", "after_ms"), [("two oh seven five five five oh one one oh", 1000), ("two oh seven five five five", 2500)])
def test_a_telephone_number_ends_early_when_it_is_whole(text: str, after_ms: int) -> None:
    caller = Caller(Awaiting.PHONE)
    caller.says(text, 0, 3000)
    assert caller.end_after() == after_ms


@pytest.mark.parametrize("text", ["nine", "oh a nine", "ten please", "zero"])
def test_a_clear_score_ends_after_700_ms(text: str) -> None:
    caller = Caller(Awaiting.NPS_SCORE)
    caller.says(text, 0)
    assert caller.end_after() == 700


@pytest.mark.parametrize("text", ["nine or", "nine ish", "maybe nine then", "twelve"])
def test_a_score_in_doubt_does_not_end_early(text: str) -> None:
    caller = Caller(Awaiting.NPS_SCORE)
    caller.says(text, 0)
    assert caller.end_after() >= 1200


@pytest.mark.parametrize("text", ["two", "the second one", "half past two", "Half past two, please."])
def test_a_choice_ends_early_by_its_number_or_its_words(text: str) -> None:
    caller = Caller(Awaiting.CHOICE, offered=["Eleven in the morning", "Half past two"])
    caller.says(text, 0)
    assert caller.end_after() == 600


@pytest.mark.parametrize("text", ["three", "the first or the second", "half past", "eleven or half past two"])
def test_what_names_no_single_choice_does_not_end_early(text: str) -> None:
    caller = Caller(Awaiting.CHOICE, offered=["Eleven in the morning", "Half past two"])
    caller.says(text, 0)
    assert caller.end_after() == 1200


@pytest.mark.parametrize("awaiting", OPEN)
def test_free_speech_ends_after_1500_ms_and_never_early(awaiting: Awaiting) -> None:
    caller = Caller(awaiting)
    caller.says("yes", 0)
    assert caller.end_after() == 1500


@pytest.mark.parametrize("text", ["i can't come on tuesday because", "um", "tuesday or", "let me see", "well thursday and"])
def test_a_word_that_promises_more_holds_the_turn(text: str) -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    caller.says(text, 0)
    assert caller.end_after() == 2500


def test_a_promise_kept_after_two_seconds_is_one_turn() -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    quiet = caller.says("thursday and", 0)
    caller.says("not too early", quiet + 2200, before="thursday and")
    [ended] = caller.runs(20_000)
    assert ended.text == "thursday and not too early"


def test_a_trailing_word_holds_a_slow_profile_longer_still() -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    caller.says("march the", 0)
    assert caller.end_after() == 3500


def test_a_short_yes_that_raised_no_voice_activity_is_heard() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.says("yes", 1000, 200, heard=False)
    [ended] = caller.runs(10_000)
    assert (ended.text, ended.at_ms) == ("yes", 1200 + 600)


def test_words_that_come_late_are_timed_by_the_voice() -> None:
    """The recogniser's lag is no silence of the caller's and does not delay the end."""
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("yes", 0, 400)
    [ended] = caller.runs(10_000)
    assert (ended.quiet_ms, ended.at_ms) == (quiet, quiet + 600)


def test_final_results_in_the_middle_are_joined_and_end_nothing() -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    quiet = caller.says("march fourteenth", 0, final=True)
    caller.says("nineteen forty six", quiet + 1500, final=True)
    [ended] = caller.runs(20_000)
    assert ended.text == "march fourteenth nineteen forty six"


def test_the_same_words_made_final_do_not_begin_the_silence_anew() -> None:
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("no the", 0)
    caller.runs(quiet + 1000)
    caller.turns.words("no the", quiet + 1000, final=True)
    [ended] = caller.runs(20_000)
    assert ended.at_ms == quiet + 2500


@pytest.mark.parametrize(
    "text",
    [
        "wait",
        "hold on please",
        "just a minute dear",
        "let me get my calendar",
        "hang on let me get my glasses",
        "i need to ask my daughter",
        "let me find my reading glasses upstairs",
    ],
)
def test_a_wish_for_time_is_one(text: str) -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    caller.says(text, 0, 1500)
    [ended] = caller.runs(20_000)
    assert (ended.kind, ended.answer) == (Kind.WAIT, "")


def test_an_answer_before_a_wish_for_time_is_kept() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.says("Yes. Let me find my calendar.", 0, 1800)
    [ended] = caller.runs(20_000)
    assert (ended.kind, ended.answer) == (Kind.WAIT, "yes")


@pytest.mark.parametrize(
    "text",
    [
        "wait no i meant thursday",
        "i can't wait for thursday",
        "the wait was too long last time",
        "let me get tuesday instead",
        "let me check no",
    ],
)
def test_what_only_sounds_like_waiting_is_an_answer(text: str) -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    caller.says(text, 0, 1500)
    [ended] = caller.runs(20_000)
    assert (ended.kind, ended.answer) == (Kind.ANSWER, text)


@pytest.mark.parametrize("text", ["hello", "Hello? Hello?", "hello are you there", "can you hear me hello"])
def test_hello_is_answered_at_once_and_is_no_answer(text: str) -> None:
    caller = Caller(Awaiting.DATE_OF_BIRTH)
    caller.says(text, 0, 900)
    assert caller.end_after() == 600
    assert caller.ends[0].kind is Kind.HELLO


def test_hello_with_a_wish_behind_it_is_an_answer() -> None:
    caller = Caller(Awaiting.NONE)
    caller.says("hello i can't come tuesday", 0, 1500)
    [ended] = caller.runs(20_000)
    assert ended.kind is Kind.ANSWER


def test_a_cough_is_no_answer() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.sounds(0, 300)
    [ended] = caller.runs(20_000)
    assert (ended.kind, ended.text) == (Kind.UNHEARD, "")


def test_a_television_behind_an_answer_does_not_keep_the_turn_open() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.sounds(0, 60_000)
    caller.says("yes", 1000, heard=False)
    ended = caller.runs(15_000)[0]
    assert (ended.text, ended.reason) == ("yes", Reason.STALLED)
    assert ended.at_ms == 1600 + LAG_MS + 3000


def test_a_television_alone_ends_as_unheard_and_once() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.sounds(0, 100_000)
    assert [(ended.kind, ended.at_ms) for ended in caller.runs(90_000)] == [(Kind.UNHEARD, 3000)]


def test_after_a_turn_that_stalled_the_next_words_are_a_turn_of_their_own() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.sounds(0, 60_000)
    caller.says("yes", 0, heard=False)
    caller.says("no", 4200, heard=False)
    assert [ended.text for ended in caller.runs(20_000)] == ["yes", "no"]
    assert caller.resumed == 0


@pytest.mark.parametrize(("awaiting", "longest_ms"), [(Awaiting.YES_NO, 20_000), (Awaiting.NAME, 30_000), (Awaiting.COMMENT, 60_000)])
def test_who_never_stops_is_stopped(awaiting: Awaiting, longest_ms: int) -> None:
    caller = Caller(awaiting)
    said = ""
    for second in range(80):
        caller.says(f"word{second}", second * 1000, 900, before=said)
        said = f"{said} word{second}".strip()
    first = caller.runs(longest_ms + 100)[0]
    assert (first.reason, first.at_ms) == (Reason.LONGEST, longest_ms)


def test_who_was_cut_in_upon_is_taken_up_whole() -> None:
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("no", 0, 300)
    caller.says("wednesday", quiet + 1400)
    first, second = caller.runs(20_000)
    assert (first.text, first.resumes) == ("no", False)
    assert (second.text, second.resumes) == ("no wednesday", True)
    assert caller.resumed == 1


def test_an_answer_to_the_next_question_takes_nothing_up() -> None:
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("yes", 0, 300)
    caller.says("no", quiet + 600 + 1300)
    first, second = caller.runs(20_000)
    assert (first.text, second.text, second.resumes) == ("yes", "no", False)


def test_a_cough_after_the_end_takes_nothing_up() -> None:
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("yes", 0, 300)
    caller.sounds(quiet + 900, 200)
    first, second = caller.runs(20_000)
    assert (first.text, second.kind, caller.resumed) == ("yes", Kind.UNHEARD, 0)
    assert caller.pace.early(600) == 600


def test_having_cut_in_lengthens_the_next_silence_early_ends_too() -> None:
    caller = Caller(Awaiting.YES_NO)
    quiet = caller.says("yes", 0, 300)
    caller.says("but late", quiet + 1000)
    caller.says("yes", 20_000, 300)
    *_, last = caller.runs(40_000)
    assert last.at_ms - last.quiet_ms == 600 + 400


def test_the_pauses_of_a_caller_lengthen_the_silence() -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    quiet, said = 0, ""
    for word in ("i", "would", "like", "thursday"):
        quiet, said = caller.says(word, quiet + 1400, before=said), f"{said} {word}".strip()
    [ended] = caller.runs(60_000)
    assert ended.text == "i would like thursday"
    assert ended.at_ms - ended.quiet_ms == 1400 + 300


def test_pauses_between_the_sounds_of_words_teach_nothing() -> None:
    caller = Caller(Awaiting.FREE_TEXT)
    quiet, said = 0, ""
    for word in ("i", "would", "like", "thursday"):
        quiet, said = caller.says(word, quiet + 150, before=said), f"{said} {word}".strip()
    assert caller.end_after() == 1500


def test_the_silence_never_grows_by_more_than_1500_ms() -> None:
    caller = Caller(Awaiting.YES_NO)
    for _ in range(20):
        caller.pace.cut_in(5000)
    caller.says("what was that", 0)
    assert caller.end_after() == 1200 + 1500


def test_a_captioned_or_relay_call_gets_longer_turns() -> None:
    caller = Caller(Awaiting.YES_NO, relay=True)
    caller.says("yes", 0)
    assert caller.end_after() == 600 + 1500


def test_another_question_changes_how_the_turn_ends() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.asked(Awaiting.NAME)
    caller.says("yes", 0)
    assert caller.end_after() == 2000


def test_time_that_runs_back_counts_as_standing_still() -> None:
    caller = Caller(Awaiting.YES_NO)
    caller.turns.voice(5000, active=True)
    caller.turns.voice(4000, active=False)
    caller.turns.words("yes", 3000)
    assert caller.turns.due_ms == 5600


def test_what_was_said_does_not_stand_in_what_may_be_logged() -> None:
    caller = Caller(Awaiting.NAME)
    caller.says("keller", 0)
    assert "keller" not in repr(caller.runs(20_000))


TOLD = st.tuples(
    st.integers(0, 4000), st.sampled_from(["on", "off", "", "yes", "march the", "hello", "wait", "thursday and"]), st.booleans()
)


@given(st.sampled_from(list(Awaiting)), st.lists(TOLD, max_size=30))
def test_every_turn_ends_and_no_later_than_the_longest(awaiting: Awaiting, told: list[tuple[int, str, bool]]) -> None:
    caller, now_ms = Caller(awaiting), 0
    turns, longest_ms = caller.turns, MANNERS.profiles[awaiting].longest_turn_ms
    for apart_ms, what, final in told:
        now_ms += apart_ms
        if what in ("on", "off"):
            turns.voice(now_ms, active=what == "on")
        else:
            turns.words(what, now_ms, final=final)
        assert turns.due_ms is None or turns.due_ms <= now_ms + longest_ms
        turns.wait(now_ms)
    due_ms = turns.due_ms
    if due_ms is not None:
        assert turns.wait(due_ms - 1) is None
        assert turns.wait(due_ms) is not None
    assert not turns.speaking

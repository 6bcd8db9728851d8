"""The manners of a call together, on a virtual clock."""

from __future__ import annotations

import pytest

from bot.types import Awaiting
from tests.unit.voice.line import Line
from voice.floor import Answer, GiveUp, GoOn, SayAgain, StopPlaying, TakeBack, ToPerson
from voice.silence import Rung

MOVE = "Thursday, June fifth, half past two. Shall I move it?"


def asked(question: str = MOVE, awaiting: Awaiting = Awaiting.YES_NO, **call: bool) -> Line:
    """A call in which a question was asked and played to its end."""
    line = Line(**call)
    line.asks(question, awaiting)
    line.runs(line.quiet_ms)
    return line


def test_a_clear_yes_is_answered_600_ms_after_it() -> None:
    line = asked()
    quiet = line.says("yes please", line.now_ms + 1000)
    line.runs(quiet + 600)
    assert line.did == [(quiet + 600, Answer("yes please"))]


@pytest.mark.parametrize(("said", "answer"), [("one", "yes"), ("number two please", "no"), ("three", "three"), ("one moment", None)])
def test_the_number_of_a_key_may_be_said(said: str, answer: str | None) -> None:
    line = asked()
    line.says(said, line.now_ms + 1000)
    line.runs(line.now_ms + 5000)
    assert line.answers() == ([] if answer is None else [answer])


def test_a_key_is_an_answer_at_once() -> None:
    line = asked()
    line.presses("1", line.now_ms + 1000)
    line.runs(line.now_ms + 1020)
    assert line.acts() == [Answer("yes", keyed=True)]


def test_a_key_during_the_question_stops_it_and_counts() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    line.presses("2", 100)
    line.runs(2000)
    assert line.acts() == [StopPlaying(), Answer("no", keyed=True)]


def test_zero_during_the_question_reaches_a_person() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    line.presses("0", 100)
    line.runs(2000)
    assert line.acts() == [StopPlaying(), ToPerson()]


def test_nine_hears_the_question_again() -> None:
    line = asked()
    line.presses("9", line.now_ms + 500)
    line.runs(line.now_ms + 3000)
    assert line.acts() == [SayAgain()]


def test_silence_climbs_to_a_person_and_gives_no_answer() -> None:
    line = asked()
    line.runs(120_000)
    assert [response for _, response in line.said()] == [
        "utter_voice_yes_no_shorter",
        "utter_voice_yes_no_keys",
        "utter_voice_silent_person",
    ]
    assert line.answers() == []
    assert line.acts()[-1] == GiveUp(Rung.PERSON, "utter_voice_silent_person")


def test_no_silence_is_counted_while_the_line_thinks() -> None:
    line = asked()
    line.says("yes", line.now_ms + 1000)
    line.runs(line.now_ms + 60_000)
    assert line.said() == []


def test_digits_keyed_slowly_are_not_taken_for_silence() -> None:
    line = asked("What is your full date of birth?", Awaiting.DATE_OF_BIRTH)
    begun = line.now_ms + 5000
    for place, key in enumerate("03141946"):
        line.presses(key, begun + place * 4500)
    line.runs(begun + 40_000)
    assert line.acts() == [Answer("03/14/1946", keyed=True)]


def test_digits_that_make_no_answer_are_asked_for_by_keys() -> None:
    line = asked("What is your full date of birth?", Awaiting.DATE_OF_BIRTH)
    line.presses("13141946", line.now_ms + 1000)
    line.runs(line.now_ms + 5000)
    assert [response for _, response in line.said()] == ["utter_voice_date_of_birth_keys"]
    assert line.answers() == []


def test_a_voice_stops_the_line_and_is_the_answer() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    line.says("no not then", 1500, 900)
    line.runs(6000)
    assert line.did[0] == (1620, StopPlaying())
    assert line.answers() == ["no not then"]


def test_a_caller_who_begins_while_the_line_ends_is_heard_whole() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    quiet = line.says("yes please", line.quiet_ms - 60, 500)
    line.runs(quiet + 2000)
    assert line.did == [(quiet + 600, Answer("yes please"))]


def test_a_long_sentence_begun_while_the_line_ends_is_no_silence() -> None:
    line = Line()
    line.asks("How can I help?", Awaiting.NONE)
    line.says("i have got the eye doctor on tuesday so i can't come", line.quiet_ms - 60, 7000)
    line.runs(line.quiet_ms + 12_000)
    assert line.answers() == ["i have got the eye doctor on tuesday so i can't come"]
    assert line.said() == []


def test_a_cough_before_a_long_question_is_no_silence_during_it() -> None:
    line = Line()
    line.sounds(20, 300)
    line.runs(400)
    line.asks(" ".join(["word"] * 30), Awaiting.NAME)
    line.runs(line.quiet_ms + 5900)
    assert line.did == []


def test_a_hash_alone_changes_nothing_and_the_silence_goes_on_from_it() -> None:
    line = asked()
    line.presses("#", line.now_ms + 3000)
    pressed = line.now_ms + 3000
    line.runs(pressed + 6100)
    assert [(round(at_ms - pressed, -2), response) for at_ms, response in line.said()] == [(6000, "utter_voice_yes_no_shorter")]


def test_what_was_murmured_before_a_key_is_no_answer() -> None:
    line = asked()
    quiet = line.says("well", line.now_ms + 1000, 400)
    line.presses("1", quiet + 500)
    line.runs(quiet + 5000)
    assert line.answers() == ["yes"]


def test_a_sound_that_was_nobody_lets_the_line_go_on() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    line.sounds(1500, 400)
    line.runs(4000)
    assert line.acts() == [StopPlaying(), GoOn()]


def test_after_two_false_interruptions_a_television_no_longer_stops_the_line_and_answers_nothing() -> None:
    line = Line()
    line.asks(MOVE, Awaiting.YES_NO)
    line.sounds(1500, 400)
    line.sounds(5000, 400)
    line.says("yes of course", 8500, 700)
    line.runs(9800)
    assert line.acts() == [StopPlaying(), GoOn(), StopPlaying(), GoOn()]
    line.presses("1", 9900)
    line.runs(10_000)
    assert line.answers() == ["yes"]


def test_our_own_echo_books_nothing() -> None:
    line = Line()
    line.asks("Say yes, or press one.", Awaiting.YES_NO)
    line.says("yes", 900, 300)
    line.runs(5000)
    assert line.answers() == []
    assert [response for _, response in line.said()] == ["utter_voice_yes_no_shorter"]


def test_hello_is_answered_and_the_silence_begins_anew() -> None:
    line = asked()
    quiet = line.says("hello hello", line.now_ms + 5000)
    line.runs(quiet + 6000)
    assert line.said() == [(quiet + 600, "utter_voice_hello")]
    assert line.answers() == []


def test_a_wish_for_time_is_granted_for_two_minutes() -> None:
    line = asked("Which day suits you?", Awaiting.DATE_TIME)
    quiet = line.says("let me get my calendar", line.now_ms + 1000, 1500)
    line.runs(quiet + 120_000)
    first, *others = [response for _, response in line.said()]
    assert first == "utter_voice_take_your_time"
    assert set(others) == {"utter_voice_still_here"}


def test_the_calendar_is_waited_for_after_the_next_question_too() -> None:
    line = asked("Another day? Say yes, or press one.")
    line.will_ask("Which day suits you?", Awaiting.DATE_TIME)
    line.says("Yes. Let me find my calendar.", line.now_ms + 4000, 1800)
    line.runs(60_000)
    assert line.answers() == ["yes"]
    assert {response for _, response in line.said()} == {"utter_voice_still_here"}
    quiet = line.says("thursday not too early", 60_000, 1500)
    line.runs(quiet + 5000)
    assert line.answers() == ["yes", "thursday not too early"]


def test_an_answer_that_was_not_whole_is_taken_back() -> None:
    line = asked()
    quiet = line.says("no", line.now_ms + 1000, 300)
    line.says("wednesday", quiet + 1000, 600)
    line.runs(quiet + 6000)
    assert line.acts() == [Answer("no"), TakeBack(), Answer("no wednesday", resumes=True)]


@pytest.mark.parametrize(("call", "rung"), [({"person": False}, Rung.TEXT), ({"person": False, "text": False}, Rung.CALL_BACK)])
def test_without_a_person_the_silent_caller_is_texted_or_called_back(call: dict[str, bool], rung: Rung) -> None:
    line = Line(**{"person": True, "text": True, **call})
    line.asks(MOVE, Awaiting.YES_NO)
    line.runs(60_000)
    last = line.acts()[-1]
    assert isinstance(last, GiveUp)
    assert last.rung is rung


def test_a_television_alone_does_not_hold_the_line_for_ever() -> None:
    line = asked()
    line.sounds(line.now_ms + 500, 120_000)
    line.runs(120_000)
    assert isinstance(line.acts()[-1], GiveUp)
    assert line.answers() == []


def test_a_mishearing_and_silent_caller_comes_to_her_visit() -> None:
    """The model call with Ruth: an unhurried birth date, a calendar fetched, six seconds of silence twice, and one explicit yes."""
    line = asked("What is your full date of birth?", Awaiting.DATE_OF_BIRTH)
    line.will_ask("March, nineteen forty-six. Which day of March?", Awaiting.DATE_OF_BIRTH)
    line.says("march the fortieth nineteen forty six", line.now_ms + 1500, 3000)
    line.runs(line.now_ms + 12_000)
    line.will_ask("Your Tuesday visit, at ten. Another day? Say yes, or press one.", Awaiting.YES_NO)
    line.says("fourteen", line.now_ms, 500)
    line.runs(line.now_ms + 10_000)
    line.will_ask("Which day suits you?", Awaiting.DATE_TIME)
    line.says("yes let me find my calendar", line.now_ms, 1800)
    line.runs(line.now_ms + 38_000)
    line.will_ask("One: eleven in the morning. Two: half past two in the afternoon.", Awaiting.CHOICE, ["eleven", "half past two"])
    line.says("thursday not too early", line.now_ms, 1500)
    line.runs(line.now_ms + 12_000)
    line.will_ask(MOVE, Awaiting.YES_NO)
    line.says("half past two", line.now_ms, 900)
    line.runs(line.now_ms + 24_000)
    line.says("oh yes please", line.now_ms, 900)
    line.runs(line.now_ms + 2000)
    assert line.answers() == [
        "march the fortieth nineteen forty six",
        "fourteen",
        "yes",
        "thursday not too early",
        "half past two",
        "oh yes please",
    ]
    assert [response for _, response in line.said()] == ["utter_voice_still_here", "utter_voice_yes_no_shorter", "utter_voice_yes_no_keys"]

"""How a message is taken apart, and in which language and of whom it speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety.patterns import PatternError
from bot.safety.signs import Signs
from bot.safety.speech import Speech
from bot.safety.text import MAX_CLAUSES, clauses, heard, plain, sentences

SPEECH = Speech.load()
SIGNS = Signs.load()


def test_plain_words_have_no_case_apostrophe_or_accent() -> None:
    assert plain("CAN’T  respiración\nsí") == "cant respiracion si"


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("yes thursday, oh and my chest hurts", "and my chest hurts"),
        ("9 you guys are great. calf a hot balloon", "calf a hot balloon"),
        ("4/9/91, i want to die", "i want to die"),
        ("see you friday but my face is numb", "but my face is numb"),
        ("quiero cambiar la cita pero me duele el pecho", "pero me duele el pecho"),
    ],
)
def test_what_hides_in_a_message_is_a_clause_of_its_own(text: str, piece: str) -> None:
    assert piece in clauses(text)


def test_a_date_and_a_temperature_are_not_cut() -> None:
    assert clauses("temp 101.5 today") == ["temp 101.5 today"]


def test_speech_without_a_stop_is_read_through_windows() -> None:
    found = clauses(" ".join(f"word{number}" for number in range(40)))
    assert len(found) > 2
    assert all(len(each.split()) <= 14 for each in found)


def test_the_longest_text_has_no_more_clauses_than_the_limit() -> None:
    assert len(clauses(". ".join(f"this is sentence {number}" for number in range(200)))) <= MAX_CLAUSES


def test_a_sentence_keeps_its_commas() -> None:
    assert sentences("No, my chest hurts. Ok?") == [["no", ",", "my", "chest", "hurts"], ["ok"]]


def test_what_was_misheard_is_put_right() -> None:
    assert heard("i have chess pain", SIGNS.heard_as) == "i have chest pain"


def test_a_misspelt_sign_is_read_and_a_word_of_its_own_is_not() -> None:
    known = frozenset({"house", "chase"})
    assert SIGNS.corrected(["bladdr", "house", "numbnes"], known) == ["bladder", "house", "numbness"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("me duele el pecho", "es"),
        ("mi mama se cayo y se pego en la cabeza", "es"),
        ("Ya no quiero vivir", "es"),
        ("no chest pain, la clinica", "en"),
        ("my chest hurts", "en"),
        ("no", "en"),
        ("2", "en"),
    ],
)
def test_the_language(text: str, language: str) -> None:
    assert SPEECH.language(text) == language


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("my mom cant breathe", "other"),
        ("mom fell and i cant lift her", "other"),
        ("he is slurring his words", "other"),
        ("my husband collapsed", "other"),
        ("my chest hurts", "self"),
        ("he hurts me", "self"),
        ("my wife says my face droops", "self"),
        ("chest pain", "self"),
    ],
)
def test_of_whom_it_speaks(text: str, about: str) -> None:
    assert SPEECH.about(text) == about


@pytest.mark.parametrize(
    ("text", "cleared"),
    [
        ("i had a stroke three years ago", True),
        ("used to have chest pain in 2015", True),
        ("had a heart attack in 2015 , can i still do pt", True),
        ("what are the signs of a blood clot", True),
        ("my neighbor had a stroke so im at the hospital", True),
        ("i had a stroke years ago and now my arm is numb again", False),
        ("my chest hurts since yesterday", False),
    ],
)
def test_the_past_and_things_in_general_are_cleared_and_the_present_is_not(text: str, cleared: bool) -> None:
    assert SIGNS.cleared(text.split()) is cleared


def test_a_wrong_speech_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "speech.yml"
    path.write_text("spanish: [si]", encoding="utf-8")
    with pytest.raises(PatternError, match=r"speech\.yml cannot be used"):
        Speech.load(path)

"""How a call listens for each kind of answer, and that the file which says so cannot be wrong unnoticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.phrases import Phrases
from bot.types import Awaiting
from bot.yamlfile import FileError
from tests.support.readability import grade
from voice.listening import Grammar, Meaning
from voice.manners import LISTENING, load_manners

MANNERS = load_manners()
WORDING = LISTENING.with_name("wording.yml")
TEXTS = yaml.safe_load(WORDING.read_text(encoding="utf-8"))["responses"]


@pytest.mark.parametrize("awaiting", list(Awaiting))
def test_every_kind_of_answer_has_a_profile(awaiting: Awaiting) -> None:
    assert MANNERS.profiles[awaiting].awaiting is awaiting


@pytest.mark.parametrize(
    ("awaiting", "grammar"),
    [
        (Awaiting.YES_NO, Grammar.YES_NO),
        (Awaiting.CHOICE, Grammar.CHOICE),
        (Awaiting.NPS_SCORE, Grammar.DIGITS),
        (Awaiting.PAIN_SCORE, Grammar.DIGITS),
        (Awaiting.DATE_OF_BIRTH, Grammar.DATE),
        (Awaiting.NAME, Grammar.NAMES),
        (Awaiting.PHONE, Grammar.DIGITS),
        (Awaiting.DATE_TIME, Grammar.TIME),
        (Awaiting.FREE_TEXT, Grammar.OPEN),
        (Awaiting.COMMENT, Grammar.OPEN),
        (Awaiting.NONE, Grammar.OPEN),
    ],
)
def test_what_is_awaited_decides_the_grammar(awaiting: Awaiting, grammar: Grammar) -> None:
    assert MANNERS.profiles[awaiting].grammar is grammar


def test_a_yes_or_no_ends_after_1200_ms_of_silence() -> None:
    assert MANNERS.profiles[Awaiting.YES_NO].end_silence_ms == 1200


@pytest.mark.parametrize("awaiting", [Awaiting.DATE_OF_BIRTH, Awaiting.NAME, Awaiting.PHONE])
def test_a_birth_date_a_name_and_a_number_get_two_seconds_or_more(awaiting: Awaiting) -> None:
    assert 2000 <= MANNERS.profiles[awaiting].end_silence_ms <= 2500


@pytest.mark.parametrize("awaiting", [Awaiting.NAME, Awaiting.FREE_TEXT, Awaiting.COMMENT, Awaiting.NONE])
def test_what_has_no_clear_end_never_ends_early(awaiting: Awaiting) -> None:
    assert MANNERS.profiles[awaiting].early_end_ms is None


def test_digits_are_data_exactly_where_they_are_the_answer() -> None:
    data = {awaiting for awaiting, profile in MANNERS.profiles.items() if profile.keys.meaning is Meaning.DATA}
    assert data == {Awaiting.NPS_SCORE, Awaiting.PAIN_SCORE, Awaiting.DATE_OF_BIRTH, Awaiting.PHONE}


@pytest.mark.parametrize("awaiting", list(Awaiting))
def test_every_retry_has_its_words(awaiting: Awaiting) -> None:
    names = Phrases.load(WORDING).names()
    assert {name.removeprefix("utter_") for name in MANNERS.profiles[awaiting].retry} <= set(names)


@pytest.mark.parametrize("awaiting", list(Awaiting))
def test_the_second_retry_names_the_way_to_a_person(awaiting: Awaiting) -> None:
    profile = MANNERS.profiles[awaiting]
    [variant] = TEXTS[profile.retry[1]]
    way = (
        "star key twice"
        if profile.keys.meaning is Meaning.DATA
        else "press 0"
        if profile.keys.meaning is Meaning.CONTROL
        else "0 for a person"
    )
    assert way in variant["text"]


@pytest.mark.parametrize("name", list(TEXTS))
def test_what_a_call_says_is_plain_and_asks_one_thing(name: str) -> None:
    for variant in TEXTS[name]:
        assert variant["text"].count("?") <= 1
        assert grade(variant["text"].replace("{question}", "").replace("{options}", "")) < 7


def changed(tmp_path: Path, *path: str, to: Any) -> Path:
    """Write the file with one value changed; None takes it out."""
    data = yaml.safe_load(LISTENING.read_text(encoding="utf-8"))
    inner = data
    for key in path[:-1]:
        inner[key] = dict(inner[key])
        inner = inner[key]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    file = tmp_path / "listening.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("profiles", "phone"), None, "profiles.phone is missing"),
        (("profiles", "fax"), {}, "profiles.fax is not known"),
        (("profiles", "yes_no", "grammar"), "yes", "write one of yes_no, digits"),
        (("profiles", "yes_no", "early_end_ms"), 1200, "write less than end_silence_ms"),
        (("profiles", "yes_no", "end_silence_ms"), "1.2 s", "write a whole number"),
        (("profiles", "choice", "keys", "answers"), {"9": "nine"}, "0 and 9 are a person and a repetition"),
        (("profiles", "phone", "keys", "complete"), "(", "write a regular expression"),
        (("profiles", "name", "retry"), ["utter_voice_name_shorter"], "write two names"),
        (("keypad", "double_star_ms"), 0, "write a whole number of 1 or more"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_remedy(tmp_path: Path, path: tuple[str, ...], to: Any, said: str) -> None:
    with pytest.raises(FileError, match=said):
        load_manners(changed(tmp_path, *path, to=to))

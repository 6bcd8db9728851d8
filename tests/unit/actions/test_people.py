"""Whom the words mean on a number that speaks for several."""

from __future__ import annotations

from datetime import date

import pytest

from actions.people import mentioned, says_all
from actions.scheduling.types import Person, Related


def person(given: str, gender: str = "", *, as_code: str | None = None, as_words: str = "", born: date = date(1980, 1, 1)) -> Person:
    """A patient; with `as_code` or `as_words` the number is a relative's, who is that to the patient."""
    related = None
    if as_code is not None or as_words:
        related = Related("RelatedPerson/writer", "Anna", "Keller", as_words, as_code or "")
    return Person(f"Patient/{given.lower()}", given, "Keller", born, (), related or "self", gender)


RUTH = person("Ruth", "female", as_code="DAU")
WALTER = person("Walter", "male", as_code="DAU")
ANNA = person("Anna", "female")
MEI = person("Mei", "female", as_code="MTH")
LILY = person("Lily", "female", as_code="MTH")
TWINS = (LILY, MEI)
ANNAS = (ANNA, RUTH)


def names(people: tuple[Person, ...], text: str) -> list[str]:
    return [each.given for each in mentioned(people, text).people]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mom can't make thursday", ["Ruth"]),
        ("my mother's visit needs to move", ["Ruth"]),
        ("when does Ruth come in", ["Ruth"]),
        ("this is for me, not her", ["Anna"]),
        ("i want to move my own visit", ["Anna"]),
        ("can i come friday", []),
    ],
)
def test_a_daughter_writes_for_her_mother_or_herself(text: str, meant: list[str]) -> None:
    assert names(ANNAS, text) == meant


@pytest.mark.parametrize("text", ["is dad still on for fri?", "what about my father's visit", "my dad's appointment"])
def test_a_relative_who_is_not_on_the_number_is_told_apart(text: str) -> None:
    found = mentioned(ANNAS, text)
    assert (found.people, found.unknown) == ((), "father")


@pytest.mark.parametrize(
    "text",
    [
        "my daughter is sick so i can't come tomorrow",
        "i have to pick up my son from school",
        "it's my daughter's wedding that day",
        "cant make it, taking my girls to the dentist",
        "my son has the flu, need to cancel",
        "i'm visiting my daughter next week",
        "because of my daughter i need another day",
        "my daughter told me to text you",
    ],
)
def test_a_relative_who_is_only_the_reason_is_nobodys_patient(text: str) -> None:
    own = (person("Maya", "female"), LILY)
    assert mentioned(own, text).people == ()
    assert mentioned((person("Maya", "female"),), text).unknown == ""


@pytest.mark.parametrize(
    "text",
    [
        "my daughter is sick, can we move her appointment",
        "my daughter has the flu and she can't make her visit",
        "my daughter can't come tuesday",
        "taking my daughter out of school that day, is there another time for her",
    ],
)
def test_a_sick_relative_whose_visit_it_is_is_meant(text: str) -> None:
    assert names((person("Maya", "female"), LILY), text) == ["Lily"]


@pytest.mark.parametrize("word", ["wife", "wifey", "spouse", "partner", "better half"])
def test_spouses_by_many_words(word: str) -> None:
    joan = person("Joan", "female", as_code="HUSB")
    assert names((person("Roy", "male"), joan), f"my {word} can't make it monday") == ["Joan"]


def test_a_minors_own_number_is_answered_by_a_parent() -> None:
    teen = person("Teo", "male", born=date(2010, 3, 1))
    assert mentioned((teen,), "my son can't come", date(2025, 6, 2)).people == (teen,)
    assert mentioned((teen,), "my son can't come", date(2030, 6, 2)).people == ()


@pytest.mark.parametrize("text", ["i'm her mom", "this is her daughter", "i am ruth's daughter and want to ask something"])
def test_who_writes_is_not_for_whom(text: str) -> None:
    assert mentioned((MEI,), text).unknown == ""


def test_a_husband_is_not_a_wife() -> None:
    joan = person("Joan", "female", as_code="SPS")
    assert mentioned((joan,), "my husband can't make it").unknown == "husband"


@pytest.mark.parametrize(
    ("words", "gender", "said"),
    [
        ("daughter", "female", "mom"),
        ("Daughter of patient", "male", "my dad"),
        ("Mother", "female", "my daughter"),
        ("natural parent", "male", "my son"),
        ("wife", "male", "my husband"),
        ("domestic partner", "female", "my partner"),
        ("granddaughter", "female", "my grandma"),
        ("grandson", "male", "grandpa"),
        ("sister", "male", "my brother"),
        ("niece", "female", "my aunt"),
        ("guardian", "", "the kids"),
    ],
)
def test_a_relation_without_a_code_is_read_from_its_words(words: str, gender: str, said: str) -> None:
    pat = person("Pat", gender, as_words=words)
    assert names((pat,), f"{said} can't come tuesday") == ["Pat"]


def test_a_grandmother_is_no_mother() -> None:
    assert mentioned((RUTH,), "my grandmother can't come").people == ()


def test_a_patient_found_twice_is_one() -> None:
    twice = (person("Ruth", "female", as_code="DAU"), person("Ruth", "female"), ANNA)
    found = mentioned(twice, "Ruth can't come")
    assert [each.reference for each in found.people] == ["Patient/ruth"]
    assert found.people[0].relationship == "self"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("its for lilly", ["Lily"]),
        ("meii cant come", ["Mei"]),
        ("lili's visit", ["Lily"]),
        ("tell me when i can come", []),
        ("like i said, friday", []),
        ("is the line open in may", []),
        ("both", ["Lily", "Mei"]),
        ("for the twins please", ["Lily", "Mei"]),
        ("Mei and Lily", ["Lily", "Mei"]),
    ],
)
def test_short_names_and_their_typos(text: str, meant: list[str]) -> None:
    assert names(TWINS, text) == meant


@pytest.mark.parametrize("text", ["deshaun can't come", "Deshawn's visit"])
def test_long_names_forgive_a_letter(text: str) -> None:
    assert names((person("Deshawn", "male"),), text) == ["Deshawn"]


def test_everybody_is_one_when_there_is_one() -> None:
    assert mentioned((ANNA,), "cancel both").people == ()
    assert says_all("both of them")
    assert not says_all("bother me not")

"""Short forms are opened and typing errors mended, and what is no error stays."""

from pathlib import Path

import pytest

from bot.nlu.encoder import shared_encoder
from bot.nlu.spelling import Speller

EXAMPLES = [
    text
    for word in ("appointment", "tomorrow", "thursday", "hello", "exercise", "shoulder", "sitting", "number", "cancel", "wanted")
    for text in (f"the {word}", f"my {word}", f"a {word}")
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.fit(EXAMPLES, shared_encoder().words())


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("cansel my apointment", "cancel my appointment"),
        ("helo", "hello"),
        ("tomorow or thrusday", "tomorrow or thursday"),
        ("cant make it tmrw, u got anything thurs?", "can't make it tomorrow, you got anything thursday?"),
        ("ill be there", "i'll be there"),
        ("my excersise hurts my sholder", "my exercise hurts my shoulder"),
    ],
)
def test_what_was_meant(speller: Speller, sent: str, read: str) -> None:
    assert speller.plain(sent) == read


@pytest.mark.parametrize(
    "sent", ["dad fell ill", "the plumber comes", "i fainted", "hola", "i'm quitting", "👍", "?!", "4/9/91", "10:30am"]
)
def test_what_is_left_alone(speller: Speller, sent: str) -> None:
    assert speller.plain(sent) == sent


def test_a_text_of_nothing_but_slang_stays_something(speller: Speller) -> None:
    assert speller.plain("tbh") == "tbh"
    assert speller.plain("") == ""


def test_a_stored_speller_mends_alike(speller: Speller, tmp_path: Path) -> None:
    speller.save(tmp_path)
    again = Speller.load(tmp_path)
    assert [again.plain(text) for text in [*EXAMPLES, "helo", "thrusday"]] == [
        speller.plain(text) for text in [*EXAMPLES, "helo", "thrusday"]
    ]

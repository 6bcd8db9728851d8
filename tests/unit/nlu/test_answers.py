"""The same short word means another thing after another question."""

import pytest

from bot.nlu.answers import read
from bot.types import Awaiting


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please!",
        "yep",
        "ok",
        "sure thing",
        "👍",
        "👍🏽",
        "sounds good",
        "oh, yes please",
        "yes, dear",
        "Si",
        "ok do it",
        "that works",
    ],
)
def test_yes(text: str) -> None:
    assert read(text, Awaiting.YES_NO).intent == "affirm"  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["no", "Nope.", "no thanks", "👎", "nah", "not really", "none of those", "that's wrong"])
def test_no(text: str) -> None:
    assert read(text, Awaiting.YES_NO).intent == "deny"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "i guess so",
        "that'll do nicely",
        "i'll take it",
        "ok move it then",
        "might as well",
        "100%",
        "mhm",
        "it's a deal",
        "yes i'm sure",
        "oh wow yes gimme gimme",
        "yeah see you all then",
    ],
)
def test_odd_words_are_a_yes_only_to_a_question(text: str) -> None:
    assert read(text, Awaiting.YES_NO).intent == "affirm"  # type: ignore[union-attr]
    assert read(text, Awaiting.NONE) is None


@pytest.mark.parametrize(
    "text", ["dont bother", "please don't", "ehh no", "that won't work for her", "i'd rather not", "no, that's too early"]
)
def test_odd_words_are_a_no_to_a_question(text: str) -> None:
    assert read(text, Awaiting.YES_NO).intent == "deny"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "cancel it",
        "yes cancel it",
        "change it",
        "cancel",
        "yes if dana is in",
        "yeah that hurts a bit",
        "yes on thursday",
        "sure what else",
    ],
)
def test_another_wish_is_no_yes(text: str) -> None:
    assert read(text, Awaiting.YES_NO) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("2.", 2),
        ("#3", 3),
        ("option 3 please", 3),
        ("the second one", 2),
        ("i'll take the last one", -1),
        ("number one", 1),
        ("3) works for me", 3),
        ("two", 2),
        ("to", 2),
        ("ok 2", 2),
    ],
)
def test_choices(text: str, number: int) -> None:
    answer = read(text, Awaiting.CHOICE)
    assert answer is not None
    assert (answer.intent, answer.entities) == ("choose_option", (("choice", number),))


@pytest.mark.parametrize(
    ("text", "awaiting", "intent"),
    [
        ("1", Awaiting.YES_NO, "affirm"),
        ("2", Awaiting.YES_NO, "deny"),
        ("1", Awaiting.NONE, "choose_option"),
        ("0", Awaiting.NONE, "talk_to_human"),
        ("0", Awaiting.CHOICE, "choose_option"),
        ("0", Awaiting.NPS_SCORE, None),
        ("0", Awaiting.DATE_OF_BIRTH, None),
        ("1", Awaiting.DATE_OF_BIRTH, None),
    ],
)
def test_a_bare_digit_belongs_to_the_open_question(text: str, awaiting: Awaiting, intent: str | None) -> None:
    answer = read(text, awaiting)
    assert (answer.intent if answer else None) == intent


@pytest.mark.parametrize(
    "text",
    [
        "no i meant friday",
        "yes but is there parking",
        "thursday",
        "can i come in later",
        "",
        "ok so what about the 5th then and who is it with",
    ],
)
def test_longer_messages_are_left_to_the_classifier(text: str) -> None:
    assert read(text, Awaiting.YES_NO) is None

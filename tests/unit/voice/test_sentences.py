"""What is said is cut into chunks with pauses after facts, and the transcript keeps the chunks that were heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_replies import REPLIES, Reply
from voice.sentences import AFTER_FACT_MS, AFTER_SENTENCE_MS, LONGEST, SHORTEST, Chunk, Heard, chunks, heard
from voice.spoken import say

DONE = "It's moved. Thursday, June fifth. Half past two. With Sam, at Eastgate. Goodbye."


def texts(said: str) -> list[str]:
    return [chunk.text for chunk in chunks(said, "r1")]


def test_sentences_are_chunks_with_a_mark_each() -> None:
    assert [(chunk.mark, chunk.text) for chunk in chunks("Hello. How can I help?", "r7")] == [
        ("r7.1", "Hello."),
        ("r7.2", "How can I help?"),
    ]


def test_a_pause_follows_each_fact_and_none_the_end() -> None:
    assert [(chunk.text, chunk.pause_ms) for chunk in chunks(DONE, "r1")] == [
        ("It's moved.", AFTER_SENTENCE_MS),
        ("Thursday, June fifth.", AFTER_FACT_MS),
        ("Half past two.", AFTER_FACT_MS),
        ("With Sam, at Eastgate.", AFTER_FACT_MS),
        ("Goodbye.", 0),
    ]


def test_whoever_listens_slowly_gets_longer_pauses() -> None:
    assert [chunk.pause_ms for chunk in chunks(DONE, "r1", speed=0.75)] == [400, 800, 800, 800, 0]


@pytest.mark.parametrize(
    "fact",
    [
        "Press zero for a person.",
        "A forty dollar fee may apply.",
        "It is at twelve Mill Street.",
        "Call two zero seven, five five five, zero one one one.",
        "We open at noon.",
        "It is with Priya.",
    ],
)
def test_these_are_facts(fact: str) -> None:
    assert chunks(f"{fact} Goodbye.", "r1")[0].pause_ms == AFTER_FACT_MS


def test_each_of_several_visits_is_a_chunk() -> None:
    said = "After that: Thursday, June twelfth, at two in the afternoon; Tuesday, June seventeenth, at ten in the morning."
    assert texts(said) == [
        "After that: Thursday, June twelfth, at two in the afternoon;",
        "Tuesday, June seventeenth, at ten in the morning.",
    ]


def test_a_long_sentence_is_divided_at_a_comma_but_not_within_a_day() -> None:
    said = (
        "Thursday, June fifth, at half past twelve in the afternoon, with Priya, instead of Wednesday, June fourth, at ten in the morning,"
        " with Sam at Riverside."
    )
    divided = texts(said)
    assert " ".join(divided) == said
    assert len(divided) > 1
    assert not any(piece.startswith(("June", "at half", "at ten")) for piece in divided)


def test_a_long_sentence_without_a_comma_stays_whole() -> None:
    said = "on it goes " * 20
    assert texts(said) == [said.strip()]


SPOKEN = {param.values[0].name for param in REPLIES if param.values[0].channel == "voice"}


@pytest.mark.parametrize("reply", [param for param in REPLIES if param.values[0].channel == "voice" or param.values[0].name not in SPOKEN])
def test_no_reply_waits_long_for_its_first_sound(reply: Reply) -> None:
    """A chunk is longer than usual only where nothing parts it, and never by much."""
    said = say(reply.filled).text
    pieces = texts(said)
    assert " ".join(pieces) == said
    assert len(pieces[0]) <= LONGEST + 25, pieces[0]


@given(st.text(alphabet="abc ,.?!;:", max_size=300))
def test_nothing_is_lost_and_no_chunk_is_empty(said: str) -> None:
    pieces = texts(said)
    assert "".join(pieces).replace(" ", "") == said.replace(" ", "")
    assert all(pieces)


def test_a_divided_sentence_has_no_short_piece() -> None:
    said = "Well, " + "and so on " * 15 + ", yes."
    assert all(len(piece) >= SHORTEST for piece in texts(said))


SAID = chunks("One. Two. Three.", "r1")


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ([], ""),
        (["r1.1"], "One."),
        (["r1.1", "r1.2"], "One. Two."),
        (["r1.2"], "One. Two."),
        (["r1.1", "r1.2", "r1.3"], "One. Two. Three."),
        (["r0.3", "x"], ""),
    ],
)
def test_the_transcript_keeps_what_was_heard(returned: list[str], text: str) -> None:
    assert heard(SAID, returned) == text


def test_marks_after_clear_were_not_heard() -> None:
    follow = Heard(SAID)
    follow.mark("r1.1")
    follow.clear()
    follow.mark("r1.2")
    follow.mark("r1.3")
    assert follow.text == "One."
    assert not follow.whole
    assert [chunk.text for chunk in follow.rest] == ["Two.", "Three."]


def test_an_utterance_is_heard_whole_with_its_last_mark() -> None:
    follow = Heard(SAID)
    for chunk in SAID:
        assert not follow.whole
        follow.mark(chunk.mark)
    assert follow.whole
    assert follow.rest == ()
    assert Heard(()).whole
    assert chunks("", "r1") == ()
    assert Chunk("r1.1", "One.", AFTER_SENTENCE_MS) == SAID[0]

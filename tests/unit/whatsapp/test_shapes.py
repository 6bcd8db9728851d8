"""Questions as Twilio's contents: within the limits of WhatsApp they may be tapped, beyond them they are words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.types import Option
from channels.twilio.content_store import ContentStore
from channels.twilio.shapes import Filled, filled

OFFER = "Instead of Tue Jun 3, 10:00 AM with Dana: 1) Wed Jun 4, 5:15 PM 2) Thu Jun 5, 12:30 PM. Reply 1 or 2 or say what suits."


def options(*titles: str) -> list[Option]:
    return [Option(f"tap_{number:020d}", title) for number, title in enumerate(titles, start=1)]


def on_a_telephone(question: Filled) -> tuple[str, str, list[tuple[str, str]]]:
    """What a patient sees, by way of a store that checks as Twilio does."""
    store = ContentStore(lambda: datetime(2025, 6, 2, tzinfo=UTC))
    kept = store.create("AC", question.shape.body)
    shown = store.shown(kept.sid, json.dumps(dict(question.variables)))
    return shown.body, shown.kind, [(one["title"], one["id"]) for one in shown.options]


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        (("Yes", "No"), "buttons"),
        (("Wed Jun 4, 5:15 PM", "Thu Jun 5, 12:30 PM", "Fri Jun 6, 8:00 AM"), "buttons"),
        (("Wed Jun 4, 5:15 PM", *(f"Thu Jun 5, {hour}:00 PM" for hour in range(1, 4))), "list"),
        (("a" * 21, "b"), "list"),
        (tuple(f"{number} o'clock" for number in range(10)), "list"),
    ],
)
def test_what_fits_is_tapped(titles: tuple[str, ...], kind: str) -> None:
    question = filled(OFFER, options(*titles), "Choose")
    assert question is not None
    body, shown, entries = on_a_telephone(question)
    assert (body, shown) == (OFFER, kind)
    assert entries == [(title, f"tap_{number:020d}") for number, title in enumerate(titles, start=1)]


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (OFFER, ()),
        (OFFER, ("a" * 25, "b")),
        (OFFER, tuple(str(number) for number in range(11))),
        (OFFER, ("Dana", "Dana")),
        (OFFER, ("", "b")),
        ("x" * 1025, ("Yes", "No")),
        ("two\nlines", ("Yes", "No")),
    ],
    ids=["none", "long title", "eleven", "twins", "blank", "long body", "lines"],
)
def test_what_does_not_fit_goes_as_words(body: str, titles: tuple[str, ...]) -> None:
    assert filled(body, options(*titles), "Choose") is None


@given(st.text(alphabet=st.characters(whitelist_categories=("L", "N", "P")), min_size=1, max_size=40).map(str), st.integers(1, 25))
def test_a_long_body_is_told_whole(word: str, count: int) -> None:
    body = " ".join([word] * count)
    question = filled(body, options("Yes", "No"), "Choose")
    assert question is not None
    assert on_a_telephone(question)[0] == body


def test_no_word_of_a_question_is_kept_at_twilio() -> None:
    question = filled(OFFER, options("Wed Jun 4, 5:15 PM", "Thu Jun 5, 12:30 PM"), "Choose")
    assert question is not None
    assert "Jun" not in str(question.shape.body)
    assert "Dana" not in str(question.shape.body)

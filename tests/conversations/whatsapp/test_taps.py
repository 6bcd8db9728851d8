"""Visits arranged by tapping."""

from __future__ import annotations

import pytest

from tests.support.line import Line
from tests.support.whatsapp import OnWhatsApp

pytestmark = pytest.mark.model

MOVE = "can't make tuesday, got something later that week?"
TUESDAY = ("Tue Jun 3 10:00", "Dana")


async def test_a_visit_is_moved_with_two_taps(line: Line, maya: OnWhatsApp) -> None:
    before = await line.visits("maya")
    assert "date of birth" in await maya.write(MOVE)
    assert maya.offered == []
    await maya.write("4/9/91")
    assert len(maya.offered) == 3
    chosen = maya.offered[1]
    assert chosen in await maya.tap(chosen)
    assert maya.offered == ["Yes", "No"]
    assert await line.visits("maya") == before
    assert (await maya.tap("Yes")).startswith("Done")
    after = await line.visits("maya")
    assert before[0] == TUESDAY
    assert after[0] != TUESDAY
    assert len(after) == len(before)
    assert line.news("maya") == [], "nothing of it is texted"


async def test_typing_works_as_well_as_tapping(line: Line, maya: OnWhatsApp) -> None:
    await maya.converse(MOVE, "4/9/91", "2", "yes")
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_a_tap_on_an_old_offer_chooses_nothing(line: Line, maya: OnWhatsApp) -> None:
    await maya.converse(MOVE, "4/9/91")
    old = maya.received[-1]
    await maya.write("no, what about next week?")
    newer = maya.received[-1]
    assert [one["title"] for one in newer.options] != [one["title"] for one in old.options]
    await maya.tap(old.options[0]["title"], old)
    assert "Yes" not in maya.offered, "an old button must not lead to a yes"
    await maya.write("yes")
    assert (await line.visits("maya"))[0] == TUESDAY


async def test_a_yes_tapped_twice_books_once(line: Line, maya: OnWhatsApp) -> None:
    before = await line.visits("maya")
    await maya.converse(MOVE, "4/9/91", "1")
    question = maya.received[-1]
    await maya.tap("Yes", question)
    after = await line.visits("maya")
    await maya.tap("Yes", question)
    assert await line.visits("maya") == after
    assert len(after) == len(before)


async def test_a_no_that_is_tapped_changes_nothing(line: Line, maya: OnWhatsApp) -> None:
    before = await line.visits("maya")
    await maya.converse(MOVE, "4/9/91", "1")
    await maya.tap("No")
    assert await line.visits("maya") == before


async def test_a_thumbs_up_moves_nothing(line: Line, maya: OnWhatsApp) -> None:
    await maya.converse(MOVE, "4/9/91", "2")
    question = maya.received[-1]
    await maya.write("👍", MessageType="reaction", OriginalRepliedMessageSid=question.sid)
    assert (await line.visits("maya"))[0] == TUESDAY
    await maya.tap("Yes", question)
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_buttons_that_twilio_does_not_take_are_words(line: Line, maya: OnWhatsApp) -> None:
    line.twilio.contents.refuses = True
    await maya.converse(MOVE, "4/9/91")
    assert maya.offered == []
    assert "1)" in maya.received[-1].body
    await maya.converse("2", "yes")
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_texts_and_whatsapp_are_threads_of_their_own(line: Line, maya: OnWhatsApp) -> None:
    await maya.write(MOVE)
    replies = await line.text("maya", "4/9/91")
    assert "1)" not in " ".join(replies)
    assert (await line.visits("maya"))[0] == TUESDAY

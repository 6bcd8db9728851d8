"""Moving a visit by text."""

from tests.support.line import Line, said

MOVE = "can't make tuesday, got something later that week?"
DANA = "Practitioner/dana-whitfield"


async def test_a_visit_is_moved_in_four_messages(line: Line) -> None:
    before = await line.visits("maya")
    replies = await line.converse("maya", MOVE, "4/9/91", "2", "yes")
    after = await line.visits("maya")
    assert before[0] == ("Tue Jun 3 10:00", "Dana")
    assert after[0] == ("Thu Jun 5 12:30", "Dana")
    assert len(after) == len(before)
    assert said(replies[0]).startswith("Harbor PT here")
    assert "Thu Jun 5, 12:30 PM" in said(replies[2])
    assert said(replies[3]).startswith("Done: Thu Jun 5, 12:30 PM with Dana")
    assert await line.slot_status(DANA, "2025-06-03T10:00") == {"free"}
    assert await line.slot_status(DANA, "2025-06-05T12:30") == {"busy"}


async def test_a_digression_and_a_correction_on_the_way(line: Line) -> None:
    replies = await line.converse(
        "maya", "cant make tues, anything later that week?", "4/9/91", "2. is there parking at riverside?", "no i meant friday"
    )
    assert "Mill St" in said(replies[2])
    assert "Thu Jun 5, 12:30 PM" in said(replies[2])
    assert "Fri Jun 6" in said(replies[3])
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")
    await line.text("maya", "👍")
    assert (await line.visits("maya"))[0][0].startswith("Fri Jun 6")


async def test_nothing_is_written_before_the_yes(line: Line) -> None:
    before = await line.visits("maya")
    await line.converse("maya", MOVE, "4/9/91", "1")
    assert await line.visits("maya") == before
    replies = await line.text("maya", "never mind")
    assert await line.visits("maya") == before
    assert "Tue Jun 3, 10:00 AM" in said(replies)


async def test_a_no_asks_what_suits_and_searches_again(line: Line) -> None:
    replies = await line.converse("maya", MOVE, "4/9/91", "1", "no", "what about next week in the afternoon")
    assert "What day or time" in said(replies[3])
    assert "Jun 9" in said(replies[4]) or "Jun 10" in said(replies[4]) or "Jun 11" in said(replies[4])
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")


async def test_a_yes_sent_with_the_choice_does_not_answer_the_question_that_follows(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91")
    replies = await line.text("maya", "2", "yes")
    assert (await line.visits("maya"))[0] == ("Tue Jun 3 10:00", "Dana")
    assert "Reply YES" in said(replies)
    await line.text("maya", "yes")
    assert (await line.visits("maya"))[0] == ("Thu Jun 5 12:30", "Dana")


async def test_a_burst_is_answered_once(line: Line) -> None:
    replies = await line.text("maya", "hi", "its maya", "cant make tues", "anything later that week?")
    assert len(replies) == 1, replies
    assert "date of birth" in replies[0]

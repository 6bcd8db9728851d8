"""A sign is found in every state of a conversation; what follows is fixed, and nothing in the schedule changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import handoff
from bot.store import tables
from tests.support.line import Line, said

ONCALL = "+12075550111"
MOVE = "can't make tuesday, got something later that week?"


async def pages(line: Line) -> int:
    return sum(row["purpose"] == "page" for row in await line.rows(tables.outbox))


async def levels(line: Line) -> list[str]:
    return [row["level"] for row in await line.rows(tables.incident)]


@pytest.mark.parametrize(
    ("before", "text", "level", "word"),
    [
        ((), "my chest feels like an elephant is sitting on it", "emergency", "911"),
        ((), "hi its maya, can i get in sooner, my incision is leaking yellow stuff", "urgent", "clinician"),
        ((MOVE,), "4/9/91 and i can't feel anything when i wipe", "emergency", "911"),
        ((MOVE,), "maya torres, honestly i want to die", "crisis", "988"),
        ((MOVE, "4/9/91"), "2. also my face is drooping on one side", "emergency", "911"),
        ((MOVE, "4/9/91"), "no i meant friday, my throat is closing up", "emergency", "911"),
        (("what are your hours",), "ok. mom fell and hit her head", "emergency", "for them"),
        (("is there parking",), "10 you guys are great. i passed out in the shower tho", "emergency", "911"),
        ((), "HELP i think im having a stroke", "emergency", "911"),
        ((), "STOP texting me i want to kill myself", "crisis", "988"),
        ((), "me duele el pecho y no puedo respirar", "emergency", "Llame al 911"),
        ((), "ya no quiero vivir", "crisis", "988"),
        ((MOVE, "4/9/91"), "my husband hits me when i do the exercises", "urgent", "right away"),
        ((), "heard a pop in my knee and now i cant put any weight on it", "emergency", "911"),
    ],
)
async def test_a_sign_is_found_in_every_state(line: Line, before: tuple[str, ...], text: str, level: str, word: str) -> None:
    visits = await line.visits("maya")
    await line.converse("maya", *before)
    assert word in said(await line.text("maya", text))
    assert await levels(line) == [level]
    assert await pages(line) == 1
    assert await line.visits("maya") == visits
    (card,) = await line.rows(tables.handoff)
    assert card["reason"] == "red_flag"


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain or anything, just need to move tuesday",
        "how do i do the dead bug again",
        "had a heart attack in 2015, can i still do pt",
        "this schedule is killing me lol, can you move my tuesday appointment",
        "what are the signs of a blood clot",
    ],
)
async def test_what_only_sounds_like_one_is_answered_as_ever(line: Line, text: str) -> None:
    assert "911" not in said(await line.text("maya", text))
    assert await line.rows(tables.incident) == []


async def test_the_survey_that_hides_a_red_flag(line: Line) -> None:
    visits = await line.visits("luis")
    first = said(await line.text("luis", "9 you guys are great. calfs a hot balloon since sunday but thats age"))
    assert "someone will call" in first
    second = said(await line.text("luis", "its nothing. can i move thurs?"))
    assert "Priya will call by 8:3" in second
    assert "911" in second
    third = said(await line.text("luis", "bit short of breath on the stairs too"))
    assert "This may be an emergency" in third
    (incident,) = await line.rows(tables.incident)
    assert [event["level"] for event in incident["events"]] == ["urgent", "emergency"]
    assert await pages(line) == 2
    assert await line.visits("luis") == visits


async def test_staff_who_have_the_conversation_are_not_talked_over_except_in_danger(line: Line) -> None:
    await line.text("deshawn", "get me a person please")
    (row,) = await line.rows(tables.conversation)

    def claim(connection: sa.engine.Connection) -> None:
        handoff.claim(connection, row["id"], "staff:marisol", row["owner_version"], line.clock.now())

    await line.database.writing(claim)
    assert await line.text("deshawn", "why was i billed 80 dollars") == []
    assert "911" in said(await line.text("deshawn", "my chest is so tight i cant breathe"))
    assert await line.text("deshawn", "are you there") == []
    assert await levels(line) == ["emergency"]


async def test_frozen_until_a_person_gives_it_back(line: Line) -> None:
    visits = await line.visits("maya")
    await line.converse("maya", "is there parking", "my calf is hot and swollen", "cancel my tuesday visit", "yes")
    assert await line.rows(tables.booking_request) == []
    assert await line.visits("maya") == visits
    (row,) = await line.rows(tables.conversation)
    await line.release(row["id"])
    assert [one["state"] for one in await line.rows(tables.incident)] == ["closed"]
    line.news("maya")
    assert "911" not in said(await line.text("maya", "when is my next appointment"))


async def test_the_person_on_call_answers_the_page(line: Line) -> None:
    await line.text("maya", "my calf is hot and swollen")
    assert "you have it" in said(await line.text(ONCALL, "Ok"))
    (incident,) = await line.rows(tables.incident)
    assert incident["acknowledged_by"] == "page"
    assert incident["next_page_at"] is None
    line.clock.move(timedelta(minutes=40))
    assert "911" in said(await line.text("maya", "still waiting"))


async def test_abuse_leaves_no_word_of_it_in_any_text(line: Line) -> None:
    await line.converse("maya", "my husband hits me, please help", "are you there")
    bodies = [row["body"].lower() for row in await line.rows(tables.outbox)]
    assert not any(word in body for body in bodies for word in ("husband", "hit", "abuse", "violen", "clinician", "someone will call"))
    (card,) = await line.rows(tables.handoff)
    assert card["facts"]["safe_to_call"] == "unknown"


async def test_given_back_with_a_question_open_goes_on_where_it_was(line: Line) -> None:
    await line.converse("maya", MOVE, "4/9/91", "my calf is hot and swollen")
    (row,) = await line.rows(tables.conversation)
    line.news("maya")
    await line.release(row["id"])
    back = said(line.news("maya"))
    assert "Automated assistant again" in back
    assert "Tue Jun 3, 10:00 AM" in back

"""A sign of danger in the middle of anything: fixed words, an incident, people, and the visit left alone."""

from bot.store import tables
from tests.support.line import Line, said

MOVE = "can't make tuesday, got something later that week?"


async def test_a_red_flag_freezes_a_move(line: Line) -> None:
    await line.converse("luis", MOVE)
    (reply,) = await line.text("luis", "calfs a hot balloon since sunday but thats age")
    assert "clinician" in reply
    assert "911" in reply
    holding = said(await line.text("luis", "its nothing. can i move thurs?"))
    assert "911" in holding
    (worse,) = await line.text("luis", "bit short of breath on the stairs too")
    assert "emergency" in worse
    (incident,) = await line.rows(tables.incident)
    assert incident["level"] == "emergency"
    assert [event["level"] for event in incident["events"]] == ["urgent", "emergency"]
    (card,) = await line.rows(tables.handoff)
    assert (card["reason"], card["urgency"]) == ("red_flag", "emergency")


async def test_a_birth_date_with_a_cry_for_help_is_a_crisis(line: Line) -> None:
    await line.text("maya", "when is my next appointment")
    (reply,) = await line.text("maya", "4/9/91 not that it matters, whats the point of being here")
    assert "988" in reply
    (incident,) = await line.rows(tables.incident)
    assert incident["level"] == "crisis"


async def test_an_idiom_is_no_emergency(line: Line) -> None:
    (reply,) = await line.text("maya", "i'd die for a 9am, can you move my tuesday appointment")
    assert "911" not in reply
    assert await line.rows(tables.incident) == []

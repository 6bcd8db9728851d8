"""The screen comes before everything, in every state; what it finds freezes the flow until a person gives it back."""

from __future__ import annotations

import pytest

from bot import handoff as handoffs
from bot.store.tables import handoff, incident, outbox, turn
from bot.types import Channel
from tests.support.scripted import ONCALL, Line, ScriptedDialogue, says


def pages(line: Line) -> list[str]:
    return [row.address for row in line.rows(outbox, outbox.c.purpose == "page")]


async def test_the_golden_dialogue_rises_from_urgent_to_emergency(line: Line) -> None:
    first = line.text("9 you guys are great. calf a hot balloon")
    await line.answer(first)
    await line.answer(line.text("its nothing. can i move thurs?"))
    await line.answer(line.text("bit short of breath on the stairs too"))
    await line.answer(line.text("its only the calf"))
    by = {"who": "Priya", "by": "12:30 PM"}
    assert line.sent() == [
        line.house.say("safety_urgent"),
        line.house.say("holding_incident", **by),
        line.house.say("safety_emergency"),
        line.house.say("holding_emergency", **by),
    ]
    assert line.dialogue.requests == []
    only = line.one(incident)
    assert (only.level, only.state) == ("emergency", "open")
    assert [event["level"] for event in only.events] == ["urgent", "emergency", "urgent"]
    assert pages(line) == [ONCALL, ONCALL]
    card = line.one(handoff)
    assert (card.reason, card.urgency) == ("red_flag", "emergency")
    assert line.talk(first).owner == "queue"


async def test_a_page_says_nothing_about_health_or_the_patient(line: Line) -> None:
    await line.answer(line.text("calf hot, Maya Torres"))
    page = line.one(outbox, outbox.c.purpose == "page")
    assert page.body == line.house.say("page")
    assert (page.channel, page.conversation_id, page.owner_version) == ("sms", None, None)


async def test_without_anybody_on_call_no_call_is_promised(line: Line) -> None:
    line.oncall, line.on_call = "", None
    await line.answer(line.text("calf"))
    assert line.sent() == [line.house.say("safety_urgent_nobody")]
    assert pages(line) == []


@pytest.mark.parametrize("texts", [["I cannot feel", "my legs"], ["I cannot feel\nmy legs"], ["I cannot feel ", " my", "legs"]])
async def test_a_sign_split_over_texts_or_lines_is_found(line: Line, texts: list[str]) -> None:
    for text in texts:
        accepted = line.text(text)
    await line.answer(accepted)
    assert line.sent() == [line.house.say("safety_emergency")]


async def test_abuse_leaves_no_trace_of_what_was_said(line: Line) -> None:
    await line.answer(line.text("he hurts me when I skip them"))
    await line.answer(line.text("are you there"))
    assert line.sent() == [line.house.say("safety_urgent_abuse"), line.house.say("holding_private")]
    assert line.one(handoff).facts["safe_to_call"] == "unknown"


async def test_a_second_emergency_gets_the_words_again_but_no_second_page(line: Line) -> None:
    await line.answer(line.text("short of breath"))
    await line.answer(line.text("no breath at all"))
    assert line.sent() == [line.house.say("safety_emergency")] * 2
    assert pages(line) == [ONCALL]


async def test_the_same_urgent_sign_again_is_held_not_repeated(line: Line) -> None:
    await line.answer(line.text("calf hot"))
    await line.answer(line.text("really, the calf"))
    assert line.sent() == [line.house.say("safety_urgent"), line.house.say("holding_incident", who="Priya", by="12:30 PM")]
    assert pages(line) == [ONCALL]


async def test_crisis_while_staff_talk_is_answered_and_stays_with_them(line: Line) -> None:
    accepted = line.text("hi")
    with line.database.write() as connection:
        handoffs.claim(connection, accepted.conversation_id, "staff:marisol", 0, line.clock.now())
    await line.answer(accepted)
    await line.answer(line.text("I think about ending it"))
    await line.answer(line.text("sorry"))
    assert line.sent() == [line.house.say("safety_crisis")]
    assert line.talk(accepted).owner == "staff"
    card = line.one(handoff)
    assert (card.urgency, card.state) == ("emergency", "claimed")


async def test_the_flow_resumes_when_a_person_gives_it_back(line: Line) -> None:
    accepted = line.text("calf")
    await line.answer(accepted)
    with line.database.write() as connection:
        version = handoffs.claim(connection, accepted.conversation_id, "staff:priya", 1, line.clock.now())
        released = handoffs.release(connection, accepted.conversation_id, "staff:priya", version, line.clock.now())
    assert line.one(incident).state == "closed"
    await line.answer(accepted)
    await line.answer(line.text("thursday then"))
    assert line.dialogue.requests[0].trigger == {"name": "EXTERNAL_staff_released", "handoff": line.one(handoff).id}
    assert line.dialogue.requests[0].message_id == released
    assert line.dialogue.requests[1].text == "thursday then"


async def test_a_question_on_its_way_is_withdrawn(line: Line) -> None:
    line.dialogue = ScriptedDialogue(says(ask="Move to Thursday?"))
    await line.answer(line.text("move it"))
    await line.answer(line.text("short of breath"))
    assert line.sent() == [line.house.say("safety_emergency")]


async def test_a_retried_turn_is_screened_once_in_the_incident(line: Line) -> None:
    accepted = line.text("calf")
    await line.answer(accepted)
    with line.database.write() as connection:
        connection.execute(turn.update().values(state="open", next_try_at=line.clock.now()))
    await line.answer(accepted)
    assert len(line.one(incident).events) == 1


@pytest.mark.parametrize("level", ["emergency", "crisis", "urgent"])
def test_every_level_has_words_for_texts_and_calls(line: Line, level: str) -> None:
    assert line.house.say(f"safety_{level}", Channel.SMS)
    assert "hang up" not in line.house.say(f"safety_{level}", Channel.SMS)

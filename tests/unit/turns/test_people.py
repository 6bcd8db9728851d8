"""When people own a conversation the bot is silent: in the queue it says so once an hour, with staff not at all."""

from __future__ import annotations

import pytest

from bot import handoff as handoffs
from bot.store import outbox as outbox_store
from bot.store.conversations import OwnerChanged
from bot.store.outbox import Draft
from bot.store.tables import audit, handoff, outbox, staff_task, turn
from bot.store.turns import add_trigger
from bot.types import Channel, Record, TurnFailed, TurnRefused, TurnRequest, TurnResult
from tests.support.scripted import LINE, MAYA, Line, ScriptedDialogue, says


def claim(line: Line, conversation_id: str, version: int) -> int:
    with line.database.write() as connection:
        return handoffs.claim(connection, conversation_id, "staff:marisol", version, line.clock.now())


def release(line: Line, conversation_id: str, version: int) -> str:
    with line.database.write() as connection:
        return handoffs.release(connection, conversation_id, "staff:marisol", version, line.clock.now())


async def queue(line: Line) -> str:
    """A conversation that waits for a person."""
    line.dialogue = ScriptedDialogue(says("Of course.", records=[Record("handoff", {"reason": "asked"})]))
    accepted = line.text("a person")
    await line.answer(accepted)
    return accepted.conversation_id


async def test_in_the_queue_one_holding_sentence_an_hour(line: Line) -> None:
    await queue(line)
    for minutes in (0, 10, 49, 5, 5):
        line.clock.move(minutes=minutes)
        await line.answer(line.text("hello?"))
    holding = line.house.say("holding_queue")
    assert line.sent() == ["Of course.", holding, holding]
    assert len(line.dialogue.requests) == 1


async def test_a_tapback_in_the_queue_is_left_alone(line: Line) -> None:
    await queue(line)
    await line.answer(line.text("Liked “Of course.”"))
    assert line.sent() == ["Of course."]


async def test_with_staff_the_bot_is_silent(line: Line) -> None:
    conversation_id = await queue(line)
    claim(line, conversation_id, 1)
    await line.answer(line.text("thank you!"))
    assert line.sent() == ["Of course."]
    assert {row.state for row in line.rows(turn)} == {"done"}


async def test_staff_who_take_over_in_the_middle_of_a_turn_are_not_talked_over(line: Line) -> None:
    async def staff_come(request: TurnRequest) -> TurnResult:
        claim(line, request.conversation, 0)
        return says("Done: Thursday.", records=[Record("audit", {"what": "moved", "actor": "bot"})])

    line.dialogue = ScriptedDialogue(staff_come)
    accepted = line.text("yes")
    await line.answer(accepted)
    assert line.sent() == []
    assert line.sent("superseded") == ["Done: Thursday."]
    assert "moved" in [row.what for row in line.rows(audit)]
    assert line.talk(accepted).owner == "staff"
    assert line.one(turn).state == "done"


async def test_release_tells_the_dialogue_what_staff_said_and_resumes(line: Line) -> None:
    conversation_id = await queue(line)
    version = claim(line, conversation_id, 1)
    with line.database.write() as connection:
        staff = Draft(conversation_id, None, 0, "staff", Channel.SMS, LINE, MAYA, "I've taken the $80 off.", owner_version=version)
        outbox_store.put(connection, [staff], line.clock.now())
    line.clock.move(minutes=1)
    await line.answer(line.text("thank you!"))
    identifier = release(line, conversation_id, version)
    line.text("thurs works btw")
    line.dialogue.script = [says(), says("Automated assistant again.")]
    await line.answer(conversation_id)
    _, told, resumed, texted = line.dialogue.requests
    assert [(event["metadata"]["author"], event["text"]) for event in told.events or ()] == [
        ("staff", "I've taken the $80 off."),
        ("patient", "thank you!"),
    ]
    assert (resumed.message_id, resumed.trigger and resumed.trigger["name"]) == (identifier, "EXTERNAL_staff_released")
    assert texted.text == "thurs works btw"
    assert line.talk(conversation_id).owner == "bot"
    assert line.one(handoff).state == "closed"
    assert [row.what for row in line.rows(audit)] == ["handoff_claimed", "handoff_released"]


async def test_a_conversation_taken_back_at_once_is_not_resumed(line: Line) -> None:
    conversation_id = await queue(line)
    version = claim(line, conversation_id, 1)
    release(line, conversation_id, version)
    claim(line, conversation_id, version + 1)
    await line.answer(conversation_id)
    assert len(line.dialogue.requests) == 1
    assert line.sent() == ["Of course."]


async def test_a_conversation_queued_again_before_it_resumed_resumes_once(line: Line) -> None:
    conversation_id = await queue(line)
    release(line, conversation_id, 1)
    with line.database.write() as connection:
        version = handoffs.open_handoff(connection, conversation_id, "red_flag", line.clock.now()).owner_version
    last = release(line, conversation_id, version)
    await line.answer(conversation_id)
    assert [request.message_id for request in line.dialogue.requests if request.trigger] == [last]


async def test_of_two_members_of_staff_one_gets_it(line: Line) -> None:
    conversation_id = await queue(line)
    claim(line, conversation_id, 1)
    with pytest.raises(OwnerChanged):
        claim(line, conversation_id, 1)


async def test_what_the_bot_has_is_not_released(line: Line) -> None:
    accepted = line.text("hi")
    with pytest.raises(OwnerChanged):
        release(line, accepted.conversation_id, 0)


async def test_staff_may_start(line: Line) -> None:
    accepted = line.text("hi")
    version = claim(line, accepted.conversation_id, 0)
    assert (line.talk(accepted).owner, line.talk(accepted).owner_version) == ("staff", version)
    assert (line.one(handoff).reason, line.one(handoff).state) == ("staff_started", "claimed")


class TestTriggers:
    def add(self, line: Line, conversation_id: str, identifier: str = "tg_1") -> None:
        with line.database.write() as connection:
            add_trigger(connection, conversation_id, identifier, {"name": "EXTERNAL_ask_nps"}, line.clock.now())

    async def test_it_waits_while_people_own_the_conversation(self, line: Line) -> None:
        conversation_id = await queue(line)
        self.add(line, conversation_id)
        await line.answer(conversation_id)
        assert len(line.dialogue.requests) == 1

    async def test_refused_while_a_form_is_active_it_lets_messages_pass_and_comes_back(self, line: Line) -> None:
        line.dialogue = ScriptedDialogue(says("hello"), TurnRefused())
        accepted = line.text("hi")
        await line.answer(accepted)
        self.add(line, accepted.conversation_id)
        worker = line.worker()
        assert await worker.serve(accepted.conversation_id) == 0.0
        assert await worker.serve(accepted.conversation_id) is None
        await line.answer(line.text("thursday"))
        line.clock.move(seconds=61)
        await line.answer(accepted)
        asked = [request.text or (request.trigger or {}).get("name") for request in line.dialogue.requests]
        assert asked == ["hi", "EXTERNAL_ask_nps", "thursday", "EXTERNAL_ask_nps"]

    async def test_given_up_it_is_a_task_and_no_word_to_the_patient(self, line: Line) -> None:
        accepted = line.text("hi")
        await line.answer(accepted)
        line.dialogue.script = [TurnFailed("away")] * 50
        self.add(line, accepted.conversation_id)
        await line.answer(accepted)
        assert line.sent() == ["echo: hi"]
        assert line.one(staff_task).kind == "trigger_failed"
        assert line.talk(accepted).owner == "bot"

    async def test_added_twice_it_runs_once(self, line: Line) -> None:
        accepted = line.text("hi")
        self.add(line, accepted.conversation_id)
        self.add(line, accepted.conversation_id)
        await line.answer(accepted)
        assert sum(request.trigger is not None for request in line.dialogue.requests) == 1


def test_urgency_never_falls(line: Line) -> None:
    accepted = line.text("hi")
    for urgency in ("normal", "emergency", "high"):
        with line.database.write() as connection:
            handoffs.open_handoff(connection, accepted.conversation_id, "asked", line.clock.now(), urgency=urgency)
    assert line.one(handoff).urgency == "emergency"
    assert line.talk(accepted).owner_version == 1
    assert line.rows(outbox) == []

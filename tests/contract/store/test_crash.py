"""A worker dies at every point of its way; whoever comes after answers each message exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.store import turns
from bot.store.database import Database
from bot.store.tables import handoff, incident, message, outbox, turn
from bot.turns.worker import LEASE_S
from bot.types import Record, TurnRequest, TurnResult
from tests.support.scripted import Line, ScriptedDialogue, says


class Died(BaseException):
    """The process is gone: nothing after this line of it runs."""


class DyingDatabase:
    """Passes on to a database until the worker has made `steps` steps; then it dies, before or after the commit."""

    def __init__(self, database: Database, steps: int) -> None:
        self._database = database
        self.left = steps

    async def writing(self, work: Callable[..., Any], *args: Any) -> Any:
        self.step()
        result = await self._database.writing(work, *args)
        self.step()
        return result

    def step(self) -> None:
        if self.left == 0:
            raise Died
        self.left -= 1


class DyingDialogue(ScriptedDialogue):
    """Dies before or after the dialogue has answered and remembered it."""

    def __init__(self, script: list[TurnResult]) -> None:
        super().__init__(*script)
        self.database: DyingDatabase | None = None

    async def turn(self, request: TurnRequest) -> TurnResult:
        if self.database is not None:
            self.database.step()
        result = await super().turn(request)
        if self.database is not None:
            self.database.step()
        return result


STEPS = 7
SCRIPT = [
    says(
        "Of course.",
        "They see this thread.",
        records=[Record("handoff", {"reason": "asked"}), Record("audit", {"what": "x", "actor": "bot"})],
    )
]


async def die_after(line: Line, steps: int, conversation_id: str) -> bool:
    """Let a worker take so many steps; return whether it died."""
    database = DyingDatabase(line.database, steps)
    if isinstance(line.dialogue, DyingDialogue):
        line.dialogue.database = database
    try:
        await line.worker(database=database).serve(conversation_id)
    except Died:
        return True
    finally:
        if isinstance(line.dialogue, DyingDialogue):
            line.dialogue.database = None
    return False


async def recover(line: Line) -> None:
    """Another worker finds by sweeping what is left, once the lease has run out."""
    line.clock.move(seconds=LEASE_S + 1)
    for identifier in await line.database.reading(turns.due, line.clock.now()):
        await line.answer(identifier)
    assert await line.database.reading(turns.due, line.clock.now()) == []


@pytest.mark.parametrize("steps", range(STEPS))
async def test_two_texts_are_answered_once(line: Line, steps: int) -> None:
    line.dialogue = DyingDialogue(list(SCRIPT))
    line.text("a person", sid="SM1")
    accepted = line.text("please", sid="SM2")
    died = await die_after(line, steps, accepted.conversation_id)
    assert died is (steps < STEPS - 1)
    await recover(line)
    assert line.sent() == ["Of course. They see this thread."]
    assert line.one(handoff).state == "waiting"
    assert [(row.id, row.state) for row in line.rows(turn)] == [("SM2", "done")]
    assert {row.turn_id for row in line.rows(message)} == {"SM2"}
    assert {request.message_id for request in line.dialogue.requests} == {"SM2"}
    assert {request.text for request in line.dialogue.requests} == {"a person\nplease"}


@pytest.mark.parametrize("steps", range(STEPS))
async def test_a_text_that_comes_in_between_gets_its_own_answer(line: Line, steps: int) -> None:
    line.dialogue = DyingDialogue([])
    accepted = line.text("one")
    await die_after(line, steps, accepted.conversation_id)
    line.text("two")
    await recover(line)
    answered = "\n".join(line.sent())
    assert (answered.count("one"), answered.count("two")) == (1, 1)
    assert all(row.turn_id for row in line.rows(message))


@pytest.mark.parametrize("steps", range(5))
async def test_an_emergency_is_answered_and_paged_once(line: Line, steps: int) -> None:
    accepted = line.text("short of breath")
    await die_after(line, steps, accepted.conversation_id)
    await recover(line)
    assert line.sent() == [line.house.say("safety_emergency")]
    assert len(line.rows(outbox, outbox.c.purpose == "page")) == 1
    assert line.one(incident).level == "emergency"


async def test_a_turn_that_kills_its_workers_ends_with_a_person(line: Line) -> None:
    line.dialogue = DyingDialogue([])
    accepted = line.text("poison")
    for _ in range(100):
        if not await die_after(line, 3, accepted.conversation_id):
            break
        line.clock.move(seconds=LEASE_S)
    assert line.sent() == [line.house.say("technical_problem")]
    assert line.one(handoff).reason == "technical"


async def test_many_workers_on_many_conversations_answer_each_text_once(line: Line) -> None:
    """Ten workers serve the same conversations again and again while texts come in."""
    accepted = [line.text(f"p{n}-first", address=f"+1207555{n:04d}") for n in range(6)]
    workers = [line.worker() for _ in range(10)]

    async def work(worker: Any) -> None:
        for one in accepted * 2:
            await worker.serve(one.conversation_id)

    async def patients() -> None:
        for n in range(6):
            line.text(f"p{n}-second", address=f"+1207555{n:04d}")
            await asyncio.sleep(0)

    await asyncio.gather(*(work(worker) for worker in workers), patients())
    for one in accepted:
        await line.answer(one)
    answers = "\n".join(line.sent())
    for n in range(6):
        assert answers.count(f"p{n}-first") == 1
        assert answers.count(f"p{n}-second") == 1

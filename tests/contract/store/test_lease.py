"""The conversation lease, on both engines: one holder, a fence that rises, nothing written with an old one."""

from __future__ import annotations

import asyncio

import pytest

from bot.store import conversations
from bot.store.conversations import OwnerChanged, StaleLease
from bot.types import Owner
from tests.support.scripted import Line

SECONDS = 15.0


@pytest.fixture
def identifier(line: Line) -> str:
    return line.text("hi").conversation_id


async def test_of_many_takers_one_gets_it(line: Line, identifier: str) -> None:
    taken = await asyncio.gather(
        *(line.database.writing(conversations.lease, identifier, f"w{n}", line.clock.now(), SECONDS) for n in range(10))
    )
    assert sorted(fence for fence in taken if fence is not None) == [1]


async def test_it_runs_out_and_the_fence_rises(line: Line, identifier: str) -> None:
    first = await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS)
    assert await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS) is None
    line.clock.move(seconds=SECONDS)
    second = await line.database.writing(conversations.lease, identifier, "w2", line.clock.now(), SECONDS)
    assert (first, second) == (1, 2)
    for stale in (
        lambda connection: conversations.renew(connection, identifier, "w1", first, line.clock.now(), SECONDS),
        lambda connection: conversations.release(connection, identifier, "w1", first),
        lambda connection: conversations.held(connection, identifier, "w1", first),
        lambda connection: conversations.write(connection, identifier, "w1", first, {"awaiting": "yes_no"}),
    ):
        with pytest.raises(StaleLease):
            await line.database.writing(stale)
    assert (line.talk(identifier).lease_owner, line.talk(identifier).awaiting) == ("w2", "none")


async def test_a_worker_that_took_its_own_lease_again_is_held_to_the_later_fence(line: Line, identifier: str) -> None:
    first = await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS)
    line.clock.move(seconds=SECONDS)
    assert await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS) == 2
    with pytest.raises(StaleLease):
        await line.database.writing(conversations.release, identifier, "w1", first)


async def test_renewing_holds_it_longer(line: Line, identifier: str) -> None:
    fence = await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS)
    line.clock.move(seconds=10)
    await line.database.writing(conversations.renew, identifier, "w1", fence, line.clock.now(), SECONDS)
    line.clock.move(seconds=10)
    assert await line.database.writing(conversations.lease, identifier, "w2", line.clock.now(), SECONDS) is None


async def test_released_it_is_free_at_once(line: Line, identifier: str) -> None:
    fence = await line.database.writing(conversations.lease, identifier, "w1", line.clock.now(), SECONDS)
    await line.database.writing(conversations.release, identifier, "w1", fence)
    assert await line.database.writing(conversations.lease, identifier, "w2", line.clock.now(), SECONDS) == 2


async def test_a_conversation_that_does_not_exist_cannot_be_held(line: Line) -> None:
    assert await line.database.writing(conversations.lease, "cv_none", "w1", line.clock.now(), SECONDS) is None


async def test_of_two_owner_changes_one_wins(line: Line, identifier: str) -> None:
    outcomes = await asyncio.gather(
        *(line.database.writing(conversations.change_owner, identifier, Owner.STAFF, 0) for _ in range(2)), return_exceptions=True
    )
    assert sorted(str(type(outcome).__name__) for outcome in outcomes) == ["OwnerChanged", "int"]
    assert line.talk(identifier).owner_version == 1
    with pytest.raises(OwnerChanged):
        await line.database.writing(conversations.change_owner, identifier, Owner.BOT, 0)

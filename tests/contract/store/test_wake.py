"""Wake-ups over a real Redis: who hears what, and that nothing stalls when Redis is killed and comes back empty."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
import redis

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.tables import outbox
from bot.types import TurnFailed, TurnRequest, TurnResult
from bot.wake import STREAM, Wake
from tests.support.scripted import Line, ScriptedDialogue, says
from tests.support.services import RedisServer
from tests.support.waiting import until


class Hearer:
    """Collects what one listener hears."""

    tasks: ClassVar[set[asyncio.Task[None]]] = set()

    def __init__(self, wake: Wake, kind: str, group: str | None = None) -> None:
        self.heard: list[str] = []
        self.task = asyncio.create_task(self._hear(wake, kind, group))
        self.tasks.add(self.task)
        self.task.add_done_callback(self.tasks.discard)

    @classmethod
    async def end_all(cls) -> None:
        """Stop listening everywhere."""
        for task in list(cls.tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hear(self, wake: Wake, kind: str, group: str | None) -> None:
        async for identifier in wake.listen(kind, group):
            self.heard.append(identifier)


@pytest.fixture
async def wakes(redis_server: RedisServer) -> AsyncIterator[list[Wake]]:
    """Three processes' ends, as far as Redis can tell."""
    made = [Wake(redis_server.url) for _ in range(3)]
    yield made
    await Hearer.end_all()
    for wake in made:
        await wake.close()


async def listening(server: RedisServer, readers: int) -> None:
    """Return when so many clients wait in a blocking read."""

    def blocked() -> bool:
        with redis.Redis.from_url(server.url) as client:
            return int(client.info("clients")["blocked_clients"]) == readers

    await until(blocked, f"{readers} blocked readers")


async def test_everybody_hears_news_and_each_once(wakes: list[Wake], redis_server: RedisServer) -> None:
    hearers = [Hearer(wake, "console") for wake in wakes]
    await listening(redis_server, 3)
    await wakes[0].notify("console", "cv_1")
    await wakes[1].notify("console", "cv_2")
    await until(lambda: all(len(one.heard) >= 2 for one in hearers), "every console has heard both")
    assert [sorted(one.heard) for one in hearers] == [["cv_1", "cv_2"]] * 3


async def test_work_reaches_one_of_a_group(wakes: list[Wake], redis_server: RedisServer) -> None:
    hearers = [Hearer(wake, "inbox", "workers") for wake in wakes[1:]]
    await listening(redis_server, 2)
    sent = [f"cv_{n}" for n in range(20)]
    for identifier in sent:
        await wakes[0].notify("inbox", identifier)
    await until(lambda: sum(len(one.heard) for one in hearers) >= 20, "all work has arrived")
    assert sorted(hearers[0].heard + hearers[1].heard) == sorted(sent)


async def test_work_for_a_worker_of_the_same_process_stays_there(wakes: list[Wake], redis_server: RedisServer) -> None:
    own, other = Hearer(wakes[0], "inbox", "workers"), Hearer(wakes[1], "inbox", "workers")
    await listening(redis_server, 2)
    await wakes[0].notify("inbox", "cv_1")
    await until(lambda: own.heard == ["cv_1"], "its own worker has it")
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.xlen(STREAM + "inbox") == 0
    assert other.heard == []


async def test_waiting_ends_with_a_signal_from_here_or_elsewhere(wakes: list[Wake], redis_server: RedisServer) -> None:
    for sender in (wakes[0], wakes[1]):
        waiting = asyncio.create_task(wakes[0].wait("outbox", 30))
        await listening(redis_server, 1)
        await sender.notify("outbox", "ob_1")
        await asyncio.wait_for(waiting, 5)


async def test_a_signal_between_two_waits_is_not_lost(wakes: list[Wake]) -> None:
    await wakes[0].wait("outbox", 0.01)
    await wakes[0].notify("outbox", "ob_1")
    await asyncio.wait_for(wakes[0].wait("outbox", 30), 5)


async def test_streams_are_capped_and_hold_ids_only(wakes: list[Wake], redis_server: RedisServer) -> None:
    for n in range(5_000):
        await wakes[0].notify("console", f"cv_{n}")
        if n % 500 == 0:
            await asyncio.sleep(0.01)
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        await until(
            lambda: client.xlen(STREAM + "console") > 0 and client.xrevrange(STREAM + "console", count=1)[0][1]["id"] == "cv_4999",
            "all is out",
        )
        assert client.xlen(STREAM + "console") <= 1_200
        assert set(client.xrevrange(STREAM + "console", count=1)[0][1]) == {"id", "by"}
        assert client.keys("*") == [STREAM + "console"]


async def test_redis_dies_and_comes_back_and_is_said_once(
    wakes: list[Wake], redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot.wake")
    hearer = Hearer(wakes[1], "inbox", "workers")
    await listening(redis_server, 1)
    redis_server.kill()
    await until(lambda: any("redis is away" in record.message for record in caplog.records), "the loss is logged")
    for n in range(10):
        # Nobody waits for a dead Redis.
        await asyncio.wait_for(wakes[0].notify("inbox", f"cv_lost{n}"), 0.1)
    redis_server.start()
    await listening(redis_server, 1)
    await until(lambda: any("redis is back" in record.message for record in caplog.records), "the return is logged")
    await wakes[0].notify("inbox", "cv_new")
    await until(lambda: "cv_new" in hearer.heard, "wake-ups work again")
    assert sum("redis is away" in record.message for record in caplog.records) <= 2  # once for each of the two processes


@asynccontextmanager
async def working(line: Line, url: str) -> AsyncIterator[asyncio.Event]:
    """Run a whole worker for the length of the block, or until the event it gives is set; it must end cleanly either way."""
    stop = asyncio.Event()
    wake = Wake(url)
    running = asyncio.create_task(line.worker(wake=wake).run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(running, 15)
        await wake.close()


class TestWorkerAroundRedis:
    """The whole worker on the machine's clock: woken by Redis, and by its own sweeps while Redis is away."""

    @pytest.fixture
    def line(self, database: Database) -> Line:
        return Line(database, clock=SystemClock())

    async def test_texts_are_answered_with_and_without_redis(self, line: Line, redis_server: RedisServer) -> None:
        edge = Wake(redis_server.url)

        async def answered(body: str) -> None:
            accepted = line.text(body)
            await edge.notify("inbox", accepted.conversation_id)
            await until(lambda: f"echo: {body}" in line.sent(), f"{body} is answered", 5)

        async with working(line, redis_server.url):
            await listening(redis_server, 1)
            await answered("woken")
            redis_server.kill()
            await answered("swept")
            redis_server.start()
            await answered("woken again")
        assert len(line.rows(outbox)) == 3
        await edge.close()

    async def test_work_left_by_a_dead_process_is_found_at_the_start(self, line: Line, redis_server: RedisServer) -> None:
        line.text("left behind")
        async with working(line, redis_server.url):
            await until(lambda: line.sent() == ["echo: left behind"], "the text is answered")

    async def test_a_turn_under_way_is_finished_at_the_stop(self, line: Line, redis_server: RedisServer) -> None:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slow(request: TurnRequest) -> TurnResult:
            asked.set()
            await go_on.wait()
            return says("late but whole")

        line.dialogue = ScriptedDialogue(slow)
        line.text("hi")
        async with working(line, redis_server.url) as stop:
            await asyncio.wait_for(asked.wait(), 5)
            stop.set()
            go_on.set()
        assert line.sent() == ["late but whole"]

    async def test_a_failing_conversation_holds_nobody_up(self, line: Line, redis_server: RedisServer) -> None:
        """One place only: the conversation that waits for its next try must not keep it."""
        line.dialogue = ScriptedDialogue(TurnFailed("away"), TurnFailed("away"))
        line.text("unlucky")
        async with working(line, redis_server.url):
            await until(lambda: len(line.dialogue.requests) == 1, "the first try has failed")
            line.text("lucky", address="+12075550143")
            await until(lambda: len(line.sent()) == 2, "both are answered")
        assert {row.body for row in line.rows(outbox)} == {"echo: unlucky", "echo: lucky"}


async def test_a_listener_ended_at_any_moment_ends_at_once(redis_server: RedisServer) -> None:
    """Also while its first connection is being made."""
    for steps in range(40):
        wake = Wake(redis_server.url)
        hearer = Hearer(wake, "inbox", "workers")
        for _ in range(steps):
            await asyncio.sleep(0)
        hearer.task.cancel()
        done, _ = await asyncio.wait({hearer.task}, timeout=1.5)
        assert done, f"still listening when ended after {steps} steps"
        await wake.close()

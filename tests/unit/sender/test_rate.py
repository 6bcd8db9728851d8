"""A line's rate: one process on a virtual clock, several over one Redis, and Redis going away."""

from __future__ import annotations

import itertools
import logging

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.rate import LocalRate, RateByLine, SharedRate
from tests.support.services import RedisServer

LINE, OTHER = "+12075550100", "+12075550109"


class Seconds:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def connect(server: RedisServer) -> Redis:
    return Redis.from_url(server.url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1)


async def test_a_line_sends_at_its_rate_for_a_minute() -> None:
    clock = Seconds()
    rate = LocalRate(2.0, monotonic=clock)
    sent = []
    while clock.at < 160.0:
        wait = await rate.take(LINE)
        if wait:
            clock.at += wait
        else:
            sent.append(clock.at)
    assert len(sent) == 120
    assert min(later - earlier for earlier, later in itertools.pairwise(sent)) == pytest.approx(0.5)


async def test_a_refused_send_is_not_counted() -> None:
    clock = Seconds()
    rate = LocalRate(1.0, monotonic=clock)
    assert await rate.take(LINE) == 0.0
    assert [await rate.take(LINE) for _ in range(5)] == [pytest.approx(1.0)] * 5


async def test_a_line_of_another_kind_has_a_rate_of_its_own() -> None:
    clock = Seconds()
    rate = RateByLine({OTHER: LocalRate(80.0, monotonic=clock)}, LocalRate(1.0, monotonic=clock))
    for line in (LINE, OTHER):
        assert await rate.take(line) == 0.0
    assert await rate.take(OTHER) == pytest.approx(1 / 80)
    assert await rate.take(LINE) == pytest.approx(1.0)


async def test_lines_do_not_slow_each_other() -> None:
    rate = LocalRate(1.0, monotonic=Seconds())
    assert await rate.take(LINE) == 0.0
    assert await rate.take(OTHER) == 0.0


async def test_a_burst_may_come_at_once_and_is_then_paid_for() -> None:
    clock = Seconds()
    rate = LocalRate(1.0, burst=3, monotonic=clock)
    assert [await rate.take(LINE) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(1.0)]


async def test_two_processes_share_one_rate(redis_server: RedisServer) -> None:
    # One send in a thousand seconds: whatever the machine's speed, the second asker must wait.
    one, two = connect(redis_server), connect(redis_server)
    first, second = SharedRate(one, 0.001), SharedRate(two, 0.001)
    assert await first.take(LINE) == 0.0
    assert 900 < await second.take(LINE) <= 1000
    assert await second.take(OTHER) == 0.0
    await one.aclose()
    await two.aclose()


async def test_no_number_is_kept_in_redis(redis_server: RedisServer) -> None:
    redis = connect(redis_server)
    await SharedRate(redis, 1.0).take(LINE)
    keys = [key.decode() for key in await redis.keys("*")]
    assert len(keys) == 1
    assert LINE.lstrip("+") not in keys[0]
    await redis.aclose()


async def test_without_redis_a_process_limits_itself_and_says_so_once(redis_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    clock = Seconds()
    redis = connect(redis_server)
    rate = SharedRate(redis, 1.0, monotonic=clock)
    redis_server.kill()
    with caplog.at_level(logging.INFO, "bot.rate"):
        assert await rate.take(LINE) == 0.0
        assert await rate.take(LINE) == pytest.approx(1.0)
        clock.at += 2.0
        assert await rate.take(LINE) == 0.0
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        redis_server.start()
        clock.at += 2.0
        assert await rate.take(LINE) == 0.0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    await redis.aclose()

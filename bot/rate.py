"""How fast a line may send: one generic cell rate algorithm per clinic number, kept in Redis and shared by every worker.

A line that sends faster than its carrier grants fills the carrier's queue and is answered with 20429 or 30001. The number itself never
becomes a Redis key; its digest does.

When Redis is away, each process falls back to a limiter of its own. With N workers the line may then send N times its rate until Redis is
back. That is safe enough: the carrier queues what comes too fast (up to ten hours) or answers 429, which the sender retries; nothing is
lost and nothing is sent twice. Waiting for Redis instead would silence the clinic.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

WHATSAPP_PER_SECOND = 80.0
"""What Twilio sends a second for a WhatsApp sender, unless more is granted (Twilio's page on WhatsApp's limits)."""

REDIS_LIMIT_S = 0.5
RETRY_REDIS_S = 1.0

# KEYS[1] holds the theoretical arrival time in µs of Redis's own clock; ARGV: µs between two sends, sends that may come at once.
# Answers how many µs to wait; 0 means: send now, it is counted.
GCRA = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval = tonumber(ARGV[1])
local tat = tonumber(redis.call('GET', KEYS[1]) or now)
if tat < now then tat = now end
local wait = tat - now - interval * (tonumber(ARGV[2]) - 1)
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', tat + interval), 'PX', math.ceil((tat + interval - now) / 1000) + 1000)
return 0
"""


class Rate(Protocol):
    """Decides whether a line may send now."""

    async def take(self, line: str) -> float:
        """Count one send on `line` and return 0.0, or count nothing and return the seconds to wait."""


class Unlimited:
    """No limit: the demo's own carrier takes everything."""

    async def take(self, line: str) -> float:
        """Return 0.0."""
        return 0.0


class LocalRate:
    """The same algorithm within one process. `monotonic` gives seconds that never run backwards."""

    def __init__(self, per_second: float, burst: int = 1, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / per_second
        self._burst = burst
        self._monotonic = monotonic
        self._arrival: dict[str, float] = {}

    async def take(self, line: str) -> float:
        """See `Rate.take`."""
        now = self._monotonic()
        arrival = max(self._arrival.get(line, now), now)
        wait = arrival - now - self._interval * (self._burst - 1)
        if wait > 1e-9:
            return wait
        self._arrival[line] = arrival + self._interval
        return 0.0


class RateByLine:
    """Lines of different kinds side by side: WhatsApp takes far more than a telephone number does."""

    def __init__(self, rates: Mapping[str, Rate], others: Rate) -> None:
        self._rates = dict(rates)
        self._others = others

    async def take(self, line: str) -> float:
        """See `Rate.take`."""
        return await self._rates.get(line, self._others).take(line)


class SharedRate:
    """One limit per line over all processes that share a Redis; a `LocalRate` takes over while Redis is away."""

    def __init__(self, redis: Redis, per_second: float, burst: int = 1, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._script = redis.register_script(GCRA)
        self._interval_us = round(1_000_000 / per_second)
        self._burst = burst
        self._monotonic = monotonic
        self._local = LocalRate(per_second, burst, monotonic)
        self._away_until: float | None = None

    async def take(self, line: str) -> float:
        """See `Rate.take`. Asks a Redis that was away again once a second."""
        if self._away_until is not None and self._monotonic() < self._away_until:
            return await self._local.take(line)
        key = "rate:" + hashlib.sha256(line.encode()).hexdigest()[:16]
        try:
            async with asyncio.timeout(REDIS_LIMIT_S):
                wait_us = int(await self._script(keys=[key], args=[self._interval_us, self._burst]))
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            if self._away_until is None:
                log.warning("redis is away (%s); this process limits its lines by itself until it is back", type(error).__name__)
            self._away_until = self._monotonic() + RETRY_REDIS_S
            return await self._local.take(line)
        if self._away_until is not None:
            log.info("redis is back; the lines' rates are shared again")
            self._away_until = None
        return wait_us / 1_000_000

"""What several processes need, made from the settings."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

from bot.clock import Clock, DemoClock, SystemClock
from bot.settings import Settings


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the demo's, which can be moved, or the machine's."""
    return DemoClock(settings.home) if settings.mode == "demo" else SystemClock()


def redis_of(settings: Settings) -> Any:
    """Return a client of the line's Redis; it connects at the first use."""
    return Redis.from_url(settings.redis, socket_connect_timeout=2, health_check_interval=15)

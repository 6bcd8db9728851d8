"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.01


async def until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Return once `condition()` is true. Raises AssertionError naming `what` after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - the condition is the outside world's, nobody can set an event
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"waited {seconds:g} s in vain: {what}") from None


async def until_async(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 15.0, every: float = POLL_SECONDS) -> None:
    """As `until`, for a condition that has to be awaited, looked at `every` so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - as above
                await asyncio.sleep(every)
    except TimeoutError:
        raise AssertionError(f"waited {seconds:g} s in vain: {what}") from None

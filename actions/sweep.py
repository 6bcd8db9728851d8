"""Rolls forward what a crash or a lost reply left open in the scheduling system, and tells staff what became of it.

A turn that is tried again resumes its own request; this finds those whose turn will not come again. What patients told is posted here, too
(`actions/posting.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.engine import Connection

from actions import posting
from actions.context import Context, current
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import Settled
from bot.ids import new_id
from bot.store.tables import staff_task

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
# A turn gives up after a minute; until then it resumes its request itself.
LEFT_ALONE = timedelta(seconds=90)


async def sweep(context: Context) -> list[Settled]:
    """Resume what nobody has touched for LEFT_ALONE and write a staff task for each request that came to an end."""
    settled = await context.booking.resume_open(LEFT_ALONE)
    if settled:
        await context.database.writing(_tell_staff, settled, context.clock.now())
    return settled


def _tell_staff(connection: Connection, settled: list[Settled], now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": new_id("task"),
            "conversation_id": one.conversation_id,
            "kind": "booking_settled",
            "detail": {"key": one.key, "kind": one.kind, "outcome": one.outcome.status.value, "reason": one.outcome.reason},
            "dedupe_key": f"settled:{one.key}",
            "created_at": now,
        }
        for one in settled
    ]
    keys = [row["dedupe_key"] for row in rows]
    known = {key for (key,) in connection.execute(sa.select(staff_task.c.dedupe_key).where(staff_task.c.dedupe_key.in_(keys)))}
    fresh = [row for row in rows if row["dedupe_key"] not in known]
    if fresh:
        connection.execute(staff_task.insert(), fresh)


async def sweeping(_app: web.Application) -> AsyncIterator[None]:
    """Sweep for as long as the application runs."""
    task = asyncio.create_task(_sweep_for_ever())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _sweep_for_ever() -> None:
    while True:
        context = current()
        try:
            for one in await sweep(context):
                logger.info("booking request %s was rolled forward: %s", one.key, one.outcome.status.value)
        except (SchedulingError, sa.exc.SQLAlchemyError) as error:
            logger.warning("open booking requests wait for the scheduling system or the database: %s", type(error).__name__)
        try:
            await posting.post(context.database, context.client, context.clock)
        except (SchedulingError, sa.exc.SQLAlchemyError) as error:
            logger.warning("what patients told waits for the scheduling system or the database: %s", type(error).__name__)
        await context.clock.sleep(EVERY_SECONDS)

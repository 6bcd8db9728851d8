"""Changes that were cut off in the middle are brought to their end, whether or not the patient writes again.

A turn that is tried again finishes its own change. What is left is a change whose turn was given up or whose process died for good: its
old visit may be released and its new one not yet booked. Every action server looks for such requests; the ledger lets one of them drive.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from actions.context import Context
from actions.scheduling.errors import SchedulingError

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
UNTOUCHED = timedelta(seconds=30)
"""Longer than a turn's own tries lie apart, so that a living turn settles its change itself."""


async def roll_forward(context: Callable[[], Context]) -> None:
    """Settle forgotten changes every EVERY_SECONDS until cancelled. `context` is asked at each round, so it is made in this event loop."""
    while True:
        clock = context().clock
        try:
            settled = await context().booking.resume_open(UNTOUCHED)
            if settled:
                logger.warning("%d changes that were cut off have been settled", len(settled))
        except (SchedulingError, sa.exc.SQLAlchemyError) as error:
            logger.warning("changes that were cut off could not be looked for (%s); trying again", type(error).__name__)
        await clock.sleep(EVERY_SECONDS)

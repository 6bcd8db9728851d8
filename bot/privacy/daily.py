"""Retention once a clinic's day, at night, by whichever worker looks first. Two that run at once do no harm: nothing is cleared twice."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.clock import Clock
from bot.privacy import retention
from bot.privacy.days import Retention
from bot.store.database import Database
from bot.store.tables import audit
from bot.store.trackers import Trackers

log = logging.getLogger(__name__)

AT = time(3, 0)
"""When the night's run is due, on the clinic's clock."""
LOOK_S = 600.0


class Daily:
    """Runs retention when it is due, until told to stop."""

    def __init__(self, database: Database, trackers: Trackers, days: Retention, zone: ZoneInfo, clock: Clock) -> None:
        self._database = database
        self._trackers = trackers
        self._days = days
        self._zone = zone
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Look every LOOK_S seconds until `stop` is set; a run under way is finished first."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self.look()
                pause = asyncio.create_task(self._clock.sleep(LOOK_S))
                await asyncio.wait((stopping, pause), return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
        finally:
            stopping.cancel()

    async def look(self) -> bool:
        """Run retention if today's run is due and has not been; return whether it ran."""
        now = self._clock.now()
        try:
            if not await self._database.reading(self._is_due, now):
                return False
            counts = await asyncio.to_thread(retention.run, self._database, self._trackers, self._days, now, "worker")
        except sa.exc.SQLAlchemyError as error:
            log.error("retention did not run (%s); it is tried again in %.0f s", type(error).__name__, LOOK_S)
            return False
        log.info("retention cleared %s", ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing")
        return True

    def _is_due(self, connection: Connection, now: datetime) -> bool:
        local = now.astimezone(self._zone)
        if local.time() < AT:
            return False
        since = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return connection.scalar(sa.select(audit.c.id).where(audit.c.what == retention.RAN, audit.c.at >= since).limit(1)) is None

"""The front desk: gives conversations that were handed over back to the bot, as `python -m bot release` does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import handoff
from bot.clock import DemoClock
from bot.store.conversations import OwnerChanged
from bot.store.database import Database
from bot.store.tables import conversation


class Desk:
    """Works on the line's own store, as the console does."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._clock = DemoClock(home)
        self.released = 0

    async def has(self, number: str) -> bool:
        """Whether a person has the number's conversation, or it waits for one."""
        return await self._database.reading(_owner, number) not in (None, "bot")

    async def release(self, number: str) -> bool:
        """Give the number's conversation back to the bot; False when the bot had it."""
        done = await self._database.writing(_release, number, self._clock.now())
        self.released += done
        return done


def _owner(connection: Connection, number: str) -> str | None:
    owner: str | None = connection.scalar(sa.select(conversation.c.owner).where(conversation.c.address == number))
    return owner


def _release(connection: Connection, number: str, now: datetime) -> bool:
    row = connection.execute(sa.select(conversation).where(conversation.c.address == number)).mappings().first()
    if row is None or row["owner"] == "bot":
        return False
    try:
        handoff.release(connection, row["id"], "soak", row["owner_version"], now)
    except OwnerChanged:
        return False
    return True

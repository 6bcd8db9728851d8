"""`python -m bot release`: give a conversation back to the bot, from the command line of the machine."""

from __future__ import annotations

import argparse

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import handoff
from bot.cli.errors import CommandError
from bot.cli.parts import clock_of
from bot.settings import Settings
from bot.store.conversations import OwnerChanged
from bot.store.database import Database
from bot.store.tables import conversation


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command."""
    database = Database(settings.database, threads=1)
    try:
        with database.write() as connection:
            identifier, version = _find(connection, arguments.conversation)
            try:
                handoff.release(connection, identifier, "command line", version, clock_of(settings).now())
            except OwnerChanged as error:
                raise CommandError(str(error)) from error
    finally:
        database.close()
    print(f"{identifier} is with the bot again")
    return 0


def _find(connection: Connection, asked: str) -> tuple[str, int]:
    """Return id and owner version; by a number the conversation that a person has or that waits for one. Raises CommandError."""
    which = conversation.c.address == asked if asked.startswith("+") else conversation.c.id == asked
    query = sa.select(conversation.c.id, conversation.c.owner_version, conversation.c.owner).where(which)
    rows = connection.execute(query).all()
    waiting = [row for row in rows if row.owner != "bot"] or rows
    if not waiting:
        raise CommandError("there is no such conversation; give its id (cv_…) or the patient's number as +12075550120")
    if len(waiting) > 1:
        raise CommandError(f"the number has several such conversations; give one of these ids: {', '.join(row.id for row in waiting)}")
    return waiting[0].id, waiting[0].owner_version

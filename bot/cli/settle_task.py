"""`python -m bot settle-task`: close a card of staff's, and tell the patient what came of it."""

from __future__ import annotations

import argparse

from bot.cli.errors import CommandError
from bot.cli.parts import clock_of
from bot.settings import Settings
from bot.store.database import Database
from bot.tickets import TicketError, settle


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command."""
    database = Database(settings.database, threads=1)
    try:
        with database.write() as connection:
            said = settle(connection, arguments.task, arguments.by, arguments.outcome, arguments.say, clock_of(settings).now())
    except TicketError as error:
        raise CommandError(str(error)) from error
    finally:
        database.close()
    print(f"{arguments.task} is closed" + (", and the patient is told" if said else ""))
    return 0

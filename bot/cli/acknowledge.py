"""`python -m bot acknowledge`: say that somebody has an incident, so that its pages end; without one, list those that wait."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.cli.errors import CommandError
from bot.cli.parts import clock_of
from bot.clinic import load_clinic
from bot.settings import Settings
from bot.store import incidents
from bot.store.database import Database
from bot.store.incidents import OpenIncident


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command."""
    clinic, now = load_clinic(settings.clinic), clock_of(settings).now()
    database = Database(settings.database, threads=1)
    try:
        with database.write() as connection:
            waiting = incidents.waiting_for_somebody(connection)
            if arguments.incident is not None and not incidents.acknowledge(connection, arguments.incident, arguments.by, now):
                ids = ", ".join(one.id for one in waiting) or "none"
                raise CommandError(f"{arguments.incident} waits for nobody; these do: {ids}")
    finally:
        database.close()
    if arguments.incident is not None:
        print(f"{arguments.incident} is with {arguments.by}; nobody is paged about it any more")
        return 0
    for one in waiting:
        print(_line(one, clinic.local(one.opened_at)))
    if not waiting:
        print("no incident waits for anybody")
    return 0


def _line(one: OpenIncident, opened: datetime) -> str:
    private = "  safe to call? unknown, leave no message" if one.private else ""
    return f"{one.id}  {one.level:9} {', '.join(one.categories)}  since {opened:%a %H:%M}  conversation {one.conversation_id}{private}"

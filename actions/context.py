"""What actions work with: settings, clinic, clock, store and the scheduling client, made once for the process.

Rasa's SDK makes action objects without arguments, so they reach these through `current()`; tests and the composition root `provide` them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from actions.scheduling import open_client
from actions.scheduling.booking import Booking
from actions.scheduling.client import FhirClient
from actions.scheduling.directory import Directory
from actions.scheduling.waitlist import Waitlist
from bot.addresses import is_number
from bot.clinic import Clinic, load_clinic
from bot.clock import Clock, DemoClock, SystemClock
from bot.settings import Settings
from bot.store import tables
from bot.store.database import Database


@dataclass(frozen=True)
class Context:
    """The collaborators of every action."""

    settings: Settings
    clinic: Clinic
    clock: Clock
    database: Database
    client: FhirClient
    directory: Directory
    booking: Booking
    waitlist: Waitlist

    def now(self) -> datetime:
        """Return the present as clinic-local, aware."""
        return self.clinic.local(self.clock.now())

    async def address_of(self, conversation_id: str) -> str | None:
        """Return the phone number behind a conversation.

        None when the store does not know it (as in `rasa shell`), or when it is an id of WhatsApp's, which identifies nobody.
        """

        def look(connection: Any) -> str | None:
            query = sa.select(tables.conversation.c.address).where(tables.conversation.c.id == conversation_id)
            address: str | None = connection.execute(query).scalar()
            return address if address and is_number(address) else None

        return await self.database.reading(look)


def open_context(settings: Settings, clock: Clock) -> Context:
    """Return the collaborators of the configured clinic. Needs a running event loop: the scheduling client belongs to one."""
    client = open_client(settings, clock)
    database = Database(settings.database)
    return Context(
        settings=settings,
        clinic=load_clinic(settings.clinic),
        clock=clock,
        database=database,
        client=client,
        directory=Directory(client, clock),
        booking=Booking(database, client, clock),
        waitlist=Waitlist(client, clock),
    )


_make: Callable[[], Context] | None = None
_made: Context | None = None


def provide(make: Callable[[], Context]) -> None:
    """Say how the process's context is made; it is made at the first use, inside the event loop that will use it."""
    global _make, _made
    _make, _made = make, None


def current() -> Context:
    """Return the process's context. Where nobody provided one, as under `rasa run actions`, it comes from the environment."""
    global _made  # noqa: PLW0603
    if _made is None:
        _made = (_make or _from_environment)()
    return _made


async def close() -> None:
    """Close the connections of the process's context, if it was ever used."""
    if _made is not None:
        await _made.client.aclose()
        _made.database.close()


def _from_environment() -> Context:
    settings = Settings.from_env(os.environ)
    return open_context(settings, DemoClock(settings.home) if settings.mode == "demo" else SystemClock())

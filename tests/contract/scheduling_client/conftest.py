"""The servers that the client must work with, and a booking on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.scheduling.booking import Booking
from actions.scheduling.client import FhirClient
from actions.scheduling.directory import Directory
from actions.scheduling.transport import AiohttpTransport
from bot.store.database import Database
from scheduling.app import make_app
from scheduling.features import NO_TRANSACTIONS, READ_ONLY
from tests.support.plain_r4 import PlainR4
from tests.support.schedules import Clinic, MovingClock, clinic, serving
from tests.support.transports import ValidWrites

SERVERS = ("embedded-transaction", "embedded-saga", "plain")


@dataclass
class Line:
    """One server with a small clinic on it, and the line's view of it."""

    clinic: Clinic
    client: FhirClient
    clock: MovingClock
    database: Database
    booking: Booking
    directory: Directory
    plain: PlainR4 | None = None

    def restarted(self, client: FhirClient | None = None) -> Booking:
        """Return the booking of a process that starts after the first one died."""
        return Booking(self.database, client or self.client, self.clock)


async def open_line(server: str, database: Database, stack: AsyncExitStack, path: Path, **options: int) -> Line:
    """Start a server of one of the kinds in SERVERS, seeded."""
    clock = MovingClock()
    plain = PlainR4() if server == "plain" else None
    if plain is not None:
        base = await stack.enter_async_context(serving(plain.app())) + "/r4"
    else:
        features = {"features": NO_TRANSACTIONS} if server == "embedded-saga" else {}
        base = await stack.enter_async_context(serving(make_app(path / "scheduling.db", clock.now, **features))) + "/fhir"
    world = await stack.enter_async_context(clinic(base, **options))
    client = FhirClient(base, clock=clock, transport=ValidWrites(AiohttpTransport()))
    stack.push_async_callback(client.aclose)
    return Line(world, client, clock, database, Booking(database, client, clock), Directory(client, clock), plain)


@pytest.fixture(params=SERVERS)
async def line(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """Two patients with a visit each on slots 0 and 1 of six, on each kind of server."""
    async with AsyncExitStack() as stack:
        yield await open_line(request.param, database, stack, tmp_path)


@pytest.fixture
async def read_only(database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    """The same clinic on a server that nobody can write to any more."""
    async with AsyncExitStack() as stack:
        line = await open_line("embedded-transaction", database, stack, tmp_path)
        base = await stack.enter_async_context(serving(make_app(tmp_path / "scheduling.db", line.clock.now, features=READ_ONLY))) + "/fhir"
        line.client = FhirClient(base, clock=line.clock)
        stack.push_async_callback(line.client.aclose)
        line.booking, line.directory = Booking(database, line.client, line.clock), Directory(line.client, line.clock)
        yield line

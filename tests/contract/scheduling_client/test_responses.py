"""Confirming a visit: written once where the server takes it, told to staff where it does not."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from actions.scheduling.client import FhirClient
from actions.scheduling.responses import confirm
from bot.store.database import Database
from scheduling.app import make_app
from scheduling.features import Features
from tests.contract.scheduling_client.conftest import Line
from tests.support.schedules import MovingClock, clinic, serving


@pytest.mark.parametrize("conditional", [True, False])
async def test_a_confirmation_is_written_once_per_key(tmp_path: Path, conditional: bool) -> None:
    clock = MovingClock()
    features = Features(conditional_create=conditional)
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(serving(make_app(tmp_path / "s.db", clock.now, features=features))) + "/fhir"
        world = await stack.enter_async_context(clinic(base))
        client = FhirClient(base, clock=clock)
        stack.push_async_callback(client.aclose)
        for _ in range(2):
            assert await confirm(client, world.visit(0), world.patients[0], "confirm-SM1")
        (written,) = await client.search("AppointmentResponse", [("appointment", world.appointments[0])])
    assert written["participantStatus"] == "accepted"
    assert written["actor"]["reference"] == world.patients[0]


async def test_a_server_without_such_a_resource_leaves_it_to_staff(line: Line) -> None:
    confirmed = await confirm(line.client, line.clinic.visit(0), line.clinic.patients[0], "confirm-SM1")
    assert confirmed is (line.plain is None)


async def test_a_server_that_nobody_may_write_to_leaves_it_to_staff(read_only: Line, database: Database) -> None:
    assert not await confirm(read_only.client, read_only.clinic.visit(0), read_only.clinic.patients[0], "confirm-SM1")

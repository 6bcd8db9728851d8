"""An outbox, its sender and a scripted Twilio, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database
from tests.support.fake_twilio import FakeTwilio
from tests.support.scripted import HandClock
from tests.support.sending import Sending


@pytest.fixture
async def sending(database: Database) -> AsyncIterator[Sending]:
    clock = HandClock()
    async with FakeTwilio(now=clock.now) as twilio:
        line = Sending(database, twilio, clock)
        yield line
        await line.carrier.close()

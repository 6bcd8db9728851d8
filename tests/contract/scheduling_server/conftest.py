"""A server with its store in memory, its clock, and a clinic on it; `serve` starts others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from scheduling.app import make_app
from scheduling.features import ALL, Features
from tests.contract.scheduling_server.clinic import Clinic, Fhir, HandClock

Serve = Callable[..., Awaitable[Fhir]]


@pytest.fixture
def clock() -> HandClock:
    """Monday 2 June 2025, noon UTC."""
    return HandClock()


@pytest.fixture
async def serve(clock: HandClock) -> AsyncIterator[Serve]:
    """Start a server and return a client of it."""
    async with AsyncExitStack() as stack:

        async def start(features: Features = ALL, store: Path | str = ":memory:") -> Fhir:
            server = await stack.enter_async_context(TestServer(make_app(store, clock, features=features)))
            session = await stack.enter_async_context(aiohttp.ClientSession(auto_decompress=True))
            return Fhir(session, str(server.make_url("/fhir")))

        yield start


@pytest.fixture
async def fhir(serve: Serve) -> Fhir:
    """A client of a server that offers everything."""
    return await serve()


@pytest.fixture
async def clinic(fhir: Fhir) -> Clinic:
    """A clinic on that server."""
    return await Clinic(fhir).open()

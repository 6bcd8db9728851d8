"""A running edge with a signed texter, on both engines; `edge.log` keeps what it wakes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.settings import Settings
from bot.store.database import Database
from channels.edge import make_edge
from tests.support.scripted import HandClock, NoWake
from tests.support.twilio_client import SignedTexter


@dataclass
class Edge:
    """The edge on a real port. `public` is the address Twilio signs; it is not the one that is called."""

    url: str
    settings: Settings
    database: Database
    clock: HandClock
    wake: NoWake
    texter: SignedTexter
    http: aiohttp.ClientSession

    def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        """Return every row of a table."""
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """GET a path and return status and text."""
        async with self.http.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.text()


async def start(settings: Settings, database: Database, clock: HandClock, wake: NoWake, redis: Any = None) -> tuple[web.AppRunner, str]:
    """Serve an edge on a free port."""
    app = make_edge(settings, database, wake, clock, redis)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, public_url="https://line.example.org")


@pytest.fixture
async def edge(settings: Settings, database: Database) -> AsyncIterator[Edge]:
    clock, wake = HandClock(), NoWake()
    runner, url = await start(settings, database, clock, wake)
    texter = SignedTexter(url, signed_base=settings.base_url)
    async with aiohttp.ClientSession() as http, texter:
        yield Edge(url, replace(settings, port=int(url.rsplit(":", 1)[1])), database, clock, wake, texter, http)
    await runner.cleanup()

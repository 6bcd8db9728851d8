"""`line`: a line of the test's own on Monday 2 June 2025, 8:02 in the morning, with the demo clinic as of that day."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.leash import leashed
from scheduling.app import make_app
from scheduling.demo.seed import seed
from tests.support.line import MONDAY, ZONE, Line, Templates, running_line
from tests.support.services import RedisServer, free_port, running, wait_until

# Importing what Rasa needs takes 10 s of processor time, and the machine may have other work.
RASA_SECONDS = 180.0


@pytest.fixture(scope="session")
def schedule_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo clinic as of Monday, in a file that nobody has open."""
    path = tmp_path_factory.mktemp("clinic") / "scheduling.db"
    asyncio.run(_furnish(path, MONDAY.date()))
    return path


async def _furnish(path: Path, today: date) -> None:
    runner = web.AppRunner(make_app(path, lambda: MONDAY), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        await seed(f"http://127.0.0.1:{runner.addresses[0][1]}/fhir", today, ZONE, session)
    await runner.cleanup()


@pytest.fixture(scope="session")
def rasa_server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Rasa with the trained model, and the port on which it expects the actions."""
    home = tmp_path_factory.mktemp("rasa")
    port, actions_port = free_port(), free_port()
    environment = os.environ | {
        "MENDLINE_HOME": str(home),
        "MENDLINE_RASA_URL": f"http://127.0.0.1:{port}",
        "MENDLINE_ACTIONS_URL": f"http://127.0.0.1:{actions_port}",
    }
    log = home / "rasa.log"
    with log.open("wb") as output:
        process = subprocess.Popen(leashed([sys.executable, "-m", "bot", "run", "rasa"]), env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: _answers(port), process, log, "Rasa", RASA_SECONDS)
        yield f"http://127.0.0.1:{port}", actions_port
    finally:
        process.terminate()
        process.wait(timeout=15)


def _answers(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def templates(sqlite_template: Path, schedule_template: Path, rasa_server: tuple[str, int]) -> Iterator[Templates]:
    """What every conversation starts from."""
    server = RedisServer()
    with running(server):
        yield Templates(sqlite_template, schedule_template, MONDAY.date(), rasa_server[0], rasa_server[1], server.url)


@pytest.fixture
async def line(templates: Templates, tmp_path: Path) -> AsyncIterator[Line]:
    """A line of the test's own."""
    async with running_line(tmp_path, templates) as opened:
        yield opened

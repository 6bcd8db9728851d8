"""What lines inside a test or a command start from: the demo clinic in a file, a Rasa with the trained model, a Redis, a migrated store."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.leash import leashed
from bot.store.migrate import upgrade
from scheduling.app import make_app
from scheduling.demo.seed import seed
from tests.support.line import MONDAY, ZONE, Templates
from tests.support.services import RedisServer, free_port, running, wait_until

# Importing what Rasa needs takes 10 s of processor time, and the machine may have other work.
RASA_SECONDS = 180.0


@contextmanager
def staged(folder: Path) -> Iterator[Templates]:
    """Prepare everything in an empty folder; Rasa and Redis run until the end. The model must have been trained."""
    store, schedule = folder / "template.db", folder / "schedule.db"
    migrated(store)
    furnished(schedule, MONDAY.date())
    server = RedisServer()
    with running(server), rasa_serving(folder) as (url, actions_port):
        yield Templates(store, schedule, MONDAY.date(), url, actions_port, server.url)


def migrated(path: Path) -> None:
    """Make a store with every table, in a file that nobody has open."""
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def furnished(path: Path, today: date) -> None:
    """Make the schedule of the demo clinic as of a day, in a file that nobody has open."""
    asyncio.run(_furnish(path, today))


async def _furnish(path: Path, today: date) -> None:
    runner = web.AppRunner(make_app(path, lambda: MONDAY), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        await seed(f"http://127.0.0.1:{runner.addresses[0][1]}/fhir", today, ZONE, session)
    await runner.cleanup()


@contextmanager
def rasa_serving(home: Path) -> Iterator[tuple[str, int]]:
    """Run Rasa with the trained model; yield its address and the port on which it expects the actions."""
    port, actions_port = free_port(), free_port()
    environment = os.environ | {
        "MENDLINE_HOME": str(home),
        "MENDLINE_LOG_LEVEL": "debug",  # the guard of privacy reads the log
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
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

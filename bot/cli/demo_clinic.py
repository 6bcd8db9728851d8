"""The embedded scheduling server, and in demo mode the demo clinic on it: put in once, as of the clock's local date of that day."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import Mapping, Sequence
from datetime import date
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot import outage
from bot.cli.errors import CommandError
from bot.clinic import load_clinic
from bot.clock import Clock
from bot.settings import Settings
from scheduling.app import BASE, make_app
from scheduling.demo.cast import cast
from scheduling.demo.seed import MARK, SeedError, seed
from scheduling.outage import OBSERVER

log = logging.getLogger(__name__)
STORE = "scheduling.db"
LOOPBACK = "127.0.0.1"
FINISH_SECONDS = 5.0


async def serve(settings: Settings, clock: Clock, host: str) -> None:
    """Serve until SIGTERM or SIGINT. The port opens when the demo clinic stands, so a connection means that the schedule is whole.

    Raises CommandError when the demo clinic cannot be put in.
    """
    stop = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(how, stop.set)
    furnished = asyncio.Event()

    def down() -> bool:
        # A demo that was broken before it was stopped still comes up with its clinic.
        return settings.mode == "demo" and furnished.is_set() and outage.is_down(settings.home)

    app = make_app(settings.home / STORE, clock.now, down=down)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_SECONDS)
    await runner.setup()
    try:
        if settings.mode == "demo":
            await _furnish(runner, settings, clock)
        furnished.set()
        await web.TCPSite(runner, host, settings.scheduling_port).start()
        await stop.wait()
    finally:
        await runner.cleanup()


async def _furnish(runner: web.AppRunner, settings: Settings, clock: Clock) -> None:
    """Load the demo clinic through a port that nobody else knows."""
    zone = load_clinic(settings.clinic).zone
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        try:
            await seed(f"http://{LOOPBACK}:{port}{BASE}", clock.now().astimezone(zone).date(), zone, session)
        except SeedError as error:
            raise CommandError(str(error)) from error
    await site.stop()


def cast_of(settings: Settings) -> Sequence[Mapping[str, Any]]:
    """Return the demo's patients as they stand on the running scheduling server; none when it holds another clinic."""
    address = urlsplit(settings.scheduling)
    connection = HTTPConnection(address.hostname or LOOPBACK, address.port, timeout=10)
    try:
        connection.request("GET", f"{address.path}/{MARK}", headers={"Accept": "application/fhir+json", OBSERVER: "run"})
        answer = connection.getresponse()
        mark = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != 200:
        return []
    return cast(date.fromisoformat(mark["authoredOn"][:10]), load_clinic(settings.clinic).zone)

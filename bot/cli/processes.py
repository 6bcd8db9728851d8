"""One process each: how its rooms are put together. Every function returns when SIGTERM or SIGINT asks it to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from bot.cli.errors import CommandError
from bot.cli.parts import clock_of, house_of, redis_of
from bot.clinic import load_clinic
from bot.settings import Settings

log = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
CLOSE_SECONDS = 5.0


def edge(settings: Settings, _arguments: Namespace) -> None:
    """The public port and, unless workers are separate, a worker."""
    asyncio.run(_edge(settings))


def worker(settings: Settings, _arguments: Namespace) -> None:
    """Turns and sending, without a port."""
    asyncio.run(_worker(settings))


def rasa(settings: Settings, arguments: Namespace) -> None:
    """The dialogue server with the model of the present sources."""
    from bot.cli.train import trained
    from channels.rasa_turn.server import serve

    serve(settings, arguments.model or trained(log.info), arguments.host, _port("MENDLINE_RASA_URL", settings.rasa_url))


def actions(settings: Settings, arguments: Namespace) -> None:
    """The action server."""
    from actions.context import open_context, provide
    from actions.serve import make_app, serve

    provide(lambda: open_context(settings, clock_of(settings)))
    serve(make_app(settings.internal_token), arguments.host, _port("MENDLINE_ACTIONS_URL", settings.actions_url))


def scheduling(settings: Settings, arguments: Namespace) -> None:
    """The embedded scheduling server with the demo clinic, which is put in once."""
    from bot.cli.demo_clinic import serve

    asyncio.run(serve(settings, clock_of(settings), arguments.host))


def redis(settings: Settings, _arguments: Namespace) -> None:
    """Become the embedded redis-server."""
    from bot.cli.embedded_redis import command

    server = command(settings)
    os.execv(server[0], server)  # noqa: S606 - no shell is wanted


RUNNERS: dict[str, Callable[[Settings, Namespace], None]] = {
    "edge": edge,
    "worker": worker,
    "rasa": rasa,
    "actions": actions,
    "scheduling": scheduling,
    "redis": redis,
}


async def _edge(settings: Settings) -> None:
    from aiohttp import web

    from bot.store.database import Database
    from bot.wake import Wake
    from channels.edge import make_edge

    stop = stop_signal()
    async with AsyncExitStack() as stack:
        await _migrate(settings)
        database = Database(settings.database)
        stack.callback(database.close)
        wake = Wake(settings.redis)
        stack.push_async_callback(wake.close)
        redis = redis_of(settings)
        stack.push_async_callback(redis.aclose)
        clock = clock_of(settings)
        app = make_edge(settings, database, wake, clock, redis, load_clinic(settings.clinic))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.listen_host, settings.port).start()
        log.info("the edge listens on %s:%d", settings.listen_host, settings.port)
        if settings.worker == "inside":
            # The port stays open until the worker is done: in demo mode the carrier it sends through is behind it.
            await _work(settings, database, wake, redis, stop)
        else:
            await stop.wait()


async def _worker(settings: Settings) -> None:
    from bot.store.database import Database
    from bot.wake import Wake

    stop = stop_signal()
    async with AsyncExitStack() as stack:
        await _migrate(settings)
        database = Database(settings.database)
        stack.callback(database.close)
        wake = Wake(settings.redis)
        stack.push_async_callback(wake.close)
        redis = redis_of(settings)
        stack.push_async_callback(redis.aclose)
        await _work(settings, database, wake, redis, stop)


async def _work(settings: Settings, database, wake, redis, stop: asyncio.Event) -> None:  # type: ignore[no-untyped-def]
    """Run turns and sending until `stop` is set and both have finished what is under way."""
    import aiohttp

    from bot.paging import Pager
    from bot.privacy.daily import Daily
    from bot.rate import WHATSAPP_PER_SECOND, Rate, RateByLine, SharedRate, Unlimited
    from bot.safety.screen import Screen
    from bot.sender import Sender
    from bot.store.trackers import Trackers, tracker_url
    from bot.turns.bursts import Quiet
    from bot.turns.worker import Worker
    from bot.types import Channel
    from channels.rasa_turn.client import RasaDialogue
    from channels.twilio.carrier import TwilioCarrier

    clock, house = clock_of(settings), house_of(settings)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        carrier = TwilioCarrier(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.base_url,
            settings.twilio_api,
            settings.messaging_service_sid,
            content_url=settings.twilio_content,
            templates=house.templates,
            list_button=house.say("button_choose"),
        )
        stack.push_async_callback(carrier.close)
        rate: Rate = Unlimited()
        if settings.sms_per_second is not None:
            rate = SharedRate(redis, settings.sms_per_second)
            if settings.whatsapp_number != settings.sms_number:
                rate = RateByLine({settings.whatsapp_number: SharedRate(redis, WHATSAPP_PER_SECOND)}, rate)
        dialogue = RasaDialogue(settings.rasa_url, settings.internal_token, session)
        turns = Worker(database, dialogue, Screen.load(), house, clock, wake, settings.turn_concurrency, quiet=Quiet())
        carriers = {Channel.SMS: carrier, Channel.WHATSAPP: carrier}
        sender = Sender(database, carriers, clock, wake, rate, random.random, sms_line=settings.sms_number)
        # Answers written while turns finish are still sent: the sender stops after them.
        turned = asyncio.Event()
        pager = Pager(database, house, clock, wake)
        clinic, trackers = load_clinic(settings.clinic), Trackers(tracker_url(settings))
        stack.callback(trackers.close)
        daily = Daily(database, trackers, clinic.retention, clinic.zone, clock)
        await _all_or_none([_then(turns.run(stop), turned), sender.run(turned), pager.run(stop), daily.run(stop)])


async def _then(work: Awaitable[None], done: asyncio.Event) -> None:
    try:
        await work
    finally:
        done.set()


async def _all_or_none(works: Sequence[Awaitable[None]]) -> None:
    """Wait for all; when one fails the others are ended and its error is raised, so that the process dies and comes back whole."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(_as_coroutine(work))


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(how, stop.set)
    return stop


async def _migrate(settings: Settings) -> None:
    from bot.store.migrate import upgrade

    await asyncio.to_thread(upgrade, settings.database)


def _port(name: str, url: str) -> int:
    port = urlsplit(url).port
    if port is None:
        raise CommandError(f"{name} is {url!r}; name the port that the process listens on, for example http://127.0.0.1:5005")
    return port

"""What the page sees, as it happens: a stream of server-sent events, each the whole of one view whenever it has changed.

`clock` {now, zone, down, whatsapp} · `thread` {number, channel, messages, owner, conversation, answering}
`calendar` {week, days, rows, entries, waitlist} or {away: reason} · `desk` {handoffs, tasks}

The store is looked at several times a second, the schedule about once, shared by all pages.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from aiohttp import web

from bot import outage
from bot.clock import Clock
from bot.settings import Settings
from bot.store.database import Database
from bot.types import Channel
from bot.whatsapp import is_on
from channels.simulator import desk, threads
from channels.simulator.guard import bad, channel_of, number_of
from channels.simulator.schedule import Schedule, ScheduleAway, monday_of

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
CALENDAR_SECONDS = 0.9
HEARTBEAT_SECONDS = 10.0
STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Live:
    """The views and their stream."""

    def __init__(self, settings: Settings, database: Database, schedule: Schedule, clock: Clock, zone: ZoneInfo) -> None:
        self._settings = settings
        self._database = database
        self._schedule = schedule
        self._clock = clock
        self._zone = zone
        self._closing = asyncio.Event()
        self._weeks: dict[date, tuple[float, dict[str, Any]]] = {}
        self._reading = asyncio.Lock()

    def mount(self, app: web.Application) -> None:
        """Add the routes to the edge; streams end when it shuts down."""
        app.router.add_get("/simulator/api/messages", self.messages)
        app.router.add_get("/simulator/api/events", self.events)
        app.on_shutdown.append(self._close)

    async def _close(self, _app: web.Application) -> None:
        self._closing.set()

    async def messages(self, request: web.Request) -> web.Response:
        """Answer the thread of a number."""
        try:
            return web.json_response(await self._thread(number_of(request.query.get("number")), channel_of(request.query.get("channel"))))
        except sa.exc.SQLAlchemyError as error:
            raise web.HTTPServiceUnavailable(text="The store is away; try again.\n") from error

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream the views of `number` on its `channel` and of the `week` (an ISO date in it; empty = the present one)."""
        number, week = number_of(request.query.get("number")), _day(request.query.get("week"))
        channel = channel_of(request.query.get("channel"))
        stream = web.StreamResponse(headers=STREAM)
        await stream.prepare(request)
        sent: dict[str, str] = {}
        spoke = time.monotonic()
        try:
            while not self._closing.is_set():
                async for name, view in self._views(number, channel, week):
                    text = json.dumps(view, sort_keys=True)
                    if sent.get(name) != text:
                        sent[name], spoke = text, time.monotonic()
                        await stream.write(f"event: {name}\ndata: {text}\n\n".encode())
                if time.monotonic() - spoke > HEARTBEAT_SECONDS:
                    spoke = time.monotonic()
                    await stream.write(b": still here\n\n")
                await self._pause()
        except (ConnectionError, sa.exc.SQLAlchemyError) as error:
            # A page that left, or a store that is away: the page asks again.
            log.debug("a stream ended (%s)", type(error).__name__)
        return stream

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            return

    async def _views(self, number: str, channel: Channel, week: date | None) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        now = self._clock.now().astimezone(self._zone)
        # To the minute, so that the event is sent when the shown time changes.
        moment = now.replace(second=0, microsecond=0, tzinfo=None).isoformat(timespec="minutes")
        down, whatsapp = outage.is_down(self._settings.home), is_on(self._settings)
        yield "clock", {"now": moment, "zone": str(self._zone), "down": down, "whatsapp": whatsapp}
        yield "thread", await self._thread(number, channel)
        yield "desk", await self._database.reading(desk.desk)
        yield "calendar", await self._week(monday_of(week or now.date()))

    async def _thread(self, number: str, channel: Channel) -> dict[str, Any]:
        messages = await self._database.reading(threads.thread, number, channel)
        state = await self._database.reading(threads.state, number, channel)
        return {"number": number, "channel": channel.value, "messages": messages, **state}

    async def _week(self, monday: date) -> dict[str, Any]:
        async with self._reading:
            read_at, view = self._weeks.get(monday, (float("-inf"), {}))
            if time.monotonic() - read_at < CALENDAR_SECONDS:
                return view
            try:
                view = await self._schedule.week(monday)
            except ScheduleAway as error:
                view = {"week": monday.isoformat(), "away": str(error)}
            self._weeks = {monday: (time.monotonic(), view), **{day: kept for day, kept in list(self._weeks.items())[:3] if day != monday}}
            return view


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise bad(f"week is {text[:20]!r}; write a date of it, such as 2025-06-02.") from error

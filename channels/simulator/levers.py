"""The demo's levers: the clock, the scheduling system's outage, and accepting WhatsApp.

All are files in HOME that every process of the demo sees.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import outage
from bot.clock import Clock, move_clock
from bot.whatsapp import accept_in_demo
from channels.simulator.guard import bad, posted
from channels.simulator.recorder import Recorder

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
FORMS = 'send {"now": "2025-06-03T09:00:00-04:00"} or {"by_minutes": 60}'


class Levers:
    """Handlers of `/simulator/api/clock`, `/simulator/api/scheduling` and `/simulator/api/whatsapp`."""

    def __init__(self, home: Path, clock: Clock, recorder: Recorder) -> None:
        self._home = home
        self._clock = clock
        self._recorder = recorder

    def mount(self, app: web.Application) -> None:
        """Add the routes to the edge."""
        app.router.add_get("/simulator/api/clock", self.show_clock)
        app.router.add_post("/simulator/api/clock", self.move)
        app.router.add_get("/simulator/api/scheduling", self.show_scheduling)
        app.router.add_post("/simulator/api/scheduling", self.switch)
        app.router.add_post("/simulator/api/whatsapp", self.accept)

    async def show_clock(self, _request: web.Request) -> web.Response:
        """Answer the present instant of the demo."""
        return web.json_response({"now": self._clock.now().isoformat()})

    async def move(self, request: web.Request) -> web.Response:
        """Move the clock to an instant or by minutes, and answer the instant that it shows then."""
        to = wanted_instant(await posted(request), self._clock.now())
        move_clock(self._home, to)
        now = self._clock.now()
        self._recorder.happened({"clock": self._recorder.local(to)})
        return web.json_response({"now": now.isoformat()})

    async def show_scheduling(self, _request: web.Request) -> web.Response:
        """Answer whether the scheduling system is broken."""
        return web.json_response({"down": outage.is_down(self._home)})

    async def switch(self, request: web.Request) -> web.Response:
        """Break the scheduling system, or mend it."""
        down = (await posted(request)).get("down")
        if not isinstance(down, bool):
            raise bad(f"down is {down!r}; send true to break the scheduling system or false to mend it.")
        if down != outage.is_down(self._home):
            outage.set_down(self._home, down=down)
            self._recorder.happened({"scheduling": "down" if down else "up"})
        return web.json_response({"down": down})

    async def accept(self, request: web.Request) -> web.Response:
        """Accept WhatsApp for this demo, or take that back."""
        accepted = (await posted(request)).get("accepted")
        if not isinstance(accepted, bool):
            raise bad(f"accepted is {accepted!r}; send true to accept WhatsApp in this demo or false to take it back.")
        accept_in_demo(self._home, accepted=accepted)
        return web.json_response({"accepted": accepted})


def wanted_instant(body: dict[str, Any], now: datetime) -> datetime:
    """Return the instant that a request wants the clock to show. Raises 400 naming the value and the remedy."""
    if ("now" in body) == ("by_minutes" in body):
        raise bad(f"Exactly one of now and by_minutes is wanted; {FORMS}.")
    try:
        to = _instant(body["now"]) if "now" in body else now + _minutes(body["by_minutes"])
    except OverflowError as error:
        raise bad(f"by_minutes is {body.get('by_minutes')!r}, which no calendar holds; write a smaller number.") from error
    if not EARLIEST <= to < LATEST:
        raise bad(f"{to.isoformat()} lies outside the years 2000 to 2099; choose a moment within them.")
    return to


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise bad(f"now is {value!r}, no ISO instant; write for example 2025-06-03T09:00:00-04:00.") from error
    if instant.tzinfo is None:
        raise bad(f"now is {value!r} without a UTC offset; write for example 2025-06-03T09:00:00-04:00.")
    return instant


def _minutes(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise bad(f"by_minutes is {value!r}; write a number of minutes such as 60.")
    return timedelta(minutes=value)

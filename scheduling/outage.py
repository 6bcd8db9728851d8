"""Being broken on purpose: every answer under `/fhir` is 503, as a system under repair gives, until `down` says otherwise.

Reads that carry the observer's header still pass: somebody who watches the demonstration sees the schedule that its line cannot reach.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from scheduling.http import Handler
from scheduling.outcome import FhirError, Issue

OBSERVER = "Mendline-Observer"
Down = Callable[[], bool]


def never() -> bool:
    """Return False: the server works."""
    return False


def broken_while(down: Down, base: str) -> Middleware:
    """Return the middleware that refuses everything under `base` while `down()` is true."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        watching = request.method in ("GET", "HEAD") and OBSERVER in request.headers
        if request.path.startswith(base) and not watching and down():
            raise FhirError(503, [Issue("transient", "the scheduling system is broken on purpose; mend it and try again")])
        return await handler(request)

    return refuse

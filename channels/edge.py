"""The edge: the only public port. It verifies, stores and answers; it runs no dialogue and waits for no carrier.

POST /twilio/sms, /twilio/whatsapp, /twilio/message-status     Twilio's webhooks, signed
GET  /healthz, /readyz, /metrics                               for those who watch
GET  /, /simulator, /simulator/…                               demo mode only: what runs here, the simulator, and a carrier of its own
"""

from __future__ import annotations

import logging
import time

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from redis.asyncio import Redis

from bot.clinic import Clinic, load_clinic
from bot.clock import Clock
from bot.settings import Settings
from bot.store.database import Database
from channels.demo_carrier import DemoCarrier
from channels.demo_pages import DemoPages
from channels.health import Health
from channels.metrics import Metrics
from channels.simulator.app import Simulator
from channels.twilio.forms import LARGEST
from channels.twilio.webhooks import TwilioWebhooks, Wake

log = logging.getLogger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def make_edge(
    settings: Settings, database: Database, wake: Wake, clock: Clock, redis: Redis | None = None, clinic: Clinic | None = None
) -> web.Application:
    """Return the edge's application. `redis` is only asked whether it is there; `wake` is how workers hear of a text.

    `clinic` is what the demo's pages show; by default the clinic of the settings is read. Raises ClinicError where that cannot be used.
    """
    metrics = Metrics(database, settings.internal_token)
    app = web.Application(client_max_size=LARGEST, middlewares=[_observer(metrics)])
    TwilioWebhooks(settings, database, wake, clock).mount(app)
    health = Health(database, redis, settings.rasa_url)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", metrics.serve)
    if settings.mode == "demo":
        DemoCarrier(settings, clock).mount(app)
        shown = clinic or load_clinic(settings.clinic)
        DemoPages(settings, shown.name).mount(app)
        Simulator(settings, database, wake, clock, shown).mount(app)
    return app


def _observer(metrics: Metrics) -> Middleware:
    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        # The route's pattern, because a path or a query may hold a telephone number.
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "unknown"
        start = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            seconds = time.perf_counter() - start
            method = request.method if request.method in METHODS else "other"
            metrics.passed(method, route, status, seconds)
            log.info("%s %s %d %.0f ms", method, route, status, seconds * 1000)

    return observe

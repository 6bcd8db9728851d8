"""What the edge counts for Prometheus. Labels are route patterns, methods, statuses and states: never an address, a text or an id."""

from __future__ import annotations

import hmac

import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.tables import message, outbox, staff_task

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15)


class Metrics:
    """Counts requests as they pass and reads the queues when asked."""

    def __init__(self, database: Database, bearer: str) -> None:
        self._database = database
        self._expected = f"Bearer {bearer}".encode()
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "mendline_http_request_seconds",
            "Time to answer a request.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._outbox = Gauge("mendline_outbox_open", "Messages that are not yet with the carrier.", ("state",), registry=self._registry)
        self._waiting = Gauge("mendline_messages_waiting", "Texts that no turn has taken.", registry=self._registry)
        self._tasks = Gauge("mendline_staff_tasks_open", "Tasks that wait for staff.", registry=self._registry)

    def passed(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer `GET /metrics` for whoever holds the internal token."""
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), self._expected):
            raise web.HTTPUnauthorized(text="Send the internal token as a bearer token.\n", headers={"WWW-Authenticate": "Bearer"})
        try:
            states, waiting, tasks = await self._database.reading(_queues)
        except sa.exc.SQLAlchemyError as error:
            raise web.HTTPServiceUnavailable(text="The store is away.\n") from error
        for state in ("queued", "sending"):
            self._outbox.labels(state).set(states.get(state, 0))
        self._waiting.set(waiting)
        self._tasks.set(tasks)
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _queues(connection: Connection) -> tuple[dict[str, int], int, int]:
    open_rows = sa.select(outbox.c.state, sa.func.count()).where(sa.text("state IN ('queued', 'sending')")).group_by(outbox.c.state)
    waiting = sa.select(sa.func.count()).select_from(message).where(sa.text("turn_id IS NULL AND NOT consumed"))
    tasks = sa.select(sa.func.count()).select_from(staff_task).where(staff_task.c.state == "open")
    states = dict(connection.execute(open_rows).all())
    return states, connection.scalar(waiting) or 0, connection.scalar(tasks) or 0

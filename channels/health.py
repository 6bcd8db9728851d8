"""`/healthz`: this process answers. `/readyz`: everything a text needs from end to end answers too.

A load balancer asks `/healthz`: an edge takes and keeps texts while Rasa or Redis is away, so neither is a reason to send texts elsewhere.
`/readyz` is for whoever starts or watches the line.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

import aiohttp
import sqlalchemy as sa
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import Connection

from bot.store.database import Database

log = logging.getLogger(__name__)
LIMIT_S = 2.0


class Health:
    """Asks the edge's neighbours whether they are there."""

    def __init__(self, database: Database, redis: Redis | None, rasa_url: str) -> None:
        self._database = database
        self._redis = redis
        self._rasa_url = rasa_url.rstrip("/")

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer `GET /healthz`."""
        return web.json_response({"status": "ok"})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer `GET /readyz`: 200 when all are there, 503 with the missing ones otherwise."""
        names = ("database", "redis", "rasa")
        answers = await asyncio.gather(*(self._answers(check) for check in (self._ask_database(), self._ask_redis(), self._ask_rasa())))
        body = {name: "ok" if there else "away" for name, there in zip(names, answers, strict=True)}
        return web.json_response(body, status=200 if all(answers) else 503)

    async def _answers(self, check: Awaitable[bool]) -> bool:
        try:
            async with asyncio.timeout(LIMIT_S):
                return await check
        except (sa.exc.SQLAlchemyError, RedisError, aiohttp.ClientError, OSError):  # TimeoutError is an OSError
            return False

    async def _ask_database(self) -> bool:
        return bool(await self._database.reading(_one))

    async def _ask_redis(self) -> bool:
        return self._redis is not None and bool(await self._redis.ping())

    async def _ask_rasa(self) -> bool:
        async with aiohttp.ClientSession() as session, session.get(self._rasa_url + "/") as response:
            return response.status < 500


def _one(connection: Connection) -> int | None:
    return connection.scalar(sa.select(1))

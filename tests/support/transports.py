"""Transports for the scheduling client: one that checks every write, one that dies at a chosen request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from enum import Enum

from fhir.resources import get_fhir_model_class
from yarl import URL

from actions.scheduling.transport import Reply, Transport


class ValidWrites:
    """Passes everything on, after the body of each write was found to be valid R4. Keeps `(method, kind)` of each write."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.written: list[tuple[str, str]] = []

    async def __call__(self, method: str, url: URL, headers: Mapping[str, str], body: str | None) -> Reply:
        if body is not None:
            resource = json.loads(body)
            get_fhir_model_class(resource["resourceType"]).parse_obj(resource)
            self.written.append((method, resource["resourceType"]))
        return await self._inner(method, url, headers, body)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Cut(Enum):
    """Where the process dies: before the request leaves, or after the server has acted and before the reply is seen."""

    BEFORE = "before"
    AFTER = "after"


class Dying:
    """Ends the running task at the nth request, as a killed process would.

    `died` tells whether it came to that, `last` which request it was.
    """

    def __init__(self, inner: Transport, at: int, cut: Cut) -> None:
        self._inner = inner
        self._at = at
        self._sent = 0
        self._cut = cut
        self.died = False
        self.last: tuple[str, URL, Mapping[str, str], str | None] | None = None

    async def __call__(self, method: str, url: URL, headers: Mapping[str, str], body: str | None) -> Reply:
        self._sent += 1
        self.last = (method, url, headers, body)
        number = self._sent
        if number == self._at and self._cut is Cut.BEFORE:
            self._die()
        reply = await self._inner(method, url, headers, body)
        if number == self._at:
            self._die()
        if self.died:
            raise asyncio.CancelledError  # nothing of a dead process goes on
        return reply

    def _die(self) -> None:
        self.died = True
        raise asyncio.CancelledError

    async def aclose(self) -> None:
        await self._inner.aclose()


class Overtaken:
    """Lets a request that was under way arrive between two reads: after `first` was read and before `second` is.

    The paths are references; `late` is `(method, url, headers, body)` of the request under way.
    """

    def __init__(self, inner: Transport, first: str, second: str, late: tuple[str, URL, Mapping[str, str], str | None]) -> None:
        self._inner = inner
        self._first = first
        self._second = second
        self._late = late
        self._first_read = asyncio.Event()
        self.arrived: Reply | None = None

    async def __call__(self, method: str, url: URL, headers: Mapping[str, str], body: str | None) -> Reply:
        if method == "GET" and url.path.endswith(self._second) and self.arrived is None:
            await self._first_read.wait()
            self.arrived = await self._inner(*self._late)
        reply = await self._inner(method, url, headers, body)
        if method == "GET" and url.path.endswith(self._first):
            self._first_read.set()
        return reply

    async def aclose(self) -> None:
        await self._inner.aclose()

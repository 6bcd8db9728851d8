"""The server's HTTP interface: FHIR R4 under `/fhir`, and `/healthz`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from scheduling import bundles, reading
from scheduling.capability import statement
from scheduling.database import Database
from scheduling.features import ALL, Features
from scheduling.http import PATCH_JSON, errors, json_body, preference, reply_headers, respond
from scheduling.outage import Down, broken_while, never
from scheduling.outcome import FhirError, Issue, Resource, not_allowed, outcome
from scheduling.reading import Reply
from scheduling.rules import holds
from scheduling.writing import Call, Context, EntryFailed, run

BASE = "/fhir"
MOST_BYTES = 8 * 1024 * 1024
T = TypeVar("T")


def make_app(store_path: Path | str, now: Callable[[], datetime], *, features: Features = ALL, down: Down = never) -> web.Application:
    """Return the server over the SQLite file `store_path` (or `":memory:"`), reading the time from `now` (aware).

    While `down()` is true it answers 503, for demonstrations.

    Raises RuntimeError when the file belongs to another schema version.
    """
    server = Server(Database(store_path), now, features)
    app = web.Application(middlewares=[errors, broken_while(down, BASE)], client_max_size=MOST_BYTES)
    app.add_routes(
        [
            web.get("/healthz", server.healthz),
            web.get(f"{BASE}/metadata", server.metadata),
            web.post(BASE, server.bundle),
            web.post(f"{BASE}/", server.bundle),
            web.get(BASE + "/{type}", server.search),
            web.post(BASE + "/{type}/_search", server.search),
            web.post(BASE + "/{type}", server.create),
            web.get(BASE + "/{type}/{id}", server.read),
            web.put(BASE + "/{type}/{id}", server.update),
            web.patch(BASE + "/{type}/{id}", server.patch),
            web.delete(BASE + "/{type}/{id}", server.delete),
            web.get(BASE + "/{type}/{id}/_history", server.history),
            web.get(BASE + "/{type}/{id}/_history/{version}", server.read_version),
        ]
    )

    async def close(_: web.Application) -> None:
        server.database.close()

    app.on_cleanup.append(close)
    return app


class Server:
    """Handlers; each turns a request into interactions on the database and their reply into a response."""

    def __init__(self, database: Database, now: Callable[[], datetime], features: Features) -> None:
        self.database = database
        self._now = now
        self._features = features
        self._started = now()

    async def healthz(self, request: web.Request) -> web.Response:
        """Tell that the server answers and its store can be read."""
        await self.database.read(lambda connection: connection.execute("SELECT 1").fetchone())
        return web.json_response({"status": "ok"})

    async def metadata(self, request: web.Request) -> web.Response:
        """Tell what this server offers."""
        return respond(200, statement(self._features, _base(request), self._started))

    async def read(self, request: web.Request) -> web.Response:
        """Return a resource, or 304 when the client has it already."""
        kind, key = request.match_info["type"], request.match_info["id"]
        reply = await self._read(lambda connection: reading.read(connection, kind, key))
        if self._features.etag and request.headers.get("If-None-Match") == f'W/"{reply.version}"':
            return respond(304, None, reply_headers(reply, _base(request), etag=True))
        return self._respond(request, reply)

    async def read_version(self, request: web.Request) -> web.Response:
        """Return one version of a resource."""
        kind, key, version = (request.match_info[name] for name in ("type", "id", "version"))
        return self._respond(request, await self._read(lambda connection: reading.read_version(connection, kind, key, version)))

    async def history(self, request: web.Request) -> web.Response:
        """Return every version of a resource."""
        kind, key = request.match_info["type"], request.match_info["id"]
        pairs, base = list(request.query.items()), _base(request)
        return self._respond(request, await self._read(lambda connection: reading.history(connection, base, kind, key, pairs)))

    async def search(self, request: web.Request) -> web.Response:
        """Search one type, by GET or by POST of a form."""
        pairs = list(request.query.items())
        if request.method == "POST":
            if request.content_type != "application/x-www-form-urlencoded":
                raise FhirError(415, [Issue("not-supported", "send a search as application/x-www-form-urlencoded")])
            pairs += [(name, value) for name, value in (await request.post()).items() if isinstance(value, str)]
        kind, base, lenient = request.match_info["type"], _base(request), preference(request, "handling") == "lenient"
        return self._respond(request, await self._read(lambda connection: reading.find(connection, base, kind, pairs, lenient)))

    async def create(self, request: web.Request) -> web.Response:
        """Create a resource, unless If-None-Exist finds it."""
        return await self._single(request, "POST", if_none_exist=request.headers.get("If-None-Exist"))

    async def update(self, request: web.Request) -> web.Response:
        """Replace a resource whose version If-Match names."""
        return await self._single(request, "PUT")

    async def patch(self, request: web.Request) -> web.Response:
        """Change a resource by JSON Patch."""
        return await self._single(request, "PATCH")

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a resource that nothing refers to."""
        return await self._single(request, "DELETE")

    async def bundle(self, request: web.Request) -> web.Response:
        """Run a transaction (all or nothing) or a batch (each entry by itself)."""
        if not (self._features.transaction and self._features.writable):
            raise not_allowed("this server does not offer transaction or batch")
        content = await json_body(request)
        kind, base = bundles.kind_of(content), _base(request)
        entries = content.get("entry", [])
        if kind == "transaction":
            calls = [bundles.call_of(entry, index, base) for index, entry in enumerate(entries)]
            try:
                replies = await self._write(base, calls)
            except EntryFailed as failed:
                raise failed.error.within(f"Bundle.entry[{failed.index}]") from failed
            return respond(200, bundles.response(kind, [self._entry(request, c, r) for c, r in zip(calls, replies, strict=True)]))
        return respond(200, bundles.response(kind, [await self._batch_entry(request, entry, index) for index, entry in enumerate(entries)]))

    async def _batch_entry(self, request: web.Request, entry: object, index: int) -> Resource:
        base = _base(request)
        try:
            call = bundles.call_of(entry, index, base)
            if call.method == "GET":
                return self._entry(request, call, await self._read(lambda connection: reading.get(connection, base, call.path, call.query)))
            return self._entry(request, call, (await self._write(base, [call]))[0])
        except EntryFailed as failed:
            return bundles.error_entry(failed.error)
        except FhirError as error:
            return bundles.error_entry(error)

    def _entry(self, request: web.Request, call: Call, reply: Reply) -> Resource:
        wanted = preference(request, "return") == "representation"
        return bundles.reply_entry(reply, _base(request), etag=self._features.etag, representation=wanted, read=call.method == "GET")

    async def _single(self, request: web.Request, method: str, if_none_exist: str | None = None) -> web.Response:
        if not self._features.writable:
            raise not_allowed("this server is read-only")
        path = "/".join(request.match_info[name] for name in ("type", "id") if name in request.match_info)
        reading.known_type(request.match_info["type"])
        body = None
        if method != "DELETE":
            body = await json_body(request, (PATCH_JSON,)) if method == "PATCH" else await json_body(request)
        call = Call(method, path, request.query_string, body, request.headers.get("If-Match"), if_none_exist)
        try:
            (reply,) = await self._write(_base(request), [call])
        except EntryFailed as failed:
            raise failed.error from failed
        return self._respond(request, reply)

    def _respond(self, request: web.Request, reply: Reply) -> web.Response:
        headers = reply_headers(reply, _base(request), etag=self._features.etag)
        wanted = preference(request, "return") if request.method != "GET" else None
        body = reply.body
        if wanted == "minimal":
            body = None
        elif wanted == "OperationOutcome" and reply.body is not None:
            body = outcome([Issue("informational", "done")], "information")
        return respond(reply.status, body, headers)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._release_holds()
        return await self.database.read(work)

    async def _write(self, base: str, calls: Sequence[Call]) -> list[Reply]:
        await self._release_holds()
        return await self.database.write(lambda connection: run(connection, Context(self._now(), base, self._features), calls))

    async def _release_holds(self) -> None:
        """Free slots whose hold has run out, in a transaction of their own, so that whatever follows sees and keeps the release."""
        if await self.database.read(lambda connection: holds.have_run_out(connection, self._now())):
            await self.database.write(lambda connection: holds.release(connection, self._now()))


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}{BASE}"

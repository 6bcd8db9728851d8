"""A plain R4 server that is nobody's twin: everything the standard leaves open is done differently from the embedded server.

Numeric ids; seven matches a page behind an absolute next link with an opaque token; members and extensions nobody knows; local offsets
with milliseconds; 409 for a stale ETag; empty bodies after writes; no transactions, no If-None-Exist, no chaining; phone numbers are
compared as text; nothing stops two bookings of one slot. Every write must be valid R4 or is refused with 422.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pydantic
from aiohttp import web
from fhir.resources import get_fhir_model_class

PAGE = 7
ZONE = ZoneInfo("America/Chicago")
KINDS = ("Patient", "RelatedPerson", "Practitioner", "Location", "Schedule", "Slot", "Appointment")
Resource = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PlainR4:
    """The server's state and its handlers.

    `refuse(method, resource)` may name an issue code with which to refuse a write (422); `rewrite(resource)` may store something else.
    """

    def __init__(self, *, writable: bool = True, refuse: Callable[[str, Resource], str | None] | None = None) -> None:
        self.writable = writable
        self.refuse = refuse or (lambda _method, _resource: None)
        self.rewrite: Callable[[Resource], Resource] = lambda resource: resource
        self.resources: dict[tuple[str, str], Resource] = {}
        self.writes = 0
        self.invalid: list[str] = []
        self._ids = itertools.count(40_001, 3)

    def app(self) -> web.Application:
        """Return the aiohttp application; the base is `/r4`."""
        app = web.Application(middlewares=[_known])
        app.router.add_get("/r4/metadata", self._metadata)
        app.router.add_get("/r4/{kind}", self._search)
        app.router.add_get("/r4/{kind}/{id}", self._read)
        app.router.add_post("/r4/{kind}", self._create)
        app.router.add_put("/r4/{kind}/{id}", self._update)
        return app

    async def _metadata(self, _request: web.Request) -> web.Response:
        writes = ["create", "update"] if self.writable else []
        searched = {"Patient": ["phone"], "RelatedPerson": ["phone"], "Appointment": ["patient", "date", "status", "slot", "identifier"]}
        return _json(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": "2024-01-01",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json"],
                "rest": [
                    {
                        "mode": "server",
                        "resource": [
                            {
                                "type": kind,
                                "interaction": [{"code": code} for code in ("read", "search-type", *writes)],
                                "versioning": "versioned-update" if self.writable else "no-version",
                                "searchParam": [{"name": name, "type": "token"} for name in searched.get(kind, [])],
                            }
                            for kind in KINDS
                        ],
                    }
                ],
            }
        )

    async def _read(self, request: web.Request) -> web.Response:
        resource = self.resources.get((request.match_info["kind"], request.match_info["id"]))
        return _outcome(404, "not-found") if resource is None else _json(_shown(resource), headers=_tag(resource))

    async def _search(self, request: web.Request) -> web.Response:
        token = request.query.get("_token")
        kind, offset = request.match_info["kind"], 0
        params = [(name, value) for name, value in request.query.items()]
        if token:
            params, offset = json.loads(base64.urlsafe_b64decode(token))
        matches = [
            one
            for (name, _), one in sorted(self.resources.items(), key=lambda item: int(item[0][1]))
            if name == kind and _fits(one, params)
        ]
        link = [{"relation": "self", "url": str(request.url)}]
        if offset + PAGE < len(matches):
            following = base64.urlsafe_b64encode(json.dumps([params, offset + PAGE]).encode()).decode()
            link.append({"relation": "next", "url": f"http://{request.host}/r4/{kind}?_token={following}"})
        entries = [
            {"fullUrl": f"http://{request.host}/r4/{kind}/{one['id']}", "resource": _shown(one)} for one in matches[offset : offset + PAGE]
        ]
        return _json({"resourceType": "Bundle", "type": "searchset", "link": link, **({"entry": entries} if entries else {})})

    async def _create(self, request: web.Request) -> web.Response:
        resource = await request.json()
        refused = self._refused("POST", resource, request.match_info["kind"])
        if refused:
            return refused
        resource["id"] = str(next(self._ids))
        return self._store(resource, 1, 201, request.host)

    async def _update(self, request: web.Request) -> web.Response:
        resource = await request.json()
        kind, name = request.match_info["kind"], request.match_info["id"]
        refused = self._refused("PUT", resource, kind)
        if refused:
            return refused
        known = self.resources.get((kind, name))
        if known is None:
            return _outcome(404, "not-found")
        wanted = request.headers.get("If-Match")
        if wanted is not None and wanted != _tag(known)["ETag"]:
            return _outcome(409, "conflict")
        return self._store({**resource, "id": name}, int(known["meta"]["versionId"]) + 1, 200, request.host)

    def _refused(self, method: str, resource: Resource, kind: str) -> web.Response | None:
        if not self.writable:
            return _outcome(405, "not-supported")
        try:
            get_fhir_model_class(kind).parse_obj(resource)
        except pydantic.ValidationError as error:
            self.invalid.append(f"{method} {kind}: {error}")
            return _outcome(422, "structure")
        code = self.refuse(method, resource)
        return _outcome(422, code) if code else None

    def _store(self, resource: Resource, version: int, status: int, host: str) -> web.Response:
        self.writes += 1
        resource = self.rewrite(resource)
        resource["meta"] = {**resource.get("meta", {}), "versionId": str(version)}
        self.resources[resource["resourceType"], resource["id"]] = resource
        where = f"http://{host}/r4/{resource['resourceType']}/{resource['id']}/_history/{version}"
        return web.Response(status=status, headers={"Location": where, **_tag(resource)})


@web.middleware
async def _known(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.match_info.get("kind", KINDS[0]) not in KINDS:
        return _outcome(404, "not-supported")
    return await handler(request)


def _fits(resource: Resource, params: list[Any]) -> bool:
    return all(_TESTS[name](resource, value) for name, value in params if name in _TESTS)


def _references(resource: Resource, value: str) -> bool:
    return any(participant.get("actor", {}).get("reference") == value for participant in resource.get("participant", []))


def _time(resource: Resource, value: str) -> bool:
    if "start" not in resource:
        return False
    start = datetime.fromisoformat(resource["start"])
    bound = datetime.fromisoformat(value[2:])
    return {"ge": start >= bound, "lt": start < bound, "gt": start > bound, "le": start <= bound}[value[:2]]


def _identified(resource: Resource, value: str) -> bool:
    return any(f"{one.get('system')}|{one.get('value')}" == value for one in resource.get("identifier", []))


_TESTS: Mapping[str, Callable[[Resource, str], bool]] = {
    "phone": lambda one, value: any(point.get("value") in value.split(",") for point in one.get("telecom", [])),
    "patient": _references,
    "date": _time,
    "start": _time,
    "status": lambda one, value: one.get("status") in value.split(","),
    "slot": lambda one, value: any(slot["reference"] == value for slot in one.get("slot", [])),
    "schedule": lambda one, value: one.get("schedule", {}).get("reference") == value,
    "identifier": _identified,
}


def _shown(resource: Resource) -> Resource:
    shown = {**resource, "vendorShard": 3, "meta": {**resource["meta"], "vendorTrace": "a1"}}
    shown["extension"] = [*resource.get("extension", []), {"url": "https://vendor.example/fhir/colour", "valueCode": "teal"}][:1]
    for name in ("start", "end"):
        if name in shown:
            shown[name] = datetime.fromisoformat(shown[name]).astimezone(ZONE).isoformat(timespec="milliseconds")
    return shown


def _tag(resource: Resource) -> dict[str, str]:
    return {"ETag": f'W/"{resource["meta"]["versionId"]}"'}


def _json(body: Resource, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers, content_type="application/fhir+json")


def _outcome(status: int, code: str) -> web.Response:
    return _json({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}, status)

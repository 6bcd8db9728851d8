"""What these tests stand on: a small FHIR client that hides nothing, a clock that is moved by hand, and a clinic to book in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import aiohttp

FHIR_JSON = "application/fhir+json"
PATCH_JSON = "application/json-patch+json"
REQUEST = "urn:clinic:request"
HOLD_UNTIL = "urn:clinic:hold-until"
MONDAY = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
TEN = datetime(2025, 6, 3, 10, 0, tzinfo=timezone(timedelta(hours=-4)))
Resource = dict[str, Any]


@dataclass
class Answer:
    """One HTTP answer, read."""

    status: int
    headers: Any
    body: Any

    @property
    def issue(self) -> Resource:
        """The first issue of an OperationOutcome."""
        assert self.body["resourceType"] == "OperationOutcome"
        first: Resource = self.body["issue"][0]
        return first

    @property
    def entries(self) -> list[Resource]:
        """The entries of a Bundle."""
        found: list[Resource] = self.body.get("entry", [])
        return found

    @property
    def resources(self) -> list[Resource]:
        """The resources of a Bundle's entries."""
        return [entry["resource"] for entry in self.entries]


class Fhir:
    """Calls a FHIR server at `base`. A dict body travels as FHIR JSON, text as it is."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request; `If_Match` becomes the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        if data is not None:
            named.setdefault("Content-Type", FHIR_JSON)
        url = path if path.startswith("http") else f"{self.base}{path}"
        async with self.session.request(method, url, data=data, headers=named) as response:
            text = await response.text()
            return Answer(response.status, response.headers, json.loads(text) if text else None)

    async def get(self, path: str, **headers: str) -> Answer:
        """GET; a path that begins with http is taken whole."""
        return await self.call("GET", path, **headers)

    async def create(self, resource: Resource, **headers: str) -> Answer:
        """POST a resource to its type."""
        return await self.call("POST", f"/{resource['resourceType']}", resource, **headers)

    async def add(self, resource: Resource) -> Resource:
        """Create and return the stored resource; anything but 201 fails the test."""
        answer = await self.create(resource)
        assert answer.status == 201, answer.body
        stored: Resource = answer.body
        return stored

    async def update(self, resource: Resource, **headers: str) -> Answer:
        """PUT a resource with If-Match of the version it carries, unless headers say otherwise."""
        if "If_Match" not in headers:
            headers["If_Match"] = etag(resource)
        return await self.call("PUT", f"/{resource['resourceType']}/{resource['id']}", resource, **headers)

    async def fresh(self, resource: Resource) -> Resource:
        """Read a resource again."""
        answer = await self.get(f"/{name(resource)}")
        assert answer.status == 200, answer.body
        stored: Resource = answer.body
        return stored

    async def transaction(self, *entries: Resource, kind: str = "transaction", **headers: str) -> Answer:
        """POST a Bundle."""
        return await self.call("POST", "", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    instant: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **span: float) -> None:
        """Move on by a timedelta's arguments."""
        self.instant += timedelta(**span)


@dataclass
class Clinic:
    """One therapist with a morning of half-hour slots, and two patients."""

    fhir: Fhir
    maya: Resource = field(default_factory=dict)
    ruth: Resource = field(default_factory=dict)
    dana: Resource = field(default_factory=dict)
    schedule: Resource = field(default_factory=dict)
    slots: list[Resource] = field(default_factory=list)

    async def open(self, slots: int = 4) -> Clinic:
        """Write the clinic to the server."""
        self.maya = await self.fhir.add(person("Patient", "Torres", "Maya", birthDate="1991-04-09"))
        self.ruth = await self.fhir.add(person("Patient", "Keller", "Ruth", birthDate="1946-03-14"))
        self.dana = await self.fhir.add(person("Practitioner", "Whitfield", "Dana"))
        self.schedule = await self.fhir.add({"resourceType": "Schedule", "active": True, "actor": [ref(self.dana)]})
        self.slots = [await self.fhir.add(slot(self.schedule, TEN + timedelta(minutes=30 * index))) for index in range(slots)]
        return self

    def visit(self, patient: Resource, place: Resource, status: str = "booked", key: str | None = None, **more: Any) -> Resource:
        """Return an unsent Appointment of `patient` with Dana on a slot."""
        identifier = {} if key is None else {"identifier": [{"system": REQUEST, "value": key}]}
        return {
            "resourceType": "Appointment",
            "status": status,
            **identifier,
            "start": place["start"],
            "end": place["end"],
            "slot": [ref(place)],
            "participant": [{"actor": ref(patient), "status": "accepted"}, {"actor": ref(self.dana), "status": "accepted"}],
            **more,
        }

    async def book(self, patient: Resource, place: Resource, **more: Any) -> Resource:
        """Book a free slot and return the Appointment."""
        return await self.fhir.add(self.visit(patient, place, **more))

    async def status(self, place: Resource) -> str:
        """Return the present status of a slot or appointment."""
        found: str = (await self.fhir.fresh(place))["status"]
        return found

    async def active_bookings(self, place: Resource) -> list[str]:
        """Return the ids of the active Appointments on a slot."""
        found = await self.fhir.get(f"/Appointment?slot={name(place)}&status=pending,booked,arrived,checked-in")
        return [appointment["id"] for appointment in found.resources]


def name(resource: Resource) -> str:
    """Return `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def ref(resource: Resource) -> Resource:
    """Return a Reference to a stored resource."""
    return {"reference": name(resource)}


def etag(resource: Resource) -> str:
    """Return the ETag of the version a resource carries."""
    return f'W/"{resource["meta"]["versionId"]}"'


def person(kind: str, family: str, given: str, **more: Any) -> Resource:
    """Return a Patient, RelatedPerson or Practitioner."""
    return {"resourceType": kind, "name": [{"family": family, "given": [given]}], **more}


def slot(schedule: Resource, start: datetime, status: str = "free", **more: Any) -> Resource:
    """Return a half-hour Slot."""
    end = start + timedelta(minutes=30)
    return {"resourceType": "Slot", "schedule": ref(schedule), "status": status, "start": start.isoformat(), "end": end.isoformat(), **more}


def held(place: Resource, key: str, until: datetime | None = None) -> Resource:
    """Return a slot held for the request `key`."""
    extension = {} if until is None else {"extension": [{"url": HOLD_UNTIL, "valueInstant": until.isoformat()}]}
    return {**place, "status": "busy-tentative", "identifier": [{"system": REQUEST, "value": key}], **extension}


def put(resource: Resource, match: str | None = None) -> Resource:
    """Return the entry of a PUT with ifMatch of the version the resource carries."""
    return {"resource": resource, "request": {"method": "PUT", "url": name(resource), "ifMatch": match or etag(resource)}}


def post(resource: Resource, full_url: str | None = None, **request: str) -> Resource:
    """Return the entry of a POST."""
    entry: Resource = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}
    return entry if full_url is None else entry | {"fullUrl": full_url}

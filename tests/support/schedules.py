"""A small clinic on any FHIR server, written and read over plain HTTP: the judge of what a client did."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from actions.scheduling.types import Actor, Opening, Visit

NOW = datetime(2025, 6, 2, 13, 0, tzinfo=UTC)  # a Monday, nine in the morning in Maine
FIRST = datetime(2025, 6, 3, 14, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=45)
Resource = dict[str, Any]


class MovingClock:
    """A clock that stands until someone sleeps on it, or moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


class RunningClock:
    """A clock that starts at NOW and runs, and really sleeps: for what several processes do at the same time."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - self._begun)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port of 127.0.0.1 and give its origin."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Clinic:
    """One therapist, one place, a row of slots, and patients with one visit each on the first of them."""

    base: str
    http: aiohttp.ClientSession
    practitioner: Actor = field(default_factory=lambda: Actor(""))
    location: Actor = field(default_factory=lambda: Actor(""))
    schedule: str = ""
    patients: list[str] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    appointments: list[str] = field(default_factory=list)

    async def post(self, resource: Resource) -> str:
        """Create a resource and return its reference."""
        async with self.http.post(
            f"{self.base}/{resource['resourceType']}", json=resource, headers={"Content-Type": "application/fhir+json"}
        ) as reply:
            assert reply.status == 201, (reply.status, await reply.text())
            parts = reply.headers["Location"].partition("/_history")[0].split("/")
            return "/".join(parts[-2:])

    async def put(self, resource: Resource) -> None:
        """Update a resource that was read with `get`, as the desk would."""
        headers = {"If-Match": f'W/"{resource["meta"]["versionId"]}"', "Content-Type": "application/fhir+json"}
        known = {name: value for name, value in resource.items() if name not in ("meta", "vendorShard")}
        async with self.http.put(f"{self.base}/{resource['resourceType']}/{resource['id']}", json=known, headers=headers) as reply:
            assert reply.status == 200, (reply.status, await reply.text())

    async def get(self, reference: str) -> Resource:
        """Read a resource."""
        async with self.http.get(f"{self.base}/{reference}") as reply:
            assert reply.status == 200, (reference, reply.status)
            return await reply.json(content_type=None)

    async def seed(self, patients: int, slots: int, *, phone: str = "(207) 555-01{:02d}") -> None:
        """Write the clinic: `slots` slots in a row, patient n with a booked visit on slot n."""
        therapist = await self.post({"resourceType": "Practitioner", "name": [{"given": ["Dana"], "family": "Reyes"}]})
        place = await self.post({"resourceType": "Location", "name": "Riverside"})
        self.practitioner, self.location = Actor(therapist, "Dana Reyes"), Actor(place, "Riverside")
        actors = [{"reference": therapist, "display": "Dana Reyes"}, {"reference": place, "display": "Riverside"}]
        self.schedule = await self.post(
            {"resourceType": "Schedule", "active": True, "actor": actors, "serviceType": [{"text": "PT follow-up"}]}
        )
        for number in range(slots):
            start = FIRST + number * LENGTH
            self.slots.append(await self.post(slot(self.schedule, start)))
        for number in range(patients):
            telecom = [{"system": "phone", "value": phone.format(number), "use": "mobile"}]
            name = [{"given": [f"Given{number}"], "family": "Torres"}]
            self.patients.append(
                await self.post(
                    {
                        "resourceType": "Patient",
                        "active": True,
                        "name": name,
                        "telecom": telecom,
                        "birthDate": f"1991-04-{number % 28 + 1:02d}",
                    }
                )
            )
            self.appointments.append(await self.post(self._appointment(number)))
            taken = await self.get(self.slots[number])
            if taken["status"] == "free":  # some servers do this by themselves
                await self.put({**taken, "status": "busy"})

    def _appointment(self, number: int) -> Resource:
        start = FIRST + number * LENGTH
        people = (self.patients[number], self.practitioner.reference, self.location.reference)
        return {
            "resourceType": "Appointment",
            "status": "booked",
            "serviceType": [{"text": "PT follow-up"}],
            "start": start.isoformat(),
            "end": (start + LENGTH).isoformat(),
            "minutesDuration": 45,
            "slot": [{"reference": self.slots[number]}],
            "participant": [{"actor": {"reference": one}, "status": "accepted"} for one in people],
        }

    def visit(self, number: int) -> Visit:
        """Return the seeded visit of patient n as the dialogue holds it."""
        start = FIRST + number * LENGTH
        reference, place = self.appointments[number], self.slots[number]
        return Visit(reference, "1", start, start + LENGTH, self.practitioner, self.location, place, "booked", "PT follow-up", 45)

    def opening(self, number: int) -> Opening:
        """Return slot n as the dialogue offers it."""
        start = FIRST + number * LENGTH
        return Opening(self.slots[number], "1", start, start + LENGTH, self.practitioner, self.location, "PT follow-up")

    async def state(self) -> State:
        """Read the whole schedule."""
        slots = {name: (await self.get(name))["status"] for name in self.slots}
        return State(slots, await self._everything("Appointment"))

    async def _everything(self, kind: str) -> list[Resource]:
        found, url = [], f"{self.base}/{kind}?_count=200"
        while url:
            async with self.http.get(url) as reply:
                bundle = await reply.json(content_type=None)
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            url = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), "")
        return found


@dataclass(frozen=True)
class State:
    """The schedule as the server shows it: status by slot, and all appointments."""

    slots: dict[str, str]
    appointments: Sequence[Resource]

    def booked(self) -> dict[str, list[str]]:
        """Return the booked slots of each patient."""
        found: dict[str, list[str]] = {}
        for one in self.appointments:
            if one["status"] in ("booked", "pending"):
                patient = next(p["actor"]["reference"] for p in one["participant"] if p["actor"]["reference"].startswith("Patient/"))
                found.setdefault(patient, []).append(one["slot"][0]["reference"])
        return {patient: sorted(slots) for patient, slots in found.items()}

    def double_booked(self) -> list[str]:
        """Return the slots on which more than one visit stands."""
        count = Counter(slot for slots in self.booked().values() for slot in slots)
        return sorted(slot for slot, times in count.items() if times > 1)

    def contradictions(self) -> list[str]:
        """Return the slots whose status does not say whether a visit stands on them."""
        taken = {slot for slots in self.booked().values() for slot in slots}
        return sorted(slot for slot, status in self.slots.items() if status != ("busy" if slot in taken else "free"))


def slot(schedule: str, start: datetime, status: str = "free") -> Resource:
    """Return a slot of 45 minutes."""
    return {
        "resourceType": "Slot",
        "schedule": {"reference": schedule},
        "status": status,
        "start": start.isoformat(),
        "end": (start + LENGTH).isoformat(),
    }


@asynccontextmanager
async def clinic(base: str, patients: int = 2, slots: int = 6, **options: Any) -> AsyncIterator[Clinic]:
    """Seed a clinic on a server."""
    async with aiohttp.ClientSession() as http:
        world = Clinic(base, http)
        await world.seed(patients, slots, **options)
        yield world

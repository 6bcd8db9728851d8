"""The clinic's calendar, read over HTTP as FHIR: a week of visits and openings, the waitlist, one patient's visits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

# Reads with this header see the schedule of a demo whose scheduling system is broken on purpose.
OBSERVER = {"Mendline-Observer": "simulator", "Accept": "application/fhir+json"}
PAGE = "500"
MOST_PAGES = 6
LIMIT_SECONDS = 5.0
SHOWN_SLOTS = {"free": "free", "busy-tentative": "hold", "busy-unavailable": "blocked"}
HIDDEN = frozenset({"entered-in-error", "waitlist", "proposed"})
STANDING = ("booked", "pending", "arrived", "checked-in")

Resource = dict[str, Any]


class ScheduleAway(Exception):
    """The scheduling system cannot be read. The message says how it failed."""


@dataclass(frozen=True)
class Visit:
    """A standing visit: its start on the clinic's wall clock (naive), with whom (the Practitioner's id) and of which kind."""

    id: str
    start: datetime
    practitioner: str
    kind: str


class Schedule:
    """Reads the schedule. `zone` is the clinic's. Close it with the edge."""

    def __init__(self, base: str, zone: ZoneInfo) -> None:
        self._base = base
        self._zone = zone
        self._session: aiohttp.ClientSession | None = None

    async def close(self, _app: Any = None) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def week(self, monday: date) -> dict[str, Any]:
        """Return `{week, days, rows, entries, waitlist}` of the seven days from `monday`. Raises ScheduleAway."""
        start = datetime.combine(monday, time(), self._zone).isoformat()
        end = datetime.combine(monday + timedelta(days=7), time(), self._zone).isoformat()
        visits, slots, schedules, waiting = await asyncio.gather(
            self._search("Appointment", [("date", f"ge{start}"), ("date", f"lt{end}")]),
            self._search("Slot", [("start", f"ge{start}"), ("start", f"lt{end}")]),
            self._search("Schedule", []),
            self._search("Appointment", [("status", "waitlist")]),
        )
        where = {f"Schedule/{each['id']}": _actors(each.get("actor", ())) for each in schedules}
        entries = [self._visit(each) for each in visits if each.get("status") not in HIDDEN and each.get("start")]
        entries += [self._slot(each, where) for each in slots if each.get("status") in SHOWN_SLOTS]
        entries.sort(key=lambda one: (one["start"], one["practitioner"], one["id"]))
        return {
            "week": monday.isoformat(),
            "days": [(monday + timedelta(days=step)).isoformat() for step in range(7)],
            "rows": _rows(where.values()),
            "entries": entries,
            "waitlist": [self._waiting(each) for each in waiting],
        }

    async def visits(self, patient: str, since: datetime) -> list[Visit]:
        """Return a patient's standing visits from `since` (aware), soonest first. Raises ScheduleAway."""
        wanted = [("patient", f"Patient/{patient}"), ("date", f"ge{since.isoformat()}"), ("status", ",".join(STANDING))]
        found = []
        for each in await self._search("Appointment", wanted):
            entry = self._visit(each)
            found.append(Visit(entry["id"], datetime.fromisoformat(entry["start"]), entry["practitioner"], entry["type_code"]))
        return sorted(found, key=lambda visit: visit.start)

    async def waitlisted(self, patient: str) -> list[dict[str, Any]]:
        """Return what a patient waits for: `{id, patient, periods}`. Raises ScheduleAway."""
        found = await self._search("Appointment", [("patient", f"Patient/{patient}"), ("status", "waitlist")])
        return [self._waiting(each) for each in found]

    async def confirmed(self, patient: str) -> set[str]:
        """Return the ids of the Appointments that a patient has accepted. Raises ScheduleAway."""
        wanted = [("patient", f"Patient/{patient}"), ("part-status", "accepted")]
        found = await self._search("AppointmentResponse", wanted)
        return {each["appointment"]["reference"].partition("/")[2] for each in found}

    def _visit(self, resource: Resource) -> dict[str, Any]:
        actors = _actors(part.get("actor", {}) for part in resource.get("participant", ()))
        kind = (resource.get("serviceType") or [{}])[0]
        return {
            "id": f"{resource['id']}",
            "kind": "visit",
            "status": resource.get("status"),
            "start": self._local(resource["start"]),
            "end": self._local(resource.get("end") or resource["start"]),
            "practitioner": actors.get("Practitioner", ("", ""))[0],
            "location": actors.get("Location", ("", ""))[0],
            "patient": actors.get("Patient", ("", ""))[0],
            "name": actors.get("Patient", ("", "somebody"))[1],
            "type": str(kind.get("text") or ""),
            "type_code": str((kind.get("coding") or [{}])[0].get("code") or ""),
        }

    def _slot(self, resource: Resource, where: Mapping[str, Mapping[str, tuple[str, str]]]) -> dict[str, Any]:
        actors = where.get(resource.get("schedule", {}).get("reference", ""), {})
        kind = (resource.get("serviceType") or [{}])[0]
        return {
            "id": f"slot:{resource['id']}",
            "kind": SHOWN_SLOTS[resource["status"]],
            "status": resource["status"],
            "start": self._local(resource["start"]),
            "end": self._local(resource["end"]),
            "practitioner": actors.get("Practitioner", ("", ""))[0],
            "location": actors.get("Location", ("", ""))[0],
            "patient": "",
            "name": "",
            "type": str(kind.get("text") or ""),
            "type_code": str((kind.get("coding") or [{}])[0].get("code") or ""),
        }

    def _waiting(self, resource: Resource) -> dict[str, Any]:
        actors = _actors(part.get("actor", {}) for part in resource.get("participant", ()))
        periods = [
            [self._local(period["start"]), self._local(period["end"])]
            for period in resource.get("requestedPeriod", ())
            if period.get("start") and period.get("end")
        ]
        patient, name = actors.get("Patient", ("", "somebody"))
        return {
            "id": resource["id"],
            "patient": patient,
            "name": name,
            "with": actors.get("Practitioner", ("", ""))[1],
            "periods": periods,
        }

    def _local(self, instant: str) -> str:
        moment = datetime.fromisoformat(instant).astimezone(self._zone).replace(tzinfo=None)
        return moment.isoformat(timespec="minutes")

    async def _search(self, kind: str, wanted: list[tuple[str, str]]) -> list[Resource]:
        """Return all matches, following the pages."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT_SECONDS), headers=OBSERVER)
        found: list[Resource] = []
        url: str | None = f"{self._base}/{kind}"
        params: list[tuple[str, str]] | None = [*wanted, ("_count", PAGE)]
        try:
            for _ in range(MOST_PAGES):
                async with self._session.get(url or "", params=params) as answer:
                    if answer.status != 200:
                        raise ScheduleAway(f"{kind}: HTTP {answer.status}")
                    bundle = await answer.json(content_type=None)
                found += [entry["resource"] for entry in bundle.get("entry", ()) if entry["resource"]["resourceType"] == kind]
                url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)
                params = None
                if url is None:
                    return found
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ScheduleAway(f"{kind}: {type(error).__name__}") from error
        return found


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _actors(actors: Any) -> dict[str, tuple[str, str]]:
    """Return (id, display) by resource type; where none is given, the demo's ids are names with dashes."""
    found: dict[str, tuple[str, str]] = {}
    for actor in actors:
        kind, _, identifier = str(actor.get("reference", "")).partition("/")
        found.setdefault(kind, (identifier, str(actor.get("display") or identifier.replace("-", " ").title())))
    return found


def _rows(schedules: Any) -> list[dict[str, str]]:
    """Return who works where, by location and name: `{practitioner, name, location, place}`."""
    pairs = {(actors["Location"], actors["Practitioner"]) for actors in schedules if "Practitioner" in actors and "Location" in actors}
    ordered = sorted(pairs, key=lambda pair: (pair[0][1], pair[1][1]), reverse=False)
    return [{"practitioner": who[0], "name": who[1], "location": place[0], "place": place[1]} for place, who in ordered]

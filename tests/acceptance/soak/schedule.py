"""The schedule as the scheduling server tells it over plain HTTP: every slot, every visit, and every version of the visits that changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

BACK_SECONDS = 60.0
ACTIVE = frozenset({"booked", "pending", "arrived", "checked-in"})


@dataclass(frozen=True)
class Visit:
    """One version of an Appointment with a time."""

    id: str
    version: int
    updated: datetime
    status: str
    patient: str
    practitioner: str
    location: str
    start: datetime
    end: datetime
    slots: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """All visits as they stand, and the status of every slot."""

    visits: Sequence[Visit]
    slots: dict[str, str]


def active(visit: Visit) -> bool:
    """Does this visit stand?"""
    return visit.status in ACTIVE


class Reader:
    """Reads a FHIR server directly, past any proxy."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._session = session

    async def everything(self, kind: str) -> list[dict[str, Any]]:
        """Return every resource of a kind."""
        found: list[dict[str, Any]] = []
        url = f"{self._base}/{kind}?_count=200"
        while url:
            bundle = await self._get(url)
            found += [entry["resource"] for entry in bundle.get("entry", ())]
            url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")
        return found

    async def schedule(self) -> Schedule:
        """Read all visits and slots."""
        visits = [visit for resource in await self.everything("Appointment") if (visit := visit_of(resource))]
        return Schedule(visits, {f"Slot/{slot['id']}": slot["status"] for slot in await self.everything("Slot")})

    async def versions(self, identifier: str) -> list[Visit]:
        """Return every version of a visit, the first one first."""
        bundle = await self._get(f"{self._base}/Appointment/{identifier}/_history")
        found = [visit_of(entry["resource"]) for entry in bundle["entry"] if "resource" in entry]
        return sorted((visit for visit in found if visit), key=lambda visit: visit.version)

    async def _get(self, url: str) -> dict[str, Any]:
        """Read one page; a server that was just killed gets BACK_SECONDS to come back."""
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            try:
                async with self._session.get(url) as answer:
                    assert answer.status == 200, f"GET {url}: {answer.status}"
                    body: dict[str, Any] = await answer.json(content_type=None)
                    return body
            except aiohttp.ClientConnectionError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)


def visit_of(resource: dict[str, Any]) -> Visit | None:
    """Return an Appointment as a visit; None when it has no time (a wish on the waiting list)."""
    if "start" not in resource:
        return None
    actors = {actor["reference"].partition("/")[0]: actor for part in resource["participant"] if "reference" in (actor := part["actor"])}
    return Visit(
        resource["id"],
        int(resource["meta"]["versionId"]),
        datetime.fromisoformat(resource["meta"]["lastUpdated"].replace("Z", "+00:00")),
        resource["status"],
        actors["Patient"]["reference"],
        actors.get("Practitioner", {}).get("display", ""),
        actors.get("Location", {}).get("display", ""),
        datetime.fromisoformat(resource["start"].replace("Z", "+00:00")),
        datetime.fromisoformat(resource["end"].replace("Z", "+00:00")),
        tuple(slot["reference"] for slot in resource.get("slot", ())),
    )

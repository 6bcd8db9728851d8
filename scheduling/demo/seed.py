"""Loads the demo clinic into a scheduling server over HTTP, once.

A Task, `Task/demo-clinic`, is written before the first chunk and completed after the last. It tells the day on which the demo
began, so that a load that was cut off is finished with the same resources, and a complete one is never repeated, whatever happened to the
data since.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from scheduling.demo import build
from scheduling.demo.codes import Resource, day

logger = logging.getLogger(__name__)

MARK = "Task/demo-clinic"
CHUNK = 400
FHIR_JSON = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json", "Prefer": "return=minimal"}


class SeedError(Exception):
    """The server cannot take the demo clinic. The message names the request, the answer and the remedy; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def seed(base_url: str, today: date, zone: ZoneInfo, session: aiohttp.ClientSession) -> date | None:
    """Load the demo clinic when the server has no patients, and return the day on which the demo clinic began.

    Returns None, and leaves the server alone, when it holds patients that are not the demo's. Raises SeedError.
    """
    base = base_url.rstrip("/")
    mark = await _read(session, f"{base}/{MARK}")
    if mark is not None and mark["status"] == "completed":
        return date.fromisoformat(mark["authoredOn"][:10])
    if mark is None:
        found = await _call(session, "GET", f"{base}/Patient?_count=1")
        if found.get("entry"):
            return None
        await _call(session, "PUT", f"{base}/{MARK}", _mark(today, "in-progress"))
    began = today if mark is None else date.fromisoformat(mark["authoredOn"][:10])
    resources = await asyncio.to_thread(build, began, zone)
    for chunk in _chunks(resources):
        await _load(session, base, chunk, resumed=mark is not None)
    await _call(session, "PUT", f"{base}/{MARK}", _mark(began, "completed"))
    logger.info("demo clinic loaded: %d resources as of %s", len(resources), began)
    return began


async def _load(session: aiohttp.ClientSession, base: str, chunk: Sequence[Resource], *, resumed: bool) -> None:
    """Load a chunk as a transaction. In a resumed load a 412 tells that it is there already: a chunk is written whole or not at all."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [_entry(each) for each in chunk]}
    try:
        await _call(session, "POST", base, bundle)
    except SeedError as error:
        if not (resumed and error.status == 412):
            raise


def _chunks(resources: Sequence[Resource]) -> Iterator[Sequence[Resource]]:
    """Yield chunks of about CHUNK resources. A visit is in the chunk of its slot, because a slot that is busy already takes no booking."""
    visits: dict[str, list[Resource]] = {}
    for resource in resources:
        if slot := _slot_of(resource):
            visits.setdefault(slot, []).append(resource)
    chunk: list[Resource] = []
    for resource in resources:
        if _slot_of(resource):
            continue
        chunk += [resource, *visits.get(f"{resource['resourceType']}/{resource['id']}", ())]
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _slot_of(resource: Resource) -> str | None:
    slots = resource.get("slot") if resource["resourceType"] == "Appointment" else None
    return str(slots[0]["reference"]) if slots else None


def _entry(resource: Resource) -> Resource:
    return {"resource": resource, "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}}


def _mark(began: date, status: str) -> Resource:
    kind, _, ident = MARK.partition("/")
    return {
        "resourceType": kind,
        "id": ident,
        "status": status,
        "intent": "order",
        "code": {"text": "demo-clinic"},
        "authoredOn": day(began),
    }


async def _read(session: aiohttp.ClientSession, url: str) -> Resource | None:
    """Return a resource, or None when there is none. Raises SeedError."""
    try:
        return await _call(session, "GET", url)
    except SeedError as error:
        if error.status not in (404, 410):
            raise
        return None


async def _call(session: aiohttp.ClientSession, method: str, url: str, resource: Resource | None = None) -> Resource:
    async with session.request(method, url, json=resource, headers=FHIR_JSON) as response:
        text = await response.text()
        content = json.loads(text) if text and "json" in response.content_type else {}
        if response.status not in (200, 201, 204):
            remedy = "use a FHIR R4 server that takes PUT with new ids and transactions, with an empty store"
            raise SeedError(response.status, f"{method} {url} was answered with HTTP {response.status}: {_reason(content)}; {remedy}")
        return content if isinstance(content, dict) else {}


def _reason(outcome: Any) -> str:
    issues = outcome.get("issue", ()) if isinstance(outcome, dict) else ()
    return "; ".join(str(issue.get("diagnostics") or issue.get("code")) for issue in issues) or "no reason given"

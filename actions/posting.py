"""Posts the FHIR resources that the store holds (`fhir_resource`) to the scheduling system, each exactly once.

A row is written in the turn's own transaction, so that nothing told is lost; it is posted here. What happened to a request that died is
not known: the next one is a conditional create on the row's key, or a search for it where the server knows none, so that none is doubled.
A row whose resource was replaced after it had been posted is updated in its place.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.scheduling.client import FhirClient, reference_of
from actions.scheduling.errors import NotFound, SchedulingError, SchedulingRefused, SignInRefused
from actions.scheduling.profiles import Mode
from actions.scheduling.resources import KEY_SYSTEM
from bot.clock import Clock
from bot.store.database import Database
from bot.store.patient_tables import fhir_resource

logger = logging.getLogger(__name__)

AT_ONCE = 50
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
# A server that says no this often, and not merely "not now", does not take such a resource; the store keeps it.
REFUSED_TRIES = 5
REFUSED = "refused"


@dataclass(frozen=True)
class Unposted:
    """A row that waits. `made_at` tells one resource of a row from its replacement."""

    key: str
    resource: dict[str, Any]
    reference: str | None
    attempts: int
    made_at: datetime


async def post(database: Database, client: FhirClient, clock: Clock) -> int:
    """Post what waits and is due; return how many were posted. Stops at the first sign that the scheduling system is away.

    To a system that can only be read nothing is posted: the store keeps it.
    """
    posted = 0
    waiting = await database.reading(_due, clock.now())
    if not waiting or (await client.profile()).mode is Mode.REQUEST:
        return 0
    for row in waiting:
        try:
            reference = await _write(client, row)
        except SignInRefused:
            await database.writing(_failed, row, clock.now(), refused=False)
            raise
        except (NotFound, SchedulingRefused) as error:
            logger.warning("a resource was not taken (%s); tries: %s", type(error).__name__, row.attempts + 1)
            await database.writing(_failed, row, clock.now(), refused=True)
            continue
        except SchedulingError:
            await database.writing(_failed, row, clock.now(), refused=False)
            raise
        await database.writing(_posted, row, reference, clock.now())
        posted += 1
    return posted


def wait_after(attempts: int) -> timedelta:
    """Return how long a resource is left alone after that many failed attempts: doubling up to LONGEST_WAIT."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20)) if attempts else timedelta()


async def _write(client: FhirClient, row: Unposted) -> str:
    """Create or update the resource and return where it is kept."""
    same = ("identifier", f"{KEY_SYSTEM}|{row.key}")
    kind = row.resource["resourceType"]
    if row.reference is None:
        profile = await client.profile()
        found = [] if profile.if_none_exist else await client.search(kind, [same])
        kept = found[0] if found else await client.create(row.resource, if_none_exist="=".join(same) if profile.if_none_exist else None)
        reference = reference_of(kept)
        if "identifier" not in kept:
            kept = await client.read(reference)
        if _tells_the_same(kept, row.resource):
            return reference
    else:
        reference = row.reference
    # An earlier version of it is there: a request that died, or an answer that was put right.
    await client.update({**row.resource, "id": reference.rpartition("/")[2]})
    return reference


def _tells_the_same(kept: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(kept.get(name) == value for name, value in wanted.items() if name in ("item", "valueQuantity", "status", "code", "subject"))


def _due(connection: Connection, now: datetime) -> list[Unposted]:
    query = sa.select(fhir_resource).where(fhir_resource.c.posted_at.is_(None)).order_by(fhir_resource.c.created_at).limit(10 * AT_ONCE)
    rows = connection.execute(query).mappings()
    due = [row for row in rows if row["reference"] != REFUSED and now >= row["created_at"] + _waited(row["attempts"])]
    return [Unposted(row["key"], row["resource"], row["reference"], row["attempts"], row["created_at"]) for row in due[:AT_ONCE]]


def _waited(attempts: int) -> timedelta:
    """Return after how long since it was made a resource is tried again: the sum of the waits so far."""
    return sum((wait_after(number) for number in range(1, attempts + 1)), timedelta())


def _posted(connection: Connection, row: Unposted, reference: str, now: datetime) -> None:
    """Mark the row; one that was replaced meanwhile stays to be posted, and knows now where."""
    connection.execute(fhir_resource.update().where(fhir_resource.c.key == row.key).values(reference=reference))
    same = sa.and_(fhir_resource.c.key == row.key, fhir_resource.c.created_at == row.made_at)
    connection.execute(fhir_resource.update().where(same).values(posted_at=now))


def _failed(connection: Connection, row: Unposted, now: datetime, *, refused: bool) -> None:
    values: dict[str, Any] = {"attempts": row.attempts + 1}
    if refused and row.attempts + 1 >= REFUSED_TRIES:
        values |= {"posted_at": now, "reference": REFUSED}
    connection.execute(fhir_resource.update().where(fhir_resource.c.key == row.key).values(**values))

"""Removing one patient from the store, in one transaction.

What stays: opt-outs under a digest (bot/store/consents.py), and one audit entry that an erasure happened, with counts and nobody's name.
What others share stays theirs: in a shared conversation only the patient's turns go, and its tracker, whose slots mix everybody's.
Nothing is erased while somebody waits for something (`obstacles`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.privacy.holdings import Holdings
from bot.store import consents
from bot.store.database import Database
from bot.store.tables import audit, conversation, metadata
from bot.store.trackers import Trackers

ERASED = "patient_erased"
TOO_MANY = 400
"""Keys in one statement, well under the least that SQLite takes (999 values)."""


class Obstacle(Exception):
    """The patient cannot be erased now. The message names what is open and the remedy."""


@dataclass(frozen=True)
class Erased:
    """How many rows of each table are gone, how many tracker events, and how many opt-outs stay under a digest."""

    rows: dict[str, int]
    events: int
    opt_outs: int


def obstacles(found: Holdings, now: datetime, *, with_tasks: bool = False) -> list[str]:
    """Return what must be done before this patient can be erased, a sentence each. `with_tasks` lets open tasks go with them."""
    said = []
    for row in _open(found, "incident"):
        said.append(
            f"incident {row['id']} is open: see to it, then `python -m bot release {row['conversation_id']}` closes it with its hand-off"
        )
    flagged = {row["conversation_id"] for row in _open(found, "incident")}
    for row in _open(found, "handoff"):
        if row["conversation_id"] not in flagged:
            said.append(
                f"conversation {row['conversation_id']} waits for or has a person: `python -m bot release {row['conversation_id']}`"
            )
    said += [
        f"booking request {row['key']} is not settled: the action server brings it to its end within two minutes; try again then"
        for row in found.rows["booking_request"]
        if row["outcome"] is None
    ]
    if not with_tasks:
        said += [
            f"staff task {row['id']} ({row['kind']}) is open: close it, or say --with-tasks to erase it too"
            for row in _open(found, "staff_task")
        ]
    if _under_way(found, now):
        said.append("a message of theirs is being answered or sent: try again in a minute")
    return said


def erase(connection: Connection, found: Holdings, trackers: Trackers, actor: str, now: datetime, *, with_tasks: bool = False) -> Erased:
    """Erase what was found in this transaction. Raises Obstacle, and SQLAlchemyError when a database is away.

    The trackers go first: should the transaction fail after that, the rows are still there to be found again.
    """
    standing = obstacles(found, now, with_tasks=with_tasks)
    if standing:
        raise Obstacle("; ".join(standing))
    events = trackers.forget([thread.id for thread in found.threads])
    kept = sum(consents.keep_erased(connection, row["channel"], row["line"], row["address"], now) for row in found.rows["consent"])
    shared = [thread.id for thread in found.threads if thread.shared]
    connection.execute(conversation.update().where(conversation.c.id.in_(shared)).values(awaiting="none", patient=None, proven_until=None))
    gone = [thread.id for thread in found.own()]
    connection.execute(conversation.update().where(conversation.c.answers_for.in_(gone)).values(answers_for=None))
    for table in reversed(metadata.sorted_tables):
        if table.name != "consent":
            _delete(connection, table, found.rows[table.name])
    counts = found.counts
    connection.execute(audit.insert().values(at=now, actor=actor, what=ERASED, detail={"rows": counts, "events": events, "opt_outs": kept}))
    return Erased(counts, events, kept)


def lock(connection: Connection, found: Holdings) -> None:
    """Hold the patient's conversations until the end of the transaction, so that nobody begins a turn meanwhile."""
    ids = [thread.id for thread in found.threads]
    connection.execute(sa.select(conversation.c.id).where(conversation.c.id.in_(ids)).with_for_update()).all()


def wipe(database: Database, trackers: Trackers) -> None:
    """On SQLite bring what was removed out of the write-ahead logs, too."""
    trackers.finish()
    if database.is_sqlite:
        raw = database.engine.raw_connection()
        try:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _open(found: Holdings, table: str) -> Iterable[dict[str, Any]]:
    return [row for row in found.rows[table] if row["state"] != "closed"]


def _under_way(found: Holdings, now: datetime) -> bool:
    leased = any(thread.row["lease_until"] is not None and thread.row["lease_until"] > now for thread in found.threads)
    turns = any(row["state"] in ("waiting", "open") for row in found.rows["turn"])
    unsent = any(row["state"] in ("queued", "sending") for row in found.rows["outbox"])
    unread = any(row["turn_id"] is None and not row["consumed"] for row in found.rows["message"])
    return leased or turns or unsent or unread


def _delete(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    key = list(table.primary_key.columns)
    for start in range(0, len(rows), TOO_MANY):
        part = rows[start : start + TOO_MANY]
        if len(key) == 1:
            connection.execute(table.delete().where(key[0].in_([row[key[0].name] for row in part])))
        else:
            for row in part:
                connection.execute(table.delete().where(*(column == row[column.name] for column in key)))

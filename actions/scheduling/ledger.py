"""The rows of `booking_request`: what was promised, who drives it, how it ended.

A row is written before the first call to the scheduling system. One driver at a time: a token in the plan, kept alive by
`updated_at`; a driver that finds another's token stops before its next write. Stored outcomes never change, except that `requested`
becomes what the desk made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.scheduling.types import Opening, Outcome, Status, Visit, opening_from_json, to_json, visit_from_json
from bot.ids import new_id
from bot.store.database import Database
from bot.store.tables import booking_request, staff_task

LEASE = timedelta(seconds=15)  # a create, the one write that no ETag guards, follows its step at once and is given up after 4 s


@dataclass(frozen=True)
class Request:
    """One booking request. `notes` is what the mode wants remembered between steps."""

    key: str
    kind: str
    mode: str
    conversation_id: str | None
    patient: str
    visit: Visit | None
    opening: Opening | None
    step: str = "stored"
    notes: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Card:
    """A staff task to be written in the same transaction as the state that needs it."""

    kind: str
    dedupe_key: str
    detail: Mapping[str, Any]


class Driven(Exception):
    """Another driver is at work on this request."""


class Superseded(Exception):
    """Another driver has taken this request over; this one must not write any more."""


class RequestUnknown(Exception):
    """No booking request has this key."""


class Ledger:
    """Reads and writes booking requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, request: Request, now: datetime) -> str | None:
        """Store a request unless its key is known. Returns the key of an open request for the same visit in its way, or None."""
        try:
            return await self._database.writing(_open, request, now)
        except sa.exc.IntegrityError:  # two processes at the same instant; the other one's row is visible now
            return await self._database.writing(_open, request, now)

    async def get(self, key: str) -> Request | None:
        """Return the request, or None."""
        return await self._database.reading(_get, key)

    async def claim(self, key: str, driver: str, now: datetime, is_dead: Callable[[str], bool]) -> Request:
        """Become the driver of a request; one that has ended is only returned. Raises Driven, RequestUnknown."""
        return await self._database.writing(_claim, key, driver, now, is_dead)

    async def advance(self, key: str, driver: str, now: datetime, step: str, notes: Mapping[str, Any]) -> None:
        """Note a step before it is taken. Raises Superseded."""
        await self._database.writing(_advance, key, driver, now, step, notes)

    async def finish(self, key: str, driver: str, now: datetime, outcome: Outcome, card: Card | None) -> Outcome:
        """Store how a request ended, and a card for the desk if there is one. Returns the stored outcome."""
        return await self._database.writing(_finish, key, driver, now, outcome, card)

    async def restate(self, key: str, now: datetime, outcome: Outcome) -> None:
        """Replace `requested` by what the desk made of it; any other stored outcome stays."""
        await self._database.writing(_restate, key, now, outcome)

    async def release(self, key: str, driver: str) -> None:
        """Stop driving without an outcome, so that anyone may resume at once."""
        await self._database.writing(_release, key, driver)

    async def unsettled(self, before: datetime) -> list[str]:
        """Return the open requests not touched since `before`, and those asked of the desk that the desk has answered."""
        return await self._database.reading(_unsettled, before)

    async def desk_answer(self, key: str) -> Mapping[str, Any] | None:
        """Return what staff wrote when they closed the request's card; None while it is open."""
        return await self._database.reading(_desk_answer, key)


def card_key(key: str) -> str:
    """Return the `dedupe_key` of a request's card."""
    return f"booking:{key}"


def _open(connection: Connection, request: Request, now: datetime) -> str | None:
    table = booking_request.c
    if connection.execute(sa.select(table.key).where(table.key == request.key)).first():
        return None
    if request.visit is not None:
        rival = connection.execute(
            sa.select(table.key).where(
                table.old_appointment == request.visit.reference,
                table.outcome.is_(None),
                table.key != request.key,  # another process may have stored this very request since the look above
            )
        ).scalar()
        if rival is not None:
            return str(rival)
    connection.execute(
        booking_request.insert().values(
            key=request.key,
            kind=request.kind,
            mode=request.mode,
            conversation_id=request.conversation_id,
            patient=request.patient,
            old_appointment=request.visit.reference if request.visit else None,
            new_slot=(request.opening.slot or None) if request.opening else None,
            plan={"visit": to_json(request.visit), "opening": to_json(request.opening), "notes": {}, "driver": None},
            step="stored",
            created_at=now,
            updated_at=now,
        )
    )
    return None


def _row(connection: Connection, key: str, *, lock: bool) -> Any:
    query = sa.select(booking_request).where(booking_request.c.key == key)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise RequestUnknown(f"no booking request has the key {key}; open one before resuming it")
    return row


def _get(connection: Connection, key: str) -> Request | None:
    try:
        return _request(_row(connection, key, lock=False))
    except RequestUnknown:
        return None


def _request(row: Any) -> Request:
    plan = row["plan"]
    outcome = None
    if row["outcome"] is not None:
        result = row["result"] or {}
        outcome = Outcome(Status(row["outcome"]), row["key"], visit_from_json(result.get("visit")), result.get("reason", ""))
    return Request(
        key=row["key"],
        kind=row["kind"],
        mode=row["mode"],
        conversation_id=row["conversation_id"],
        patient=row["patient"],
        visit=visit_from_json(plan["visit"]),
        opening=opening_from_json(plan["opening"]),
        step=row["step"],
        notes=plan["notes"],
        outcome=outcome,
    )


def _claim(connection: Connection, key: str, driver: str, now: datetime, is_dead: Callable[[str], bool]) -> Request:
    row = _row(connection, key, lock=True)
    if row["outcome"] is not None:
        return _request(row)
    holder = row["plan"].get("driver")
    if holder and holder != driver and now - row["updated_at"] < LEASE and not is_dead(holder):
        raise Driven(f"booking request {key} is being driven; wait until it ends or {LEASE.seconds} s have passed")
    _write(connection, key, plan={**row["plan"], "driver": driver}, updated_at=now)
    return _request(row)


def _own(connection: Connection, key: str, driver: str) -> Any:
    row = _row(connection, key, lock=True)
    if row["plan"].get("driver") != driver:
        raise Superseded(f"booking request {key} is driven by another process now; leave it to that one")
    return row


def _advance(connection: Connection, key: str, driver: str, now: datetime, step: str, notes: Mapping[str, Any]) -> None:
    plan = _own(connection, key, driver)["plan"]
    _write(connection, key, plan={**plan, "notes": {**plan["notes"], **notes}}, step=step, updated_at=now)


def _finish(connection: Connection, key: str, driver: str, now: datetime, outcome: Outcome, card: Card | None) -> Outcome:
    row = _own(connection, key, driver)
    _write(
        connection,
        key,
        plan={**row["plan"], "driver": None},
        outcome=outcome.status.value,
        result={"reason": outcome.reason, "visit": to_json(outcome.visit)},
        updated_at=now,
    )
    if outcome.status is Status.REQUESTED:
        _replace_earlier(connection, row, now)
    if card is not None and not connection.execute(sa.select(staff_task.c.id).where(staff_task.c.dedupe_key == card.dedupe_key)).first():
        connection.execute(
            staff_task.insert().values(
                id=new_id("task"),
                conversation_id=row["conversation_id"],
                kind=card.kind,
                detail=dict(card.detail),
                dedupe_key=card.dedupe_key,
                state="open",
                created_at=now,
            )
        )
    return outcome


def _replace_earlier(connection: Connection, row: Any, now: datetime) -> None:
    """Close the desk's open cards of earlier requests for the same visit: the patient has changed their mind."""
    if row["old_appointment"] is None:
        return
    table = booking_request.c
    same = sa.and_(table.old_appointment == row["old_appointment"], table.outcome == Status.REQUESTED.value, table.key != row["key"])
    for key in list(connection.execute(sa.select(table.key).where(same)).scalars()):
        _write(connection, key, outcome=Status.REFUSED.value, result={"reason": "replaced", "visit": None}, updated_at=now)
        connection.execute(
            staff_task.update()
            .where(staff_task.c.dedupe_key == card_key(key), staff_task.c.state == "open")
            .values(state="closed", closed_at=now, outcome={"status": "replaced", "by": row["key"]})
        )


def _restate(connection: Connection, key: str, now: datetime, outcome: Outcome) -> None:
    if _row(connection, key, lock=True)["outcome"] == Status.REQUESTED.value:
        result = {"reason": outcome.reason, "visit": to_json(outcome.visit)}
        _write(connection, key, outcome=outcome.status.value, result=result, updated_at=now)


def _release(connection: Connection, key: str, driver: str) -> None:
    row = _row(connection, key, lock=True)
    if row["plan"].get("driver") == driver:
        _write(connection, key, plan={**row["plan"], "driver": None})


def _unsettled(connection: Connection, before: datetime) -> list[str]:
    table = booking_request.c
    answered = sa.select(staff_task.c.id).where(
        staff_task.c.dedupe_key == sa.literal("booking:") + table.key, staff_task.c.state == "closed"
    )
    stale = sa.and_(table.outcome.is_(None), table.updated_at <= before)
    asked = sa.and_(table.outcome == Status.REQUESTED.value, answered.exists())
    return list(connection.execute(sa.select(table.key).where(sa.or_(stale, asked)).order_by(table.created_at, table.key)).scalars())


def _desk_answer(connection: Connection, key: str) -> Mapping[str, Any] | None:
    query = sa.select(staff_task.c.outcome).where(staff_task.c.dedupe_key == card_key(key), staff_task.c.state == "closed")
    row = connection.execute(query).first()
    return None if row is None else (row[0] or {})


def _write(connection: Connection, key: str, **values: Any) -> None:
    connection.execute(booking_request.update().where(booking_request.c.key == key).values(**values))

"""What a turn wants stored beside its replies, read strictly before the transaction begins and written within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.handoff import URGENCIES
from bot.ids import new_id
from bot.store.inbox import set_consent
from bot.store.tables import audit, conversation, staff_task
from bot.store.turns import Held
from bot.turns import patient_records
from bot.types import Record

_REQUIRED = {
    "handoff": ("reason",),
    "staff_task": ("kind",),
    "identity": ("patient", "proven_until"),
    "consent": ("opted_out",),
    "audit": ("what", "actor"),
    "unfinished": ("visit",),
    **patient_records.REQUIRED,
}


class BadRecord(Exception):
    """The dialogue asked for something that cannot be stored. The message names the record's kind and the field."""


@dataclass(frozen=True)
class Handoff:
    """A wish for a person."""

    reason: str
    urgency: str
    summary: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """The records of one turn: the hand-off apart, the rest as ready rows."""

    handoff: Handoff | None
    tasks: tuple[dict[str, Any], ...]
    audits: tuple[dict[str, Any], ...]
    identity: tuple[str, datetime] | None
    opted_out: bool | None
    told: tuple[Record, ...] = ()
    unfinished: Mapping[str, Any] | None = None


def read(records: Sequence[Record]) -> Wanted:
    """Check records. Raises BadRecord."""
    handoff: Handoff | None = None
    tasks: list[dict[str, Any]] = []
    audits: list[dict[str, Any]] = []
    identity: tuple[str, datetime] | None = None
    opted_out: bool | None = None
    told: list[Record] = []
    unfinished: Mapping[str, Any] | None = None
    for record in records:
        if record.kind not in _REQUIRED:
            raise BadRecord(f"a record's kind is {record.kind!r}; use one of {', '.join(_REQUIRED)}")
        detail = dict(record.detail)
        missing = [name for name in _REQUIRED[record.kind] if detail.get(name) is None]
        if missing:
            raise BadRecord(f"a record of kind {record.kind} lacks {missing[0]}; add it")
        if record.kind == "handoff":
            handoff = _handoff(detail)
        elif record.kind == "staff_task":
            tasks.append(
                {
                    "kind": detail["kind"],
                    "owner": detail.get("owner"),
                    "detail": detail.get("detail") or {},
                    "due_at": _instant("due_at", detail.get("due_at")),
                    "dedupe_key": detail.get("dedupe_key"),
                }
            )
        elif record.kind == "identity":
            proven = _instant("proven_until", detail["proven_until"])
            assert proven is not None  # noqa: S101 - required above
            identity = (str(detail["patient"]), proven)
        elif record.kind == "consent":
            opted_out = bool(detail["opted_out"])
        elif record.kind == "unfinished":
            unfinished = detail
        elif record.kind in patient_records.REQUIRED:
            told.append(record)
        else:
            audits.append({name: detail.get(name) for name in ("what", "actor", "patient", "detail")})
    return Wanted(handoff, tuple(tasks), tuple(audits), identity, opted_out, tuple(told), unfinished)


def write(connection: Connection, held: Held, wanted: Wanted, now: datetime) -> None:
    """Store everything but the hand-off, which changes the owner and is the caller's."""
    for task in wanted.tasks:
        if task["dedupe_key"] is not None and _known(connection, task["dedupe_key"]):
            continue
        connection.execute(staff_task.insert().values(id=new_id("task"), conversation_id=held.conversation_id, created_at=now, **task))
    for entry in wanted.audits:
        connection.execute(audit.insert().values(at=now, conversation_id=held.conversation_id, **entry))
    if wanted.identity is not None:
        patient, proven_until = wanted.identity
        connection.execute(
            conversation.update().where(conversation.c.id == held.conversation_id).values(patient=patient, proven_until=proven_until)
        )
    patient_records.write(connection, held.conversation_id, wanted.told, now)
    if wanted.opted_out is not None:
        set_consent(connection, held.channel.value, held.line, held.address, opted_out=wanted.opted_out, source=held.id, now=now)


def _known(connection: Connection, dedupe_key: str) -> bool:
    return connection.scalar(sa.select(staff_task.c.id).where(staff_task.c.dedupe_key == dedupe_key)) is not None


def _handoff(detail: Mapping[str, Any]) -> Handoff:
    urgency = detail.get("urgency") or "normal"
    if urgency not in URGENCIES:
        raise BadRecord(f"a hand-off's urgency is {urgency!r}; use one of {', '.join(URGENCIES)}")
    return Handoff(str(detail["reason"]), urgency, str(detail.get("summary") or ""), dict(detail.get("facts") or {}))


def _instant(name: str, value: Any) -> datetime | None:
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadRecord(f"a record's {name} is no ISO instant; write one with an offset") from error
    if instant.tzinfo is None:
        raise BadRecord(f"a record's {name} has no UTC offset; add it")
    return instant

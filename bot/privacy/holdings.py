"""Every row of the store that is one patient's, table by table. Export shows exactly these and erasure removes exactly these.

A table that is not in `RULES` stops both with an error, so that a later table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.privacy.whose import Row, Thread, patient_in, threads
from bot.store import patient_tables, tables
from bot.store.tables import metadata


@dataclass
class Holdings:
    """What is one patient's: `threads`, and `rows` by table name. `nobodys` counts rows of shared threads that stand under no claim."""

    patient: str
    threads: list[Thread]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    nobodys: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each table; tables without any are left out."""
        return {name: len(rows) for name, rows in self.rows.items() if rows}

    def own(self) -> list[Thread]:
        """The conversations that are the patient's alone."""
        return [thread for thread in self.threads if not thread.shared]

    def ids(self, table: str, column: str = "id") -> set[Any]:
        """Return the values of one column."""
        return {row[column] for row in self.rows.get(table, ())}


def held(connection: Connection, patient: str, proof: timedelta, address: str | None = None) -> Holdings:
    """Return everything of a patient (`Patient/…`); `address` is a number that is theirs although they never proved it.

    Raises KeyError for a table without a rule.
    """
    found = Holdings(patient, threads(connection, patient, proof, address))
    for table in _ordered():
        found.rows[table.name] = [dict(row) for row in RULES[table.name](connection, found)]
    return found


def _ordered() -> list[sa.Table]:
    """Turns first, because what a turn holds goes with it; then the outbox, whose MessageSids lead to the delivery reports."""
    first = [tables.turn, tables.outbox, patient_tables.survey_answer]
    return first + [table for table in metadata.sorted_tables if table not in first]


def _in_threads(table: sa.Table, at: str, *, named: Callable[[Row], str | None] = lambda row: None) -> Any:
    """Rows of the patient's conversations: those that name the patient, those of the patient's turns, and by time what is neither.

    A task may stand without a conversation; then it is the patient's if it names the patient.
    """

    def rule(connection: Connection, found: Holdings) -> Iterable[Row]:
        by_id = {thread.id: thread for thread in found.threads}
        turns = found.ids("turn") if "turn" in found.rows else set()
        alone = table.c.conversation_id.is_(None) if table is tables.staff_task else sa.false()
        for row in _all(connection, table, sa.or_(table.c.conversation_id.in_(list(by_id)), alone)):
            thread = by_id.get(row["conversation_id"])
            whose = named(row)
            if whose is None and thread is not None:
                whose = found.patient if row.get("turn_id") in turns else _whose(thread, row, at)
                found.nobodys += whose is None
            if whose == found.patient:
                yield row

    return rule


def _whose(thread: Thread, row: Row, at: str) -> str | None:
    if thread.shared and row.get("turn_id"):
        # What a turn holds goes where the turn goes, and this one is not the patient's.
        return ""
    instant: datetime = row.get("done_at") or row[at]
    return thread.owner(instant)


def _of_patient(table: sa.Table) -> Any:
    def rule(connection: Connection, found: Holdings) -> Iterable[Row]:
        return _all(connection, table, table.c.patient == found.patient)

    return rule


def _conversations(_connection: Connection, found: Holdings) -> Iterable[Row]:
    return [thread.row for thread in found.own()]


def _delivery_events(connection: Connection, found: Holdings) -> Iterable[Row]:
    sids = [sid for sid in found.ids("outbox", "sid") if sid]
    return _all(connection, tables.delivery_event, tables.delivery_event.c.sid.in_(sids))


def _consents(connection: Connection, found: Holdings) -> Iterable[Row]:
    keys = {(thread.row["channel"], thread.row["line"], thread.row["address"]) for thread in found.own()}
    addresses = [address for _, _, address in keys]
    for row in _all(connection, tables.consent, tables.consent.c.address.in_(addresses)):
        if (row["channel"], row["line"], row["address"]) in keys:
            yield row


def _preferences(connection: Connection, found: Holdings) -> Iterable[Row]:
    table, by_id = patient_tables.preference, {thread.id: thread for thread in found.threads}
    for row in _all(connection, table, table.c.subject.in_([found.patient, *by_id])):
        if row["subject"] == found.patient or by_id[row["subject"]].owner(row["changed_at"]) == found.patient:
            yield row


def _resources(connection: Connection, found: Holdings) -> Iterable[Row]:
    table = patient_tables.fhir_resource
    keys = [key for key in found.ids("survey_answer", "resource_key") if key]
    return _all(connection, table, sa.or_(table.c.patient == found.patient, table.c.key.in_(keys)))


def _audits(connection: Connection, found: Holdings) -> Iterable[Row]:
    table, by_id = tables.audit, {thread.id: thread for thread in found.threads}
    for row in _all(connection, table, sa.or_(table.c.patient == found.patient, table.c.conversation_id.in_(list(by_id)))):
        whose = row["patient"] or by_id[row["conversation_id"]].owner(row["at"])
        if whose == found.patient:
            yield row


RULES: Mapping[str, Callable[[Connection, Holdings], Iterable[Row]]] = {
    "conversation": _conversations,
    "turn": _in_threads(tables.turn, "created_at"),
    "message": _in_threads(tables.message, "received_at"),
    "outbox": _in_threads(tables.outbox, "created_at"),
    "delivery_event": _delivery_events,
    "consent": _consents,
    "handoff": _in_threads(tables.handoff, "created_at", named=lambda row: patient_in(row["facts"])),
    "staff_task": _in_threads(tables.staff_task, "created_at", named=lambda row: patient_in(row["detail"])),
    "incident": _in_threads(tables.incident, "opened_at"),
    "booking_request": _of_patient(tables.booking_request),
    "audit": _audits,
    "fhir_resource": _resources,
    "survey_answer": _in_threads(patient_tables.survey_answer, "answered_at", named=lambda row: row["patient"]),
    "exercise_log": _of_patient(patient_tables.exercise_log),
    "pain_score": _of_patient(patient_tables.pain_score),
    "preference": _preferences,
}


def _all(connection: Connection, table: sa.Table, where: Any) -> Sequence[Row]:
    order = list(table.primary_key.columns)
    return [dict(row) for row in connection.execute(sa.select(table).where(where).order_by(*order)).mappings()]

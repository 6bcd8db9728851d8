"""Stores full of marked patients: every text of a patient's rows holds the patient's own mark, so that what is left of one is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from bot.store import patient_tables, tables
from bot.store.database import Database
from bot.store.tables import metadata
from bot.store.trackers import SCHEMA, Trackers, events

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
LINE = "+12075550100"
HOUR = timedelta(hours=1)
_numbers = count(1)


@dataclass
class Marked:
    """A patient whose mark stands in everything of theirs."""

    mark: str
    number: str

    @property
    def patient(self) -> str:
        """The reference, which holds the mark."""
        return f"Patient/{self.mark}"


@dataclass
class Store:
    """A database with its trackers, filled row by row."""

    database: Database
    trackers: Trackers
    at: datetime = NOW
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, table: sa.Table, **values: Any) -> dict[str, Any]:
        """Insert a row and return it."""
        with self.database.write() as connection:
            connection.execute(table.insert().values(**values))
        return values

    def id(self, kind: str) -> str:
        """Return the next id of a kind."""
        return f"{kind}_{next(self.ids)}"

    def conversation(self, who: Marked, **values: Any) -> str:
        """Open a conversation of the patient's number."""
        identifier = self.id("cv")
        key = {"channel": "sms", "line": LINE, "address": who.number}
        times = {"created_at": self.at, "last_inbound_at": self.at}
        self.add(tables.conversation, id=identifier, **{**times, **key, **values})
        return identifier

    def turn(self, conversation: str, who: Marked, at: datetime, *, proven: bool = True) -> str:
        """Let the patient write and be answered at that time; `proven` claims the conversation."""
        identifier, mark = self.id("SM"), who.mark
        self.add(
            tables.turn,
            id=identifier,
            conversation_id=conversation,
            kind="messages",
            state="done",
            payload={"events": [{"text": mark}]},
            next_try_at=at,
            created_at=at,
            done_at=at,
            explanation={"journey": mark},
        )
        self.add(
            tables.message,
            sid=identifier,
            conversation_id=conversation,
            body=f"hello {mark}",
            media=[{"url": mark}],
            fields={"From": mark},
            received_at=at - timedelta(seconds=2),
            turn_id=identifier,
            consumed=False,
        )
        sent = self.id(f"SMo{mark}")
        self.add(
            tables.outbox,
            id=self.id("ob"),
            position=next(_numbers),
            conversation_id=conversation,
            turn_id=identifier,
            purpose="answer",
            channel="sms",
            line=LINE,
            address=who.number,
            body=f"dear {mark}",
            state="handed",
            sid=sent,
            next_try_at=at,
            created_at=at,
        )
        self.add(tables.delivery_event, sid=sent, status="delivered", at=at)
        if proven:
            self.add(
                tables.audit, at=at, conversation_id=conversation, patient=who.patient, actor=mark, what="identity_proven", detail=mark
            )
        self.track(conversation, identifier, mark, at)
        return identifier

    def track(self, conversation: str, turn: str, mark: str, at: datetime) -> None:
        """Put a turn into the tracker as Rasa writes it."""
        parsed = {"text": mark, "intent": {"name": "greet"}, "entities": [{"value": mark}]}
        said = {"event": "user", "text": mark, "message_id": turn, "parse_data": parsed}
        for event in (said, {"event": "slot", "name": "proof", "value": mark}, {"event": "bot", "text": f"dear {mark}", "metadata": {}}):
            with self.trackers.engine.begin() as connection:
                connection.execute(
                    events.insert().values(
                        sender_id=conversation, type_name=event["event"], timestamp=at.timestamp(), data=json.dumps(event)
                    )
                )

    def everything(self, who: Marked, at: datetime | None = None, conversation: str | None = None) -> str:
        """Fill every table for a patient, with nothing open; return the conversation."""
        at = at or self.at
        conversation = conversation or self.conversation(who, patient=who.patient, proven_until=at + HOUR, created_at=at)
        turn, mark = self.turn(conversation, who, at), who.mark
        with self.database.write() as connection:
            known = connection.scalar(sa.select(tables.consent.c.address).where(tables.consent.c.address == who.number))
        if known is None:
            self.add(tables.consent, channel="sms", line=LINE, address=who.number, opted_out=True, source=turn, changed_at=at)
        closed = {"conversation_id": conversation, "created_at": at, "closed_at": at, "state": "closed"}
        self.add(tables.handoff, id=self.id("ho"), turn_id=turn, reason="asked", summary=mark, facts={"name": mark}, **closed)
        self.add(tables.staff_task, id=self.id("task"), kind="call_back", detail={"number": mark}, outcome={"note": mark}, **closed)
        self.add(
            tables.staff_task, id=self.id("task"), kind="stray", detail={"patient": who.patient}, **{**closed, "conversation_id": None}
        )
        incident = {name: value for name, value in closed.items() if name != "created_at"}
        self.add(
            tables.incident,
            id=self.id("in"),
            level="urgent",
            category=mark,
            message_sid=turn,
            events=[{"words": mark}],
            opened_at=at,
            **incident,
        )
        self.add(
            tables.booking_request,
            key=self.id("key"),
            kind="move",
            mode="A",
            conversation_id=conversation,
            patient=who.patient,
            plan={"note": mark},
            outcome="done",
            result={"note": mark},
            created_at=at,
            updated_at=at,
        )
        self.add(tables.audit, at=at, conversation_id=conversation, actor="bot", what="note", detail={"words": mark})
        key = self.id("res")
        self.add(patient_tables.fhir_resource, key=key, patient=who.patient, resource={"note": mark}, created_at=at, posted_at=at)
        told = {"conversation_id": conversation, "patient": who.patient}
        self.add(patient_tables.survey_answer, id=self.id("sv"), score=9, comment=mark, answered_at=at, resource_key=key, **told)
        self.add(patient_tables.exercise_log, exercise=mark, day=self.id("day"), outcome="done", logged_at=at, **told)
        self.add(patient_tables.pain_score, id=self.id("pain"), score=3, scored_at=at, resource_key=key, **told)
        for subject in (who.patient, conversation):
            name = self.id("wish")
            self.add(patient_tables.preference, subject=subject, name=name, value=mark, source=turn, changed_at=at)
        return conversation

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every table, in a fixed order, and the trackers' events."""
        with self.database.read() as connection:
            found = {
                table.name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()]
                for table in metadata.sorted_tables
            }
        with self.trackers.engine.connect() as connection:
            found["events"] = [dict(row) for row in connection.execute(sa.select(events).order_by(events.c.id)).mappings()]
        return found

    def of(self, who: Marked) -> dict[str, list[dict[str, Any]]]:
        """Return the rows in which the patient's mark or number stands."""
        return {name: [row for row in rows if who.mark in repr(row) or who.number in repr(row)] for name, rows in self.rows().items()}


@contextmanager
def opened(database: Database, tracker_url: str) -> Iterator[Store]:
    """A store over a migrated database, with Rasa's table made beside it."""
    trackers = Trackers(tracker_url)
    with trackers.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        events.metadata.create_all(connection)
    try:
        yield Store(database, trackers)
    finally:
        trackers.close()

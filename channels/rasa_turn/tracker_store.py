"""Trackers in SQL, apart from the line's own tables: a SQLite file beside them, or a schema of their own in the same PostgreSQL.

What differs from Rasa's `SQLTrackerStore`, whose table this is:
- the current session begins at the last `SessionStarted` by row, not by timestamp, so events never fall out when a clock moves;
- saving fails when somebody else has saved since the tracker was read (Rasa skips as many events as are stored, whosever they are);
- work happens in a thread, with a busy time-out on SQLite, and errors are raised.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import sessionmaker

from bot.settings import Settings
from bot.store.trackers import BUSY_SECONDS, SCHEMA, tracker_url

POOL = 8
# An arbitrary number that makes replicas create the schema one after the other.
_CREATING = 7_313_001
# Where a tracker remembers its `_Saved`; trackers are not hashable.
_SAVED = "mendline_saved"


class TrackerChanged(Exception):
    """The conversation was saved by somebody else since it was read; this turn is void and nothing of it is stored."""


@dataclass(frozen=True)
class _Saved:
    """How many of a tracker's events are stored, and how many of these belong to its last session."""

    events: int
    in_session: int

    @classmethod
    def now(cls, tracker: DialogueStateTracker) -> _Saved:
        starts = [position for position, event in enumerate(tracker.events) if isinstance(event, SessionStarted)]
        return cls(len(tracker.events), len(tracker.events) - (starts[-1] if starts else 0))


class MendlineTrackerStore(SQLTrackerStore):
    """The tracker store named in endpoints.yml; it takes its address from the settings."""

    def __init__(self, domain: Domain | None = None, host: str | None = None, event_broker: Any = None, **kwargs: Any) -> None:
        """Open the store. `host` is a URL of tests; otherwise MENDLINE_DATABASE_URL and MENDLINE_HOME decide."""
        TrackerStore.__init__(self, domain, event_broker)
        self.engine = _engine(host or tracker_url(Settings.from_env(os.environ)))
        self.sessionmaker = sessionmaker(bind=self.engine)
        _create(self.engine, self.SQLEvent.__table__.metadata)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation's current session; None when it is unknown. Raises SQLAlchemyError."""
        return await asyncio.to_thread(self._read, sender_id, False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the conversation with all its sessions. Raises SQLAlchemyError."""
        return await asyncio.to_thread(self._read, conversation_id, True)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker's further events in one transaction. Raises TrackerChanged or SQLAlchemyError."""
        await self.stream_events(tracker)
        await asyncio.to_thread(self._write, tracker)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _read(self, sender_id: str, all_sessions: bool) -> DialogueStateTracker | None:
        with self.sessionmaker() as session:
            session.connection(execution_options={"read_only": True})
            rows = self._event_query(session, sender_id, all_sessions).with_entities(self.SQLEvent.data).all()
        if not rows:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, [json.loads(row.data) for row in rows], self.domain.slots)
        setattr(tracker, _SAVED, _Saved.now(tracker))
        return tracker

    def _write(self, tracker: DialogueStateTracker) -> None:
        with self.sessionmaker.begin() as session:
            if self.engine.dialect.name == "postgresql":
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING, sa.func.hashtext(tracker.sender_id))))
            saved: _Saved = getattr(tracker, _SAVED, _Saved(0, 0))
            if self._event_query(session, tracker.sender_id, False).count() != saved.in_session:
                raise TrackerChanged(f"conversation {tracker.sender_id} was saved by another turn meanwhile; run this one again")
            session.add_all(self._row(tracker.sender_id, event) for event in list(tracker.events)[saved.events :])
        setattr(tracker, _SAVED, _Saved.now(tracker))

    def _row(self, sender_id: str, event: Any) -> Any:
        data = event.as_dict()
        return self.SQLEvent(
            sender_id=sender_id,
            type_name=event.type_name,
            timestamp=data.get("timestamp"),
            intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
            action_name=data.get("name"),
            data=json.dumps(data),
        )

    def _event_query(self, session: Any, sender_id: str, fetch_events_from_all_sessions: bool) -> Any:
        row = self.SQLEvent
        query = session.query(row).filter(row.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            start = (
                session.query(sa.func.max(row.id))
                .filter(row.sender_id == sender_id, row.type_name == SessionStarted.type_name)
                .scalar_subquery()
            )
            query = query.filter(row.id >= sa.func.coalesce(start, 0))
        return query.order_by(row.id)


def _engine(url: str) -> Any:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            url,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            poolclass=sa.pool.QueuePool,
            pool_size=POOL,
            hide_parameters=True,  # an error names the statement, never what a patient wrote
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(url, pool_size=POOL, pool_pre_ping=True, hide_parameters=True).execution_options(
        schema_translate_map={None: SCHEMA}
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # pysqlite must not begin transactions by itself: the `begin` listener does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={int(BUSY_SECONDS * 1000)}", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _create(engine: Any, metadata: Any) -> None:
    with engine.begin() as connection:
        table = "events"
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            table = f"{SCHEMA}.events"
        metadata.create_all(connection)
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_events_session ON {table} (sender_id, type_name, id)")

"""Where Rasa's trackers are kept and what they hold, without Rasa: for whoever exports, erases or clears them.

The table is the one of Rasa's `SQLTrackerStore`; who writes it is the dialogue server. A tracker's `sender_id` is the conversation's id.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.settings import Settings

SCHEMA = "rasa"
SQLITE_FILE = "trackers.db"
BUSY_SECONDS = 15.0

# Rasa's own table; it is created by Rasa's process alone.
events = sa.Table(
    "events",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float),
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text),
)
Event = Mapping[str, Any]


def tracker_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the trackers: the line's PostgreSQL, or `trackers.db` in MENDLINE_HOME."""
    if settings.database.startswith("sqlite"):
        return f"sqlite:///{(settings.home / SQLITE_FILE).resolve()}"
    return settings.database


class Trackers:
    """Reads and clears trackers. Everything raises SQLAlchemyError; before Rasa's first start there is nothing, which is no error."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite"):
            self._schema = None
            self.engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, poolclass=sa.pool.NullPool, hide_parameters=True)
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        else:
            self._schema = SCHEMA
            self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool, hide_parameters=True).execution_options(
                schema_translate_map={None: SCHEMA}
            )

    def read(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, each with its `row`, in their order."""
        with self._opened() as connection:
            if connection is None:
                return []
            query = sa.select(events.c.id, events.c.data).where(events.c.sender_id == conversation_id).order_by(events.c.id)
            return [{**json.loads(row.data), "row": row.id} for row in connection.execute(query)]

    def known(self) -> set[str]:
        """Return the conversations that have a tracker."""
        with self._opened() as connection:
            return set() if connection is None else set(connection.scalars(sa.select(events.c.sender_id).distinct()))

    def forget(self, conversation_ids: Collection[str]) -> int:
        """Remove the trackers of conversations; return the number of their events."""
        values = sorted(conversation_ids)
        with self._opened() as connection:
            if connection is None:
                return 0
            return sum(
                connection.execute(events.delete().where(events.c.sender_id.in_(values[start : start + 500]))).rowcount
                for start in range(0, len(values), 500)
            )

    def blank_words(self, before: datetime) -> int:
        """Take the words out of what was said before an instant and leave what it was understood as; return how many events lost some."""
        with self._opened() as connection:
            if connection is None:
                return 0
            old = sa.and_(events.c.type_name.in_(("user", "bot")), events.c.timestamp < before.timestamp())
            blanked = 0
            for row in connection.execute(sa.select(events.c.id, events.c.data).where(old)).all():
                bare = without_words(json.loads(row.data))
                if bare is not None:
                    connection.execute(events.update().where(events.c.id == row.id).values(data=json.dumps(bare)))
                    blanked += 1
            return blanked

    def finish(self) -> None:
        """On SQLite bring what was removed out of the write-ahead log too; a reader may keep that for later."""
        if self._schema is None and self.engine.url.database:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _opened(self) -> Iterator[Connection | None]:
        with self.engine.begin() as connection:
            there = sa.inspect(connection).has_table(events.name, schema=self._schema)
            yield connection if there else None


def without_words(event: Event) -> dict[str, Any] | None:
    """Return a `user` or `bot` event without its words, and None when it has none."""
    if not event.get("text"):
        return None
    bare = {**event, "text": ""}
    if isinstance(event.get("parse_data"), Mapping):
        parsed = {name: value for name, value in event["parse_data"].items() if name in ("intent", "intent_ranking")}
        bare["parse_data"] = {**parsed, "entities": [], "text": ""}
    return bare


def message_of(event: Event) -> str | None:
    """Return the id of the turn that an event begins, None where it begins none."""
    if event.get("event") == "user":
        return str(event.get("message_id") or "")
    metadata = event.get("metadata") or {}
    return str(metadata.get("message_id", "")) if "author" in metadata else None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")

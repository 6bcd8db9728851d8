"""The SQLite file: schema, threads and transactions.

Invariants stand in the schema: one row per resource, one active booking per slot, one hold per slot. One thread writes
(`BEGIN IMMEDIATE`, WAL, synchronous FULL: an answered write survives a kill at any moment), two threads read from snapshots.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
READERS = 2
BUSY_SECONDS = 5.0

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE resource (
    key INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated INTEGER NOT NULL,  -- microseconds since 1970, whole milliseconds
    body TEXT,                 -- NULL once deleted
    UNIQUE (type, id)
);
CREATE INDEX resource_updated ON resource (type, updated);

CREATE TABLE version (
    resource INTEGER NOT NULL REFERENCES resource,
    version INTEGER NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('POST', 'PUT', 'DELETE')),
    updated INTEGER NOT NULL,
    body TEXT,
    PRIMARY KEY (resource, version)
) WITHOUT ROWID;

CREATE TABLE link (source INTEGER NOT NULL REFERENCES resource, target TEXT NOT NULL, PRIMARY KEY (source, target)) WITHOUT ROWID;
CREATE INDEX link_target ON link (target);

CREATE TABLE index_token (name TEXT NOT NULL, value TEXT NOT NULL, system TEXT, resource INTEGER NOT NULL);
CREATE INDEX index_token_value ON index_token (name, value, system, resource);
CREATE INDEX index_token_resource ON index_token (resource, name, value);
CREATE TABLE index_reference (name TEXT NOT NULL, target TEXT NOT NULL, resource INTEGER NOT NULL);
CREATE INDEX index_reference_target ON index_reference (name, target, resource);
CREATE INDEX index_reference_resource ON index_reference (resource, name, target);
CREATE TABLE index_date (name TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, resource INTEGER NOT NULL);
CREATE INDEX index_date_low ON index_date (name, low, resource);
CREATE INDEX index_date_high ON index_date (name, high, resource);
CREATE INDEX index_date_resource ON index_date (resource, name, low);
CREATE TABLE index_string (name TEXT NOT NULL, folded TEXT NOT NULL, exact TEXT NOT NULL, resource INTEGER NOT NULL);
CREATE INDEX index_string_folded ON index_string (name, folded, resource);
CREATE INDEX index_string_resource ON index_string (resource, name, folded);

CREATE TABLE slot_claim (
    appointment TEXT NOT NULL,
    slot TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (appointment, slot)
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_active_booking_per_slot ON slot_claim (slot) WHERE status IN ('pending', 'booked', 'arrived', 'checked-in');
CREATE INDEX slot_claim_slot ON slot_claim (slot);

CREATE TABLE slot_hold (slot TEXT PRIMARY KEY, request TEXT, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX slot_hold_until ON slot_hold (until);
"""


class Database:
    """Runs functions on connections of one SQLite file, or of one private database in memory.

    Raises RuntimeError when the file was written by another schema version.
    """

    def __init__(self, path: Path | str) -> None:
        self._memory = str(path) == ":memory:"
        self._path = str(path)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._writer = ThreadPoolExecutor(1, "scheduling-write")
        self._readers = self._writer if self._memory else ThreadPoolExecutor(READERS, "scheduling-read")
        self._writer.submit(self._prepare).result()

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on one consistent snapshot and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run, "BEGIN", work)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction: committed when it returns, undone when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._run, "BEGIN IMMEDIATE", work)

    def close(self) -> None:
        """Wait for running work and close every connection."""
        self._readers.shutdown()
        self._writer.shutdown()
        for connection in self._open:
            connection.close()

    def _run(self, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
        with transaction(self._connection(), begin) as connection:
            return work(connection)

    def _prepare(self) -> None:
        if not self._memory:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        with transaction(self._connection(), "BEGIN IMMEDIATE") as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found == 0:
                for statement in SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif found != SCHEMA_VERSION:
                raise RuntimeError(
                    f"{self._path} has schema version {found}, this server needs {SCHEMA_VERSION}; move the file away and start again"
                )

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            self._open.append(connection)
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    """Commit when the block ends, roll back when it raises."""
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")

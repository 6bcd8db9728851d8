"""One way into SQL: short transactions in threads, on SQLite (WAL) and PostgreSQL alike.

SQLite allows one writer, so a write there begins with BEGIN IMMEDIATE and waits its turn instead of failing half-way, and the writes of
one process share commits (`bot.store.writer`). `synchronous` stays FULL: a message that was answered with 200 survives a power cut.
`secure_delete` overwrites what is deleted, so that an erased patient is not left in the file's free pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.writer import Writer

T = TypeVar("T")
BUSY_MS = 15_000


class Database:
    """A pool of connections to one SQLAlchemy URL, used from threads of its own. Safe to share within a process."""

    def __init__(self, url: str, threads: int = 8) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(
                url,
                connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
                poolclass=sa.pool.QueuePool,
                hide_parameters=True,  # an error names the statement, never what a patient wrote
                pool_size=threads,
                max_overflow=2,
            )
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = sa.create_engine(url, pool_size=threads, max_overflow=2, pool_pre_ping=True, hide_parameters=True)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="sql")
        self._writer = Writer(self.write) if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One read-write transaction, committed at the end of the block and rolled back on an error."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read-only look; takes no write lock on SQLite."""
        with self.engine.connect().execution_options(read_only=True) as connection, connection.begin():
            yield connection

    async def writing(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run `work(connection, …)` in one transaction, in a thread; it is committed when this returns."""
        if self._writer is not None:
            result: T = await asyncio.wrap_future(self._writer.submit(lambda connection: work(connection, *args, **kwargs)))
            return result

        def call() -> T:
            with self.write() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def reading(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run `work(connection, …)` without taking a write lock, in a thread."""

        def call() -> T:
            with self.read() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Finish the running transactions and close every connection."""
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown(wait=True)
        self.engine.dispose()


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # pysqlite must not begin transactions by itself: `_begin_sqlite` does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

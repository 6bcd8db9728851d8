"""One writer for a database that allows one: what waits together is committed together.

SQLite has one writer at a time, lets the others poll for their turn in growing steps, and makes each commit wait for the disk. A thread of
its own takes work in the order of its coming and puts what is waiting into one transaction, each piece behind a savepoint, so a piece that
fails takes nothing else with it. A result is handed out only after the commit that holds it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.engine import Connection

Work = Callable[[Connection], Any]
Piece = tuple[Work, Future[Any]]
Begin = Callable[[], AbstractContextManager[Connection]]

BATCH_S = 0.008
"""Seconds for which a transaction takes in more work: a few commits' worth, and little beside the 50 ms a webhook may take."""


class Writer:
    """The thread; it ends with `close`, after the work handed in before. `begin` opens a transaction and commits at its end."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False
        self._ended = False

    def submit(self, work: Work) -> Future[Any]:
        """Hand in work. The future holds its result once that is committed, or the error that undid it. Raises RuntimeError when closed."""
        future: Future[Any] = Future()
        with self._starting:
            if self._closed:
                raise RuntimeError("the database is closed; nothing can be written to it any longer")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sql-writer", daemon=True)
                self._thread.start()
            self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Finish what was handed in and end the thread."""
        with self._starting:
            self._closed = True
            thread = self._thread
        if thread is not None and thread.is_alive():
            self._waiting.put(None)
            thread.join()

    def _run(self) -> None:
        while not self._ended and (first := self._waiting.get()) is not None:
            self._commit(first)

    def _commit(self, first: Piece) -> None:
        """Carry out the first piece and what waits behind it in one transaction, and tell each caller how it ended."""
        open_: list[Future[Any]] = []
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._begin() as connection:
                for work, future in self._pieces(first):
                    if future.set_running_or_notify_cancel():
                        open_.append(future)
                        if self._succeeds(connection, work, future, done):
                            continue
                        open_.remove(future)
        except BaseException as error:  # noqa: BLE001 - nothing of this transaction stands, and each caller must hear it
            if not open_ and first[1].set_running_or_notify_cancel():
                open_.append(first[1])
            for future in open_:
                future.set_exception(error)
            return
        for future, result in done:
            future.set_result(result)

    @staticmethod
    def _succeeds(connection: Connection, work: Work, future: Future[Any], done: list[tuple[Future[Any], Any]]) -> bool:
        savepoint = connection.begin_nested()
        try:
            result = work(connection)
        except BaseException as error:  # noqa: BLE001 - the error is the caller's, whatever it is
            savepoint.rollback()
            future.set_exception(error)
            return False
        savepoint.commit()
        done.append((future, result))
        return True

    def _pieces(self, first: Piece) -> Iterator[Piece]:
        until = time.monotonic() + BATCH_S
        yield first
        while time.monotonic() < until and not self._ended:
            try:
                piece = self._waiting.get_nowait()
            except queue.Empty:
                return
            if piece is None:
                self._ended = True
            else:
                yield piece

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
Begin = Callable[[], AbstractContextManager[Connection]]

BATCH_S = 0.008
"""Seconds for which a transaction takes in more work: a few commits' worth, and little beside the 50 ms a webhook may take."""


class Writer:
    """The thread; it ends with `close`, after the work handed in before. `begin` opens a transaction that is committed at its block's end."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

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
        if thread is not None:
            self._waiting.put(None)
            thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            if not self._commit(first):
                return

    def _commit(self, first: tuple[Work, Future[Any]]) -> bool:
        """Carry out and commit the first piece and what waits behind it. False when the end was among it."""
        done: list[tuple[Future[Any], Any]] = []
        taken: list[Future[Any]] = []
        pieces = self._pieces(first)
        try:
            with self._begin() as connection:
                for work, future in pieces:
                    if not future.set_running_or_notify_cancel():
                        continue
                    taken.append(future)
                    savepoint = connection.begin_nested()
                    try:
                        result = work(connection)
                    except BaseException as error:  # noqa: BLE001 - the error is the caller's, whatever it is
                        savepoint.rollback()
                        taken.remove(future)
                        future.set_exception(error)
                    else:
                        savepoint.commit()
                        done.append((future, result))
        except BaseException as error:  # noqa: BLE001 - nothing of this transaction stands, and each caller must hear it
            for future in taken or ([first[1]] if first[1].set_running_or_notify_cancel() else []):
                future.set_exception(error)
        else:
            for future, result in done:
                future.set_result(result)
        return not self._ended

    _ended = False

    def _pieces(self, first: tuple[Work, Future[Any]]) -> Iterator[tuple[Work, Future[Any]]]:
        until = time.monotonic() + BATCH_S
        yield first
        while time.monotonic() < until:
            try:
                piece = self._waiting.get_nowait()
            except queue.Empty:
                return
            if piece is None:
                self._ended = True
                return
            yield piece

"""Writes that share a commit: each as if alone, none told of before it is on disk, and none lost with a neighbour."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.writer import Writer

INSERT = sa.text("INSERT INTO entry VALUES (:name)")


class Broken(Exception):
    """What a piece of work raises."""


class Store:
    """One table on SQLite whose transactions can be counted and held up."""

    def __init__(self, path: Path) -> None:
        self.database = Database(f"sqlite:///{path / 'entries.db'}")
        self.gate = threading.Event()
        self.begun = 0
        self.refuse: Exception | None = None
        self.writer = Writer(self.begin)
        with self.database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE entry (name TEXT PRIMARY KEY)")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self.gate.wait()
        self.begun += 1
        with self.database.write() as connection:
            yield connection
            if self.refuse is not None:
                raise self.refuse

    def names(self) -> set[str]:
        with self.database.read() as connection:
            return {row.name for row in connection.execute(sa.text("SELECT name FROM entry"))}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.gate.set()
    opened.writer.close()
    opened.database.close()


def adding(name: str):  # type: ignore[no-untyped-def]
    def add(connection: Connection) -> str:
        connection.execute(INSERT, {"name": name})
        return name

    return add


def failing(connection: Connection) -> None:
    connection.execute(INSERT, {"name": "half-done"})
    raise Broken


def test_what_waits_together_is_committed_together_and_in_order(store: Store) -> None:
    futures = [store.writer.submit(adding(name)) for name in "abc"]
    store.gate.set()
    assert [future.result(5) for future in futures] == ["a", "b", "c"]
    assert store.names() == {"a", "b", "c"}
    assert store.begun < 3


def test_work_that_fails_is_undone_alone(store: Store) -> None:
    before, failed, doubled, after = (store.writer.submit(work) for work in (adding("a"), failing, adding("a"), adding("b")))
    store.gate.set()
    assert (before.result(5), after.result(5)) == ("a", "b")
    with pytest.raises(Broken):
        failed.result(5)
    with pytest.raises(sa.exc.IntegrityError):
        doubled.result(5)
    assert store.names() == {"a", "b"}


def test_a_commit_that_fails_is_everybodys_failure_and_the_next_one_stands(store: Store) -> None:
    store.refuse = Broken("the disk is full")
    lost = [store.writer.submit(adding(name)) for name in "ab"]
    store.gate.set()
    for future in lost:
        with pytest.raises(Broken):
            future.result(5)
    store.refuse = None
    assert store.writer.submit(adding("c")).result(5) == "c"
    assert store.names() == {"c"}


def test_a_transaction_that_cannot_begin_fails_its_work(tmp_path: Path) -> None:
    @contextmanager
    def begin() -> Iterator[Connection]:
        raise Broken("locked")
        yield

    writer = Writer(begin)
    with pytest.raises(Broken):
        writer.submit(adding("a")).result(5)
    writer.close()


def test_work_that_nobody_waits_for_any_longer_is_not_begun(store: Store) -> None:
    first = store.writer.submit(adding("a"))
    given_up = store.writer.submit(adding("b"))
    assert given_up.cancel()
    store.gate.set()
    first.result(5)
    store.writer.close()
    assert store.names() == {"a"}


def test_closing_finishes_what_was_handed_in_and_takes_no_more(store: Store) -> None:
    futures = [store.writer.submit(adding(name)) for name in "abc"]
    store.gate.set()
    store.writer.close()
    assert [future.result(0) for future in futures] == ["a", "b", "c"]
    with pytest.raises(RuntimeError, match="closed"):
        store.writer.submit(adding("d"))


async def test_many_writers_of_two_processes_do_not_starve_each_other(database: Database) -> None:
    rival = Database(database.url)
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE entry (name TEXT PRIMARY KEY)"))
    names = [f"{who}{number}" for who in "ab" for number in range(60)]
    await asyncio.gather(*((database if name < "b" else rival).writing(adding(name)) for name in names))
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM entry")) == len(names)
    rival.close()

"""Fixtures that every room shares: fresh databases on both engines, a real Redis, a real browser.

`database_url`         a migrated, empty database; the test runs once on SQLite and once on PostgreSQL
`database`             the same, opened
`bare_database_url`    as `database_url`, but without any table: for migrations
`redis_server`         a redis-server of the test's own that it may kill and start again; `redis_url` is its address
`model`                the path of the trained Rasa model of the present sources, trained when it is missing
`stack`                the whole line as processes, on SQLite and the embedded Redis, shared by all tests
`browser`              a Chromium driven by playwright (async)
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.cli.train import trained
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.support.services import PostgresServer, RedisServer, chromium, running
from tests.support.stack import Stack

MONDAY = "2025-06-02T09:00:00-04:00"
# Tests of these folders share something that is slow to start, or the whole machine, so they stay in one process.
TOGETHER = ("tests/conversations", "tests/contract/rasa_turn", "tests/acceptance", "tests/contract/twilio", "tests/browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a folder's tests in one process when the tests run in several."""
    for item in items:
        folder = next((name for name in TOGETHER if str(item.path).startswith(str(item.config.rootpath / name))), None)
        if folder is not None:
            item.add_marker(pytest.mark.xdist_group(folder))


ENGINES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session; started by the first test that asks for it."""
    server = PostgresServer()
    with running(server):
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a migrated database that nobody is connected to."""
    name = postgres_server.create()
    upgrade(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "mendline.db"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database that only this test uses."""
    if request.param == "sqlite":
        path = tmp_path / "mendline.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(template=request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=ENGINES)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, opened; closed after the test."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """An empty redis-server of the test's own."""
    server = RedisServer()
    with running(server):
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of the test's own Redis."""
    return redis_server.url


@pytest.fixture(scope="session")
def model() -> Path:
    """The Rasa model of the present sources; training takes a minute or two when it is missing."""
    return trained(print)


@pytest.fixture(scope="session")
def stack(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole line on the morning of Monday 2 June 2025; shared by all tests, so each plays a patient of its own."""
    line = Stack(tmp_path_factory.mktemp("stack"), {"MENDLINE_NOW": MONDAY})
    try:
        line.start()
        yield line
    finally:
        line.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium; each test has its own."""
    # Chromium's sandbox refuses to work for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=str(chromium()), args=arguments)
        yield opened
        await opened.close()

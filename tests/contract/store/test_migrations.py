"""The migrations lead to the schema of `tables.py`, on both engines, whoever starts first."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import migrate
from bot.store.database import Database
from bot.store.tables import metadata
from tests.support.services import PostgresServer

ROOT = Path(__file__).parents[3]

SCHEMA_OF = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE 'alembic%'
        UNION ALL
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'
        UNION ALL
        SELECT table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%'
    """,
}


# A comma that stands in no parentheses.
_BETWEEN = re.compile(r", (?![^()]*\))")


def schema(url: str) -> dict[str, set[str]]:
    """Every table, column, index and constraint by name; the order of the clauses within a table does not count."""
    opened = Database(url)
    with opened.read() as connection:
        rows = connection.execute(sa.text(SCHEMA_OF[connection.dialect.name])).all()
    opened.close()
    return {name: {clause for line in (definition or "").splitlines() for clause in _clauses(line)} for name, definition in rows}


def _clauses(line: str) -> list[str]:
    """What a line of a definition says. SQLite writes a column that was added later behind the last column, on the same line."""
    parts = _BETWEEN.split(line) if line.startswith("\t") else [line]
    return [part.strip().rstrip(",") for part in parts if part.strip(" ,()\t")]


def test_migrated_and_declared_schema_are_the_same(bare_database_url: str, database_url_twin: str) -> None:
    migrate.upgrade(bare_database_url)
    declared = Database(database_url_twin)
    metadata.create_all(declared.engine)
    declared.close()
    assert schema(bare_database_url) == schema(database_url_twin)
    assert len(schema(bare_database_url)) > len(metadata.tables)


def test_the_second_upgrade_changes_nothing(bare_database_url: str) -> None:
    migrate.upgrade(bare_database_url)
    before = schema(bare_database_url)
    migrate.upgrade(bare_database_url)
    assert schema(bare_database_url) == before
    opened = Database(bare_database_url)
    with opened.read() as connection:
        assert migrate.current(connection) == migrate.newest()
    opened.close()


def test_several_processes_upgrade_at_once_from_any_folder(bare_database_url: str, tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bot.store.migrate import upgrade; upgrade({bare_database_url!r})"
    started = [subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(4)]
    ended = [(process.communicate()[1].decode(), process.returncode) for process in started]
    assert [code for _, code in ended] == [0, 0, 0, 0], ended
    opened = Database(bare_database_url)
    assert set(metadata.tables) <= set(sa.inspect(opened.engine).get_table_names())
    opened.close()


@pytest.fixture
def database_url_twin(bare_database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second bare database on the same engine."""
    if bare_database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'twin.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)

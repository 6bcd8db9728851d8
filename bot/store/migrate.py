"""Brings a database to the schema of `tables.py`, whoever starts first.

Several processes may call `upgrade` at the same instant: one of them migrates, the others wait for it and find nothing to do. The lock
is PostgreSQL's advisory lock, or a lock file beside the SQLite file; both vanish with the process that holds them.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from bot.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant that no other program of the same database uses: the bytes of "mendline".
ADVISORY_KEY = int.from_bytes(b"mendline", "big") & 0x7FFF_FFFF_FFFF_FFFF


def alembic_config() -> Config:
    """Return Alembic's configuration without an ini file, independent of the working directory."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def newest() -> str:
    """Return the revision that `upgrade` leads to."""
    head: str | None = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"{MIGRATIONS} holds no migration; the installation is incomplete, install it again")
    return head


def current(connection: Connection) -> str | None:
    """Return the revision of a database, or None when it has never been migrated."""
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision


def upgrade(url: str) -> None:
    """Migrate the database at `url` to the newest revision; all of it or nothing.

    Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be reached or changed.
    """
    database = Database(url, threads=1)
    try:
        with _alone(database), database.write() as connection:
            if current(connection) == newest():
                return
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    if database.is_sqlite:
        with Path(database.url.removeprefix("sqlite:///") + ".migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with database.engine.connect() as holder:
        holder.execute(sa.select(sa.func.pg_advisory_lock(ADVISORY_KEY)))
        try:
            yield
        finally:
            holder.execute(sa.select(sa.func.pg_advisory_unlock(ADVISORY_KEY)))

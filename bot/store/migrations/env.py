"""Run by Alembic: takes the connection and the transaction that `bot.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "Alembic was given no connection; call bot.store.migrate.upgrade(url), or `alembic.command` with one in Config.attributes"
    )

context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

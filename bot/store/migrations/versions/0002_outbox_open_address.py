"""The open rows of one line and address: the sender asks for them on every claim."""

from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"

OPEN = "state IN ('queued', 'sending')"


def upgrade() -> None:
    op.create_index(
        "ix_outbox_open_address",
        "outbox",
        ["line", "address"],
        unique=False,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_open_address", table_name="outbox", sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))

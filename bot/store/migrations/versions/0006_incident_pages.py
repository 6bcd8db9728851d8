"""Who is paged about an incident until somebody says that they have it, and when the patient is called."""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("incident", sa.Column("call_back_by", sa.DateTime, nullable=True))
    op.add_column("incident", sa.Column("pages", sa.Integer, nullable=False, server_default="0"))
    op.add_column("incident", sa.Column("next_page_at", sa.DateTime, nullable=True))
    op.add_column("incident", sa.Column("acknowledged_at", sa.DateTime, nullable=True))
    op.add_column("incident", sa.Column("acknowledged_by", sa.Text, nullable=True))
    where = sa.text("next_page_at IS NOT NULL")
    op.create_index("ix_incident_next_page_at", "incident", ["next_page_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_incident_next_page_at", table_name="incident")
    with op.batch_alter_table("incident") as batch:
        for column in ("acknowledged_by", "acknowledged_at", "next_page_at", "pages", "call_back_by"):
            batch.drop_column(column)

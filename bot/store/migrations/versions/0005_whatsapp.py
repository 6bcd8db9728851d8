"""What a WhatsApp message may be tapped for, what it is outside of 24 hours, and where a text in its place leads."""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("options", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("outbox", sa.Column("template", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("message", sa.Column("tapped", sa.Text, nullable=True))
    op.add_column("message", sa.Column("came_by", sa.Text, nullable=True))
    op.add_column("conversation", sa.Column("answers_for", sa.Text, nullable=True))


def downgrade() -> None:
    for table, columns in (("conversation", ("answers_for",)), ("message", ("came_by", "tapped")), ("outbox", ("template", "options"))):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)

"""Survey answers, exercise logs, pain scores, preferences, the FHIR resources made of them, and an owner for a staff task."""

from alembic import op
import sqlalchemy as sa

from bot.store.tables import Instant

revision = "0004"
down_revision = "0003"

Json = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "fhir_resource",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text(), nullable=True),
        sa.Column("resource", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_fhir_resource")),
    )
    op.create_index(
        "ix_fhir_resource_unposted",
        "fhir_resource",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("posted_at IS NULL"),
        postgresql_where=sa.text("posted_at IS NULL"),
    )
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("resource_key", sa.Text(), nullable=True),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 10", name=op.f("ck_survey_answer_score_in_range")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_survey_answer_conversation_id")),
        sa.ForeignKeyConstraint(["resource_key"], ["fhir_resource.key"], name=op.f("fk_survey_answer_resource_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    op.create_index("ix_survey_answer_patient", "survey_answer", ["patient", "answered_at"], unique=False)
    op.create_table(
        "exercise_log",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("logged_at", Instant(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'partly', 'missed', 'too_hard')", name=op.f("ck_exercise_log_outcome_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_exercise_log_conversation_id")),
        sa.PrimaryKeyConstraint("patient", "exercise", "day", name=op.f("pk_exercise_log")),
    )
    op.create_table(
        "pain_score",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("scored_at", Instant(), nullable=False),
        sa.Column("resource_key", sa.Text(), nullable=True),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name=op.f("ck_pain_score_score_in_range")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_pain_score_conversation_id")),
        sa.ForeignKeyConstraint(["resource_key"], ["fhir_resource.key"], name=op.f("fk_pain_score_resource_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pain_score")),
    )
    op.create_index("ix_pain_score_patient", "pain_score", ["patient", "scored_at"], unique=False)
    op.create_table(
        "preference",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name", name=op.f("pk_preference")),
    )
    op.add_column("staff_task", sa.Column("owner", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_task") as batch:
        batch.drop_column("owner")
    for table in ("preference", "pain_score", "exercise_log", "survey_answer", "fhir_resource"):
        op.drop_table(table)

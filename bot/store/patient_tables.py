"""What patients tell beside their visits: survey answers, exercise logs, pain scores, preferences; and the FHIR resources made of them.

Part of the one schema of `tables.py`, on the same metadata.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import Instant, Json, metadata, one_of

# FHIR resources that wait for the scheduling system; `key` is their identifier there, so that one is never created twice.
fhir_resource = sa.Table(
    "fhir_resource",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("patient", sa.Text),
    sa.Column("resource", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("posted_at", Instant),
    sa.Column("reference", sa.Text),  # where the scheduling system keeps it
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
)
sa.Index(
    "ix_fhir_resource_unposted",
    fhir_resource.c.created_at,
    sqlite_where=sa.text("posted_at IS NULL"),
    postgresql_where=sa.text("posted_at IS NULL"),
)

# One answer to the one-question survey; the comment may come later than the score, or without any.
survey_answer = sa.Table(
    "survey_answer",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the survey's own id: one answer each
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("patient", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("comment", sa.Text),
    sa.Column("answered_at", Instant, nullable=False),
    sa.Column("resource_key", sa.Text, sa.ForeignKey("fhir_resource.key")),
    sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 10", name="score_in_range"),
)
sa.Index("ix_survey_answer_patient", survey_answer.c.patient, survey_answer.c.answered_at)

# What was done of one exercise on one day, last told counts; `exercise` is "*" for the whole program.
exercise_log = sa.Table(
    "exercise_log",
    metadata,
    sa.Column("patient", sa.Text, primary_key=True),
    sa.Column("exercise", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),  # clinic-local ISO date
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("difficulty", sa.Text),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id")),
    sa.Column("logged_at", Instant, nullable=False),
    one_of("outcome", "done", "partly", "missed", "too_hard"),
)

pain_score = sa.Table(
    "pain_score",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the MessageSid of the answer
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id")),
    sa.Column("patient", sa.Text, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("scored_at", Instant, nullable=False),
    sa.Column("resource_key", sa.Text, sa.ForeignKey("fhir_resource.key")),
    sa.CheckConstraint("score BETWEEN 0 AND 10", name="score_in_range"),
)
sa.Index("ix_pain_score_patient", pain_score.c.patient, pain_score.c.scored_at)

# What somebody wants of the line. `subject` is a patient's reference, or a conversation's id where nobody is proven.
preference = sa.Table(
    "preference",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),  # channel, language, hours, outreach
    sa.Column("value", Json, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # the MessageSid or the staff member that set it
    sa.Column("changed_at", Instant, nullable=False),
)

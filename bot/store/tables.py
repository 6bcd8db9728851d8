"""The schema. Invariants stand here, as unique indexes and checks, and hold on SQLite and PostgreSQL alike.

Instants are aware UTC in Python and naive UTC in the database. Migrations live in `bot/store/migrations`; a test keeps both equal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator):
    """An aware datetime, kept as naive UTC."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no UTC offset; instants are aware")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Json = sa.JSON(none_as_null=True)


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """Return the check that a column holds one of these words."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_known")


def _unique_where(name: str, *columns: Any, where: str) -> sa.Index:
    return sa.Index(name, *columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


# One (channel, clinic number, patient address). The lease is the only lock of the system; `lease_fence` grows with each taking.
conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, server_default="bot"),
    sa.Column("owner_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", Instant),
    sa.Column("lease_fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("awaiting", sa.Text, nullable=False, server_default="none"),
    sa.Column("introduced_on", sa.Text),  # clinic-local ISO date of the last message that named the clinic
    sa.Column("last_inbound_at", Instant),
    sa.Column("patient", sa.Text),  # FHIR reference whose identity was proven on this thread
    sa.Column("proven_until", Instant),
    sa.Column("answers_for", sa.Text),  # of a text thread: the WhatsApp conversation that asked by text and awaits the answer here
    sa.UniqueConstraint("channel", "line", "address"),
    one_of("owner", "bot", "queue", "staff"),
    one_of("channel", "sms", "whatsapp", "voice"),
)

# A turn takes all waiting messages of a conversation. Which ones is stored before the dialogue sees them, so that a repeated turn is
# the same turn.
turn = sa.Table(
    "turn",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the MessageSid of its last message, or of the trigger
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", Json),  # trigger or events
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    sa.Column("explanation", Json),  # demo mode: what decided the answer, without any message text
    one_of("kind", "messages", "trigger", "events"),
    # Triggers wait until the conversation has no open turn; at most one is open. A turn of messages is open from the start.
    one_of("state", "waiting", "open", "done", "given_up"),
)
_unique_where("uq_turn_one_open", turn.c.conversation_id, where="state = 'open'")
sa.Index(
    "ix_turn_due",
    turn.c.next_try_at,
    sqlite_where=sa.text("state IN ('waiting', 'open')"),
    postgresql_where=sa.text("state IN ('waiting', 'open')"),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sid", sa.Text, nullable=False, unique=True),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("media", Json),
    sa.Column("fields", Json, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("turn_id", sa.Text, sa.ForeignKey("turn.id")),
    sa.Column("consumed", sa.Boolean, nullable=False, server_default=sa.false()),  # needs no turn: an opt-out word, an empty text
    sa.Column("screen_only", sa.Boolean, nullable=False, server_default=sa.false()),  # its turn runs the safety screen and answers nothing
    sa.Column("tapped", sa.Text),  # the id of the button or list entry that was tapped
    sa.Column("came_by", sa.Text),  # a channel other than the conversation's own
)
sa.Index(
    "ix_message_waiting",
    message.c.conversation_id,
    sqlite_where=sa.text("turn_id IS NULL AND NOT consumed"),
    postgresql_where=sa.text("turn_id IS NULL AND NOT consumed"),
)
sa.Index("ix_message_conversation_id", message.c.conversation_id, message.c.id)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False, unique=True),  # order of writing; one conversation is sent in this order
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id")),
    sa.Column("turn_id", sa.Text, sa.ForeignKey("turn.id")),
    sa.Column("seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("response", sa.Text),
    sa.Column("awaiting", sa.Text, nullable=False, server_default="none"),
    sa.Column("owner_version", sa.Integer),  # of the conversation when written; a bot answer is dropped when it has moved on
    sa.Column("dedupe_key", sa.Text, unique=True),
    sa.Column("state", sa.Text, nullable=False, server_default="queued"),
    sa.Column("sid", sa.Text, unique=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_tried_at", Instant),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("claim_owner", sa.Text),
    sa.Column("claim_until", Instant),
    sa.Column("carrier_status", sa.Text),
    sa.Column("error_code", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("handed_at", Instant),
    sa.Column("statement", sa.Text),  # what of the body still holds when its question is withdrawn
    sa.Column("options", Json),  # [{id, title, value, description}]: what may be tapped; see bot/store/options.py
    sa.Column("template", Json),  # {name, variables, text}: what is sent in its place outside of WhatsApp's 24 hours
    sa.UniqueConstraint("turn_id", "seq"),
    one_of("purpose", "answer", "consent", "safety", "staff", "page", "outreach"),
    # queued -> sending -> handed -> (final by carrier_status); refused and superseded are ends of their own
    one_of("state", "queued", "sending", "handed", "refused", "superseded"),
)
sa.Index(
    "ix_outbox_due",
    outbox.c.next_try_at,
    sqlite_where=sa.text("state IN ('queued', 'sending')"),
    postgresql_where=sa.text("state IN ('queued', 'sending')"),
)
sa.Index(
    "ix_outbox_open_address",
    outbox.c.line,
    outbox.c.address,
    sqlite_where=sa.text("state IN ('queued', 'sending')"),
    postgresql_where=sa.text("state IN ('queued', 'sending')"),
)
sa.Index("ix_outbox_conversation_id", outbox.c.conversation_id, outbox.c.position)

# Every status callback, once; `outbox.carrier_status` is the furthest of them and never moves backwards.
delivery_event = sa.Table(
    "delivery_event",
    metadata,
    sa.Column("sid", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("error_code", sa.Integer),
    sa.Column("at", Instant, nullable=False),
)

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("line", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("opted_out", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # the MessageSid or the staff member that changed it
    sa.Column("changed_at", Instant, nullable=False),
)

handoff = sa.Table(
    "handoff",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("turn_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False, server_default="normal"),
    sa.Column("summary", sa.Text, nullable=False, server_default=""),
    sa.Column("facts", Json, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    one_of("urgency", "normal", "high", "emergency"),
    one_of("state", "waiting", "claimed", "closed"),
)
_unique_where("uq_handoff_one_open", handoff.c.conversation_id, where="state <> 'closed'")

# Work for staff that does not take the conversation away from the bot: a call-back, a possible cancellation, a booking to enter by hand.
staff_task = sa.Table(
    "staff_task",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Column("dedupe_key", sa.Text, unique=True),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("outcome", Json),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("owner", sa.Text),  # who is to see to it: a role or a staff code of the clinic's file
    one_of("state", "open", "closed"),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("message_sid", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("events", Json, nullable=False),  # [{at, message_sid, level, category, patterns}], the history of a rising level
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("call_back_by", Instant),  # what the patient was promised; empty when nobody could promise it
    sa.Column("pages", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_page_at", Instant),  # empty when nobody is to be paged (again)
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", sa.Text),
    one_of("level", "urgent", "emergency", "crisis"),
    one_of("state", "open", "closed"),
)
_unique_where("uq_incident_one_open", incident.c.conversation_id, where="state = 'open'")
sa.Index(
    "ix_incident_next_page_at",
    incident.c.next_page_at,
    sqlite_where=sa.text("next_page_at IS NOT NULL"),
    postgresql_where=sa.text("next_page_at IS NOT NULL"),
)

# Written before the first call to the scheduling system; see actions/scheduling.
booking_request = sa.Table(
    "booking_request",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text),
    sa.Column("patient", sa.Text, nullable=False),
    sa.Column("old_appointment", sa.Text),
    sa.Column("new_slot", sa.Text),
    sa.Column("plan", Json, nullable=False),  # everything a stranger needs to roll it forward after a crash
    sa.Column("step", sa.Text, nullable=False, server_default="stored"),
    sa.Column("outcome", sa.Text),
    sa.Column("result", Json),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    one_of("kind", "move", "book", "cancel"),
)
# A visit is changed by one request at a time.
_unique_where("uq_booking_request_one_open", booking_request.c.old_appointment, where="outcome IS NULL AND old_appointment IS NOT NULL")

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("conversation_id", sa.Text),
    sa.Column("patient", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("detail", Json),
)

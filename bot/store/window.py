"""WhatsApp's window: free words within 24 hours of the patient's last message there, an approved template after that.

Source: WhatsApp's rule as Twilio's documentation tells it (error 63016). The last minutes of the window are not used, because a message
counts when WhatsApp has it, not when it leaves here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.store.options import shown
from bot.store.tables import conversation
from bot.types import Channel, OutboundMessage, TemplateUse

WINDOW = timedelta(hours=24) - timedelta(minutes=5)
NEEDS_TEMPLATE = 63016


def is_open(connection: Connection, conversation_id: str | None, now: datetime) -> bool:
    """Whether the patient has written on WhatsApp within the window."""
    if conversation_id is None:
        return False
    last = connection.scalar(sa.select(conversation.c.last_inbound_at).where(conversation.c.id == conversation_id))
    return last is not None and now - last < WINDOW


def outbound(connection: Connection, row: RowMapping, now: datetime) -> tuple[OutboundMessage, bool]:
    """Return a row of the outbox as its carrier gets it, and whether WhatsApp would refuse it for want of a template."""
    channel = Channel(row["channel"])
    plain = OutboundMessage(row["id"], channel, row["line"], row["address"], row["body"])
    if channel is not Channel.WHATSAPP:
        return plain, False
    if row["error_code"] == NEEDS_TEMPLATE:
        return plain, True
    if is_open(connection, row["conversation_id"], now):
        return OutboundMessage(*_five(plain), options=shown(row["options"])), False
    template = row["template"]
    if template is None:
        return plain, True
    use = TemplateUse(template["name"], template["variables"])
    return OutboundMessage(plain.outbox_id, channel, plain.line, plain.address, template["text"], template=use), False


def _five(message: OutboundMessage) -> tuple[str, Channel, str, str, str]:
    return message.outbox_id, message.channel, message.line, message.address, message.body

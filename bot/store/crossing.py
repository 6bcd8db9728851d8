"""From WhatsApp to a text and back: what WhatsApp may not carry is texted to the same number, and the answer finds its conversation.

A WhatsApp conversation may ask a question by text (one about health, or one for which no template is approved). The text thread of that
number then answers for it: the next text belongs to the WhatsApp conversation, as long as that question is open and at most a day old.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.addresses import is_number
from bot.store import inbox, outbox
from bot.store.outbox import Draft
from bot.store.tables import conversation
from bot.store.tables import outbox as outbox_table
from bot.types import Awaiting, Channel


def may_text(connection: Connection, sms_line: str, address: str, purpose: str, now: datetime) -> bool:
    """Whether a text from that line may be sent to a WhatsApp address: it is a number that has not opted out of texts."""
    return bool(sms_line) and is_number(address) and outbox.may_reach(connection, Channel.SMS.value, sms_line, address, purpose, now)


def lead_back(connection: Connection, conversation_id: str, sms_line: str, address: str, now: datetime) -> None:
    """Let the next text from that number answer the WhatsApp conversation, which has just asked by text."""
    thread = inbox.open_conversation(connection, Channel.SMS.value, sms_line, address, now)
    connection.execute(conversation.update().where(conversation.c.id == thread).values(answers_for=conversation_id))


def text_instead(connection: Connection, outbox_id: str, sms_line: str, now: datetime) -> bool:
    """Text what WhatsApp did not take. Returns False where that cannot or must not be done; the WhatsApp row is the caller's to end."""
    row = connection.execute(sa.select(outbox_table).where(outbox_table.c.id == outbox_id)).mappings().one()
    if row["channel"] != Channel.WHATSAPP.value or not may_text(connection, sms_line, row["address"], row["purpose"], now):
        return False
    awaiting = Awaiting(row["awaiting"])
    draft = Draft(
        conversation_id=row["conversation_id"],
        turn_id=None,
        seq=row["seq"],
        purpose=row["purpose"],
        channel=Channel.SMS,
        line=sms_line,
        address=row["address"],
        body=row["body"],
        response=row["response"],
        awaiting=awaiting,
        owner_version=row["owner_version"],
        dedupe_key=f"text_instead:{outbox_id}",
    )
    outbox.put(connection, [draft], now)
    if awaiting is not Awaiting.NONE and row["conversation_id"]:
        lead_back(connection, row["conversation_id"], sms_line, row["address"], now)
    return True

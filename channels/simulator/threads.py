"""A patient's thread as the line's database tells it: what was written and answered, and whether an answer is still coming.

A number has a thread for each channel. What a WhatsApp conversation sent by text stands in the text thread, as on a telephone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.options import shown
from bot.store.tables import conversation, message, outbox, turn
from bot.types import Channel
from channels.twilio.shapes import filled

Entry = dict[str, Any]


def thread(connection: Connection, number: str, channel: Channel = Channel.SMS) -> list[Entry]:
    """Return what a number wrote and was sent, oldest first: `{direction, sid, body, at, status, media, response, turn, taps, kind}`.

    `direction` is in or out; `taps` ({id, title, description}) may be tapped, as `buttons` or as a `list` by `kind`. `at` is when the
    line had the message, or when the carrier had the line's; a message still in the outbox is not part of the thread.
    """
    received = (
        sa.select(message.c.sid, message.c.body, message.c.received_at, message.c.id, message.c.media, message.c.turn_id)
        .join(conversation, conversation.c.id == sa.func.coalesce(message.c.came_by, message.c.conversation_id))
        .where(conversation.c.address == number, conversation.c.channel == channel.value)
    )
    sent = sa.select(
        outbox.c.sid,
        outbox.c.body,
        outbox.c.handed_at,
        outbox.c.position,
        outbox.c.carrier_status,
        outbox.c.response,
        outbox.c.turn_id,
        outbox.c.options,
    ).where(outbox.c.address == number, outbox.c.channel == channel.value, outbox.c.state == "handed")
    # The order of arrival is the order of the rows: the demo's clock may be moved back.
    inbound = [(row.received_at, 0, row.id, _heard(row)) for row in connection.execute(received)]
    outbound = [(row.handed_at, 1, row.position, _said(row)) for row in connection.execute(sent)]
    return [entry for *_, entry in sorted([*inbound, *outbound], key=lambda one: one[:3])]


def state(connection: Connection, number: str, channel: Channel = Channel.SMS) -> dict[str, Any]:
    """Return `{owner, conversation, answering}` of a thread; `answering` while a message waits, a turn runs or an answer is on its way."""
    own = sa.and_(conversation.c.address == number, conversation.c.channel == channel.value)
    row = connection.execute(sa.select(conversation.c.id, conversation.c.owner).where(own)).first()
    if row is None:
        return {"owner": "bot", "conversation": None, "answering": False}
    waiting = sa.select(message.c.id).where(message.c.conversation_id == row.id, message.c.turn_id.is_(None), ~message.c.consumed)
    open_turn = sa.select(turn.c.id).where(turn.c.conversation_id == row.id, turn.c.state == "open")
    leaving = sa.and_(outbox.c.state.in_(("queued", "sending")), outbox.c.purpose != "outreach")
    # A word about a silence, hours from now, is no answer under way.
    unsent = sa.select(outbox.c.id).where(outbox.c.conversation_id == row.id, leaving)
    answering = any(connection.execute(query.limit(1)).first() is not None for query in (waiting, open_turn, unsent))
    return {"owner": row.owner, "conversation": row.id, "answering": answering}


def _heard(row: Any) -> Entry:
    media = [str(item.get("type", "")) for item in row.media or ()]
    return _entry("in", row.sid, row.body, row.received_at, "received", media, None, row.turn_id)


def _said(row: Any) -> Entry:
    entry = _entry("out", row.sid, row.body, row.handed_at, row.carrier_status or "queued", [], row.response, row.turn_id)
    question = filled(row.body, shown(row.options), "…")
    if question is not None:
        kind = "list" if "twilio/list-picker" in question.shape.types else "buttons"
        taps = [{"id": one.id, "title": one.title, "description": one.description} for one in shown(row.options)]
        entry |= {"taps": taps, "kind": kind}
    return entry


def _entry(
    direction: str, sid: str, body: str, at: datetime, status: str, media: list[str], response: str | None, turn_id: str | None
) -> Entry:
    return {
        "direction": direction,
        "sid": sid,
        "body": body,
        "at": at.isoformat(),
        "status": status,
        "media": media,
        "response": response,
        "turn": turn_id,
        "taps": [],
        "kind": "text",
    }

"""Why an answer is as it is: what the turn kept of its decision, the times of its stages, and the wish about time read from its texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.nlu.when import parse
from bot.store.tables import conversation, handoff, incident, message, outbox, turn
from bot.store.turns import StoredMessage
from bot.turns.composing import AutoReplies, compose
from channels.simulator.constraint_words import described

Json = dict[str, Any]


def explanation(connection: Connection, sid: str) -> Json | None:
    """Return what the store knows of the answer with this MessageSid; None when no answer has it.

    `{sid, response, purpose, kind, state, attempts, said: [texts of the turn], patient, heard_at, decision, timeline, person, danger}`;
    `decision` is None for an answer that the dialogue had no part in.
    """
    row = connection.execute(sa.select(outbox).where(outbox.c.sid == sid)).mappings().first()
    if row is None:
        return None
    found: Json = {
        "sid": sid,
        "response": row["response"],
        "purpose": row["purpose"],
        "awaiting": row["awaiting"],
        "kind": None,
        "said": [],
        "patient": None,
        "heard_at": None,
        "decision": None,
        "timeline": [],
        "person": None,
        "danger": None,
    }
    if row["conversation_id"]:
        found["patient"] = connection.scalar(sa.select(conversation.c.patient).where(conversation.c.id == row["conversation_id"]))
    made = connection.execute(sa.select(turn).where(turn.c.id == row["turn_id"])).mappings().first() if row["turn_id"] else None
    if made is None:
        return found
    texts = _texts(connection, made["id"])
    found |= {
        "kind": made["kind"],
        "attempts": made["attempts"],
        "trigger": (made["payload"] or {}).get("name"),
        "said": [one.body for one in texts],
        "text": compose(texts, AutoReplies()).text,
        "heard_at": texts[-1].received_at.isoformat() if texts else None,
        "decision": made["explanation"],
        "timeline": _timeline(row, made, texts),
        "person": connection.scalar(sa.select(handoff.c.reason).where(handoff.c.turn_id == made["id"])),
        "danger": _danger(connection, row["conversation_id"], texts),
    }
    return found


def constraint_of(text: str, heard_at: str, zone: ZoneInfo, visit: datetime | None) -> Json | None:
    """Return `{json, words, about, needs_visit}`: the wish about time in a text; None when it says nothing about when."""
    now = datetime.fromisoformat(heard_at).astimezone(zone).replace(tzinfo=None)
    read = parse(text, now)
    counted_from_visit = bool(read and read.needs_visit)
    if counted_from_visit and visit is not None:
        read = parse(text, now, visit)
    if read is None:
        return None
    return {
        "json": read.constraint.as_json() if read.constraint else None,
        "words": described(read.constraint) if read.constraint else None,
        "about": described(read.visit_reference) if read.visit_reference else None,
        "counted_from_visit": counted_from_visit,
    }


def _texts(connection: Connection, turn_id: str) -> Sequence[StoredMessage]:
    columns = (message.c.sid, message.c.body, message.c.media, message.c.received_at, message.c.screen_only)
    rows = connection.execute(sa.select(*columns).where(message.c.turn_id == turn_id).order_by(message.c.received_at, message.c.id))
    return [StoredMessage(row.sid, row.body, row.media or (), row.received_at, row.screen_only) for row in rows]


def _timeline(row: RowMapping, made: RowMapping, texts: Sequence[StoredMessage]) -> list[Json]:
    """Return the stages around the dialogue, in milliseconds; a stage during which the clock was moved back is left out."""
    began = texts[-1].received_at if texts else made["created_at"]
    steps = [("waited for a worker", began, made["created_at"]), ("answered", made["created_at"], made["done_at"])]
    steps.append(("handed to the carrier", made["done_at"], row["handed_at"]))
    known = [(name, (end - start).total_seconds() * 1000) for name, start, end in steps if start is not None and end is not None]
    return [{"name": name, "ms": round(spent, 1)} for name, spent in known if spent >= 0]


def _danger(connection: Connection, conversation_id: str, texts: Sequence[StoredMessage]) -> Json | None:
    sids = {one.sid for one in texts}
    for found in connection.execute(sa.select(incident).where(incident.c.conversation_id == conversation_id)).mappings():
        if sids & {str(event.get("message_sid")) for event in found["events"]} or found["message_sid"] in sids:
            return {"level": found["level"], "category": found["category"]}
    return None

"""A conversation's way to a person and back: opened by the bot, claimed and released by staff.

    bot ──open──▶ queue ──claim──▶ staff ──release──▶ bot        `release` may also come from the queue

Every step compares the conversation's `owner_version` and raises it, so that two people cannot claim one conversation and an answer
the bot wrote before is not sent after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.ids import new_id
from bot.store import incidents, turns
from bot.store.conversations import OwnerChanged, change_owner
from bot.store.tables import audit, conversation, handoff, message, outbox, turn
from bot.types import Owner

RELEASED = "EXTERNAL_staff_released"
RED_FLAG = "red_flag"
URGENCIES = ("normal", "high", "emergency")


@dataclass(frozen=True)
class Opened:
    """The open hand-off of a conversation, and the conversation's owner version with it."""

    id: str
    owner_version: int


def open_handoff(
    connection: Connection,
    conversation_id: str,
    reason: str,
    now: datetime,
    *,
    urgency: str = "normal",
    summary: str = "",
    facts: Mapping[str, Any] | None = None,
    turn_id: str | None = None,
) -> Opened:
    """Put the conversation in the queue. One that already waits for or has a person keeps its owner; only its urgency may rise.

    Raises ValueError for an unknown urgency.
    """
    if urgency not in URGENCIES:
        raise ValueError(f"urgency is {urgency!r}; use one of {', '.join(URGENCIES)}")
    standing = _open(connection, conversation_id)
    if standing is None:
        identifier = new_id("ho")
        connection.execute(
            handoff.insert().values(
                id=identifier,
                conversation_id=conversation_id,
                turn_id=turn_id,
                reason=reason,
                urgency=urgency,
                summary=summary,
                facts=dict(facts or {}),
                created_at=now,
            )
        )
    else:
        identifier = standing["id"]
        _raise_urgency(connection, standing, reason, urgency, summary, facts or {})
    owner, version = _owner(connection, conversation_id)
    if owner is Owner.BOT:
        version = change_owner(connection, conversation_id, Owner.QUEUE, version)
        _forget_releases(connection, conversation_id, now)
    return Opened(identifier, version)


def claim(connection: Connection, conversation_id: str, staff: str, expected_version: int, now: datetime) -> int:
    """Give the conversation to a member of staff and return its version. Opens a hand-off where there was none (`staff_started`).

    Whoever claims it has its open incident, too: nobody is paged about it any more.
    Raises OwnerChanged when somebody else was first.
    """
    version = change_owner(connection, conversation_id, Owner.STAFF, expected_version)
    standing = _open(connection, conversation_id)
    if standing is None:
        opened = open_handoff(connection, conversation_id, "staff_started", now)
        identifier = opened.id
    else:
        identifier = standing["id"]
    connection.execute(handoff.update().where(handoff.c.id == identifier).values(state="claimed"))
    _forget_releases(connection, conversation_id, now)
    incidents.acknowledge_all_of(connection, conversation_id, staff, now)
    _note(connection, conversation_id, staff, "handoff_claimed", identifier, now)
    return version


def release(connection: Connection, conversation_id: str, staff: str, expected_version: int, now: datetime) -> str:
    """Give the conversation back to the bot and return the id of the turn in which it resumes.

    Closes the hand-off and the open incident, and queues what staff said, so that the dialogue knows it, and the trigger
    `EXTERNAL_staff_released`. Raises OwnerChanged when somebody else was first or the bot has it already.
    """
    owner, _ = _owner(connection, conversation_id)
    standing = _open(connection, conversation_id)
    if owner is Owner.BOT or standing is None:
        raise OwnerChanged(f"conversation {conversation_id} is with the bot already; read it again")
    change_owner(connection, conversation_id, Owner.BOT, expected_version)
    connection.execute(handoff.update().where(handoff.c.id == standing["id"]).values(state="closed", closed_at=now))
    incidents.close(connection, conversation_id, now)
    _note(connection, conversation_id, staff, "handoff_released", standing["id"], now)
    events = _exchange(connection, conversation_id, standing["created_at"])
    if events:
        turns.add_trigger(connection, conversation_id, f"said_{standing['id']}", {"events": events}, now, kind="events")
    identifier = f"released_{standing['id']}"
    turns.add_trigger(connection, conversation_id, identifier, {"name": RELEASED, "handoff": standing["id"]}, now)
    return identifier


def _exchange(connection: Connection, conversation_id: str, since: datetime) -> list[dict[str, Any]]:
    """Return what staff and patient said to each other, in order, as events of the dialogue; empty when staff said nothing."""
    said = connection.execute(
        sa.select(outbox.c.created_at, outbox.c.body)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.purpose == "staff", outbox.c.created_at >= since)
        .order_by(outbox.c.position)
    )
    lines = [(row.created_at, "staff", row.body) for row in said]
    if not lines:
        return []
    heard = connection.execute(
        sa.select(message.c.received_at, message.c.body)
        .where(message.c.conversation_id == conversation_id, message.c.received_at > since, message.c.turn_id.is_not(None))
        .order_by(message.c.id)
    )
    lines += [(row.received_at, "patient", row.body) for row in heard if row.body.strip()]
    return [{"event": "bot", "text": body, "metadata": {"author": author}} for _, author, body in sorted(lines, key=lambda one: one[0])]


def _open(connection: Connection, conversation_id: str) -> RowMapping | None:
    query = sa.select(handoff).where(handoff.c.conversation_id == conversation_id, sa.text("handoff.state <> 'closed'"))
    row: RowMapping | None = connection.execute(query).mappings().first()
    return row


def _owner(connection: Connection, conversation_id: str) -> tuple[Owner, int]:
    row = connection.execute(
        sa.select(conversation.c.owner, conversation.c.owner_version).where(conversation.c.id == conversation_id).with_for_update()
    ).one()
    return Owner(row.owner), row.owner_version


def _raise_urgency(connection: Connection, standing: RowMapping, reason: str, urgency: str, summary: str, facts: Mapping[str, Any]) -> None:
    values: dict[str, Any] = {"facts": {**standing["facts"], **facts}}
    if URGENCIES.index(urgency) > URGENCIES.index(standing["urgency"]):
        values["urgency"] = urgency
    if reason == RED_FLAG:
        values["reason"] = reason
    if summary:
        values["summary"] = f"{standing['summary']}\n{summary}".strip()
    connection.execute(handoff.update().where(handoff.c.id == standing["id"]).values(**values))


def _forget_releases(connection: Connection, conversation_id: str, now: datetime) -> None:
    """A person has the conversation again before the bot resumed: it has nothing to resume any more."""
    connection.execute(
        turn.update()
        .where(turn.c.conversation_id == conversation_id, sa.text("turn.state = 'waiting'"), turn.c.id.like("released\\_%", escape="\\"))
        .values(state="done", done_at=now)
    )


def _note(connection: Connection, conversation_id: str, actor: str, what: str, handoff_id: str, now: datetime) -> None:
    connection.execute(
        audit.insert().values(at=now, conversation_id=conversation_id, actor=actor, what=what, detail={"handoff": handoff_id})
    )

"""Turns: what the dialogue is asked, one at a time per conversation, and always the same when it is asked again.

    messages ──form──▶ open ──▶ done | given_up        a turn of messages takes all that wait; its id is the last one's MessageSid
    trigger, events ──▶ waiting ──form──▶ open ──▶ …    they wait for their turn, and while people own the conversation

A turn's composition is stored before the dialogue sees it. A failed turn stays open with a later `next_try_at`; messages that come
meanwhile wait for the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.store import conversations, options
from bot.store.tables import conversation, incident, message, outbox, turn
from bot.types import Awaiting, Channel, Owner

# As the partial indexes are written, so that the planners use them.
_WAITS = sa.text("message.turn_id IS NULL AND NOT message.consumed")
_UNDER_WAY = sa.text("turn.state IN ('waiting', 'open')")

# Built once: a statement's construction and cache key cost more than SQLite takes to run it.
_MESSAGE_COLUMNS = (
    message.c.sid,
    message.c.body,
    message.c.media,
    message.c.received_at,
    message.c.screen_only,
    message.c.tapped,
    message.c.came_by,
    message.c.conversation_id,
)
_ROW = sa.select(conversation).where(conversation.c.id == sa.bindparam("conversation"))
_STANDING = (
    sa.select(turn).where(turn.c.conversation_id == sa.bindparam("conversation"), _UNDER_WAY).order_by(turn.c.created_at, turn.c.kind)
)
_WAITING = (
    sa.select(*_MESSAGE_COLUMNS)
    .where(message.c.conversation_id == sa.bindparam("conversation"), _WAITS)
    .order_by(message.c.received_at, message.c.id)
)
_OF_TURN = sa.select(*_MESSAGE_COLUMNS).where(message.c.turn_id == sa.bindparam("turn")).order_by(message.c.received_at, message.c.id)
_OPEN_INCIDENT = sa.select(incident.c.level).where(
    incident.c.conversation_id == sa.bindparam("conversation"), sa.text("incident.state = 'open'")
)
_LAST_QUESTION = (
    sa.select(outbox.c.state, outbox.c.first_tried_at)
    .where(outbox.c.conversation_id == sa.bindparam("conversation"), outbox.c.awaiting != Awaiting.NONE.value)
    .order_by(outbox.c.position.desc())
    .limit(1)
)
_ADD = turn.insert()
_TAKEN = message.update().where(message.c.sid == sa.bindparam("of_sid")).values(turn_id=sa.bindparam("of_turn"))
_FINISHED = turn.update().where(turn.c.id == sa.bindparam("of_turn")).values(state=sa.bindparam("to_state"), done_at=sa.bindparam("at"))


@dataclass(frozen=True)
class StoredMessage:
    """A patient's message as the inbox keeps it, whole.

    `meant` are the words that a tap stands for, `stale` says that they answer no open question; `came_by` is the thread of another
    channel in which it was written.
    """

    sid: str
    body: str
    media: Sequence[Mapping[str, str]]
    received_at: datetime
    screen_only: bool
    meant: str | None = None
    stale: bool = False
    came_by: str | None = None

    @property
    def words(self) -> str:
        """What the patient says: the words of a tap, or what was written."""
        return self.body if self.meant is None else self.meant


@dataclass(frozen=True)
class Held:
    """A turn that this worker holds, with everything needed to decide on it. `incident_level` is the open incident's, if any.

    `channel`, `line` and `address` are where it is answered: the conversation's own, or the text thread that the last message came by.
    """

    id: str
    kind: str
    payload: Mapping[str, Any] | None
    attempts: int
    created_at: datetime
    messages: tuple[StoredMessage, ...]
    unseen_question: bool
    incident_level: str | None
    conversation_id: str
    channel: Channel
    line: str
    address: str
    owner: Owner
    owner_version: int
    worker: str
    fence: int


STILL_UNCHANGED = "still_unchanged"
"""The sentence that waits for a patient's silence."""


def add_trigger(
    connection: Connection, conversation_id: str, identifier: str, payload: Mapping[str, Any], now: datetime, kind: str = "trigger"
) -> None:
    """Queue a trigger (or `kind="events"`) for a conversation; `identifier` becomes the turn's id and makes adding it twice harmless."""
    if connection.scalar(sa.select(turn.c.id).where(turn.c.id == identifier)) is None:
        connection.execute(
            turn.insert().values(
                id=identifier, conversation_id=conversation_id, kind=kind, payload=payload, state="waiting", next_try_at=now, created_at=now
            )
        )


def due(connection: Connection, now: datetime, limit: int = 500) -> list[str]:
    """Return conversations that have work nobody holds, longest waiting first: what a wake-up may have missed."""
    later = (
        sa.select(sa.literal_column("1"))
        .where(turn.c.conversation_id == conversation.c.id, sa.text("turn.state = 'open'"), turn.c.next_try_at > now)
        .exists()
    )
    texts = (
        sa.select(message.c.conversation_id.label("id"), sa.func.min(message.c.received_at).label("since"))
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(_WAITS, conversations.free(now), sa.not_(later))
        .group_by(message.c.conversation_id)
    )
    turns = (
        sa.select(turn.c.conversation_id.label("id"), sa.func.min(turn.c.created_at).label("since"))
        .join(conversation, conversation.c.id == turn.c.conversation_id)
        .where(_UNDER_WAY, turn.c.next_try_at <= now, conversations.free(now))
        .where(sa.or_(turn.c.state == "open", conversation.c.owner == Owner.BOT.value))
        .group_by(turn.c.conversation_id)
    )
    found = sa.union_all(texts, turns).subquery()
    query = sa.select(found.c.id).group_by(found.c.id).order_by(sa.func.min(found.c.since)).limit(limit)
    return list(connection.scalars(query))


def take(connection: Connection, conversation_id: str, worker: str, now: datetime, seconds: float) -> Held | None:
    """Lease a conversation and form or resume its turn; None when somebody holds it or nothing is to be done now."""
    fence = conversations.lease(connection, conversation_id, worker, now, seconds)
    if fence is None:
        return None
    held = next_turn(connection, conversation_row(connection, conversation_id), now)
    if held is None:
        conversations.release(connection, conversation_id, worker, fence)
    return held


def conversation_row(connection: Connection, conversation_id: str) -> RowMapping:
    """Return a conversation's row as it stands."""
    return connection.execute(_ROW, {"conversation": conversation_id}).mappings().one()


def anything_waits(connection: Connection, conversation_id: str) -> bool:
    """Whether the conversation has messages or turns that `next_turn` might take up."""
    values = {"conversation": conversation_id}
    return bool(connection.execute(_STANDING, values).first() or connection.execute(_WAITING, values).first())


def next_turn(connection: Connection, row: RowMapping, now: datetime) -> Held | None:
    """Form or resume the turn of a conversation that is held; `row` is its row as it stands. Counts the attempt."""
    standing = connection.execute(_STANDING, {"conversation": row["id"]}).mappings().all()
    resumed = next((one for one in standing if one["state"] == "open"), None)
    if resumed is not None:
        if resumed["next_try_at"] > now:
            return None
        connection.execute(turn.update().where(turn.c.id == resumed["id"]).values(attempts=resumed["attempts"] + 1))
        return _held(connection, row, resumed, _messages(connection, _OF_TURN, turn=resumed["id"]))
    waiting = waiting_messages(connection, row["id"])
    trigger = next((one for one in standing if one["next_try_at"] <= now), None) if row["owner"] == Owner.BOT.value else None
    if trigger is not None and not (waiting and waiting[0].received_at < trigger["created_at"]):
        connection.execute(turn.update().where(turn.c.id == trigger["id"]).values(state="open", attempts=trigger["attempts"] + 1))
        return _held(connection, row, trigger, ())
    return _formed(connection, row, waiting, now) if waiting else None


def _formed(connection: Connection, row: RowMapping, waiting: tuple[StoredMessage, ...], now: datetime) -> Held:
    values: dict[str, Any] = {"id": waiting[-1].sid, "kind": "messages", "payload": None, "attempts": 1, "created_at": now}
    connection.execute(_ADD, {"conversation_id": row["id"], "state": "open", "next_try_at": now, **values})
    connection.execute(_TAKEN, [{"of_sid": one.sid, "of_turn": values["id"]} for one in waiting])
    return _held(connection, row, {**values, "attempts": 0}, waiting)


def _held(connection: Connection, row: RowMapping, stored: Mapping[str, Any], messages: tuple[StoredMessage, ...]) -> Held:
    level = connection.scalar(_OPEN_INCIDENT, {"conversation": row["id"]})
    asked = row["awaiting"] != Awaiting.NONE.value
    unseen = bool(messages) and asked and _unseen(connection, row["id"], messages[0].received_at)
    where = row
    if messages and messages[-1].came_by:
        where = connection.execute(_ROW, {"conversation": messages[-1].came_by}).mappings().one()
    return Held(
        id=stored["id"],
        kind=stored["kind"],
        payload=stored["payload"],
        attempts=stored["attempts"] + 1,
        created_at=stored["created_at"],
        messages=messages,
        unseen_question=unseen or any(one.stale for one in messages),
        incident_level=level,
        conversation_id=row["id"],
        channel=Channel(where["channel"]),
        line=where["line"],
        address=where["address"],
        owner=Owner(row["owner"]),
        owner_version=row["owner_version"],
        worker=row["lease_owner"],
        fence=row["lease_fence"],
    )


def _messages(connection: Connection, query: sa.sql.Select, **values: str) -> tuple[StoredMessage, ...]:
    rows = connection.execute(query, values).all()
    return tuple(_message(connection, row) for row in rows)


def _message(connection: Connection, row: Any) -> StoredMessage:
    plain = StoredMessage(row.sid, row.body, row.media or (), row.received_at, row.screen_only, came_by=row.came_by)
    if row.tapped is None:
        return plain
    found = options.meaning(connection, row.conversation_id, row.tapped)
    return replace(plain, meant=found.words, stale=found.stale)


def waiting_messages(connection: Connection, conversation_id: str) -> tuple[StoredMessage, ...]:
    """Return the messages that no turn has taken yet, in order."""
    return _messages(connection, _WAITING, conversation=conversation_id)


def unanswered(connection: Connection, conversation_id: str) -> tuple[tuple[StoredMessage, ...], bool]:
    """Return the messages that no turn has taken yet, in order, and whether a question is open."""
    asked = connection.scalar(sa.select(conversation.c.awaiting).where(conversation.c.id == conversation_id))
    return waiting_messages(connection, conversation_id), asked not in (None, Awaiting.NONE.value, Awaiting.FREE_TEXT.value)


def _unseen(connection: Connection, conversation_id: str, received_at: datetime) -> bool:
    """Whether the conversation's last question cannot have been read when that message was written.

    A question counts as shown from the start of the try in which the carrier took it: the answer of a fast machine may be stored
    before the sender has written down that the carrier said yes.
    """
    question = connection.execute(_LAST_QUESTION, {"conversation": conversation_id}).first()
    if question is None:
        return False
    shown = question.state in ("sending", "handed") and question.first_tried_at is not None
    return not shown or received_at < question.first_tried_at


def supersede_unsent_questions(connection: Connection, conversation_id: str) -> list[str]:
    """Withdraw the bot's questions that no carrier has been given, and what was to be said of a silence: a later turn has come instead.

    A text that also states something keeps its statement. Returns the bodies that are not sent as they were written.
    """
    unsent = (
        sa.select(outbox.c.id, outbox.c.body, outbox.c.statement)
        .where(outbox.c.conversation_id == conversation_id, sa.text("outbox.state = 'queued'"), outbox.c.attempts == 0)
        .where(
            sa.or_(sa.and_(outbox.c.purpose == "answer", outbox.c.awaiting != Awaiting.NONE.value), outbox.c.response == STILL_UNCHANGED)
        )
    )
    rows = connection.execute(unsent).all()
    for row in rows:
        kept: dict[str, Any] = {"state": "superseded"}
        if row.statement:
            kept = {"body": row.statement, "awaiting": Awaiting.NONE.value, "statement": None, "options": None, "template": None}
        # A sender may have taken it since.
        still = outbox.update().where(outbox.c.id == row.id, outbox.c.state == "queued", outbox.c.attempts == 0)
        connection.execute(still.values(**kept))
    return [row.body for row in rows if not row.statement]


def finish(connection: Connection, turn_id: str, state: str, now: datetime) -> None:
    """End an open turn as `done` or `given_up`."""
    connection.execute(_FINISHED, {"of_turn": turn_id, "to_state": state, "at": now})


def explain(connection: Connection, turn_id: str, explanation: Mapping[str, Any]) -> None:
    """Keep what decided a turn's answer. The explanation holds no message text, name, number or birth date."""
    connection.execute(turn.update().where(turn.c.id == turn_id).values(explanation=dict(explanation)))


def postpone(connection: Connection, turn_id: str, until: datetime, state: str = "open") -> None:
    """Try a turn again at `until`; a refused trigger goes back to `waiting` and lets messages pass."""
    connection.execute(turn.update().where(turn.c.id == turn_id).values(state=state, next_try_at=until))

"""The inbox: one transaction takes a message from the carrier for good, and the webhook may be answered.

What happens to a message is decided here once and stands in its row: `consumed` needs nothing more (a carrier's word, an empty text),
`screen_only` needs the safety screen and no answer, everything else waits for a turn.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.ids import new_id
from bot.store import consents
from bot.store.tables import consent, conversation, message, outbox, staff_task
from bot.types import Awaiting, Channel, InboundMessage
from bot.words import MAY_MEAN_THE_VISIT, OUT, Keyword, keyword, single_word

log = logging.getLogger(__name__)

ANSWERED_WITHIN = timedelta(hours=24)
"""How long a text answers what a WhatsApp conversation asked by text."""

LOCATION = "location"
"""The type of a place on the map among a message's media; its address is a geo URI (RFC 5870)."""

# PostgreSQL stores neither NUL nor half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Accepted:
    """What became of a message. `duplicate`: it was here before and nothing changed; `needs_turn`: a worker should be woken."""

    conversation_id: str
    duplicate: bool
    needs_turn: bool


@dataclass(frozen=True)
class _Fate:
    consumed: bool = False
    screen_only: bool = False
    opted_out: bool | None = None
    tasks: tuple[tuple[str, Mapping[str, Any]], ...] = ()


def accept(connection: Connection, inbound: InboundMessage, now: datetime) -> Accepted:
    """Store a message with its conversation and what its word did to consent. Repeating a MessageSid changes nothing."""
    own = open_conversation(connection, inbound.channel.value, inbound.line, inbound.address, now)
    conversation_id = _asked_by(connection, own, now) if inbound.channel is Channel.SMS else own
    if inbound.reacts_to is not None:
        inbound = replace(inbound, body=_reaction(connection, inbound.body, inbound.reacts_to))
    fate = _fate(inbound, opted_out=is_opted_out(connection, inbound.channel.value, inbound.line, inbound.address))
    stored = connection.execute(
        _insert(connection, message)
        .values(
            sid=inbound.sid,
            conversation_id=conversation_id,
            body=storable(inbound.body),
            media=[_storable_fields(item) for item in inbound.media] or None,
            fields=_storable_fields(inbound.fields),
            received_at=now,
            consumed=fate.consumed,
            screen_only=fate.screen_only,
            tapped=inbound.tapped,
            came_by=None if conversation_id == own else own,
        )
        .on_conflict_do_nothing(index_elements=["sid"])
    )
    if not stored.rowcount:
        return Accepted(conversation_id, duplicate=True, needs_turn=False)
    connection.execute(conversation.update().where(conversation.c.id == own).values(last_inbound_at=now))
    if fate.opted_out is not None:
        set_consent(connection, inbound.channel.value, inbound.line, inbound.address, opted_out=fate.opted_out, source=inbound.sid, now=now)
    for kind, detail in fate.tasks:
        connection.execute(
            staff_task.insert().values(
                id=new_id("task"),
                conversation_id=conversation_id,
                kind=kind,
                detail=detail,
                dedupe_key=f"{kind}:{inbound.sid}",
                created_at=now,
            )
        )
    return Accepted(conversation_id, duplicate=False, needs_turn=not fate.consumed)


def _asked_by(connection: Connection, thread: str, now: datetime) -> str:
    """Return the conversation that a text belongs to: the WhatsApp one that asked by text and still waits, or the thread's own."""
    asking: str | None = connection.scalar(sa.select(conversation.c.answers_for).where(conversation.c.id == thread))
    if asking is None:
        return thread
    awaited = connection.scalar(sa.select(conversation.c.awaiting).where(conversation.c.id == asking))
    question = connection.execute(
        sa.select(outbox.c.channel, outbox.c.created_at)
        .where(outbox.c.conversation_id == asking, outbox.c.awaiting != Awaiting.NONE.value)
        .order_by(outbox.c.position.desc())
        .limit(1)
    ).first()
    by_text = question is not None and question.channel == Channel.SMS.value and now - question.created_at < ANSWERED_WITHIN
    if by_text and awaited != Awaiting.NONE.value:
        return asking
    connection.execute(conversation.update().where(conversation.c.id == thread).values(answers_for=None))
    return thread


def _reaction(connection: Connection, emoji: str, sid: str) -> str:
    """Return a reaction as telephones write it into a text, with the words it was for; an empty one, taken back, says nothing."""
    if not emoji.strip():
        return ""
    quoted = connection.scalar(sa.select(outbox.c.body).where(outbox.c.sid == sid)) or ""
    return f'{emoji.strip()} to "{quoted}"'


def storable(text: str) -> str:
    """Return the text with the characters that no database takes replaced by U+FFFD."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_opted_out(connection: Connection, channel: str, line: str, address: str) -> bool:
    """Whether this address has opted out of this line."""
    choice = consents.standing(connection, channel, line, address)
    return choice is not None and bool(choice.opted_out)


def set_consent(connection: Connection, channel: str, line: str, address: str, *, opted_out: bool, source: str, now: datetime) -> None:
    """Record an opt-out or an opt-in; `source` is the MessageSid, turn or staff member that changed it."""
    values = {"opted_out": opted_out, "source": source, "changed_at": now}
    consents.forget_digest(connection, channel, line, address)
    connection.execute(
        _insert(connection, consent)
        .values(channel=channel, line=line, address=address, **values)
        .on_conflict_do_update(index_elements=["channel", "line", "address"], set_=values)
    )


def _fate(inbound: InboundMessage, *, opted_out: bool) -> _Fate:
    word = single_word(inbound.body)
    found = keyword(inbound.body, inbound.opt_out_type, opted_out=opted_out)
    # A word that stands alone says nothing else; longer texts that the carrier took for a word are screened for danger.
    alone = word is not None and not inbound.media
    tasks: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    if inbound.media:
        types = [item.get("type", "") for item in inbound.media]
        tasks = ((media_kind(types), {"message": inbound.sid, "types": types}),)
    if found is Keyword.OUT:
        if word in MAY_MEAN_THE_VISIT or word not in OUT:
            tasks += (("opted_out_maybe_visit", {"message": inbound.sid, "word": word}),)
        return _Fate(consumed=alone, screen_only=not alone, opted_out=True, tasks=tasks)
    if found is Keyword.BACK_IN:
        return _Fate(consumed=alone, screen_only=not alone, opted_out=False, tasks=tasks)
    if found is Keyword.HELP:
        return _Fate(screen_only=True, tasks=tasks)
    return _Fate(consumed=not inbound.body.strip() and not inbound.media, tasks=tasks)


def media_kind(types: Sequence[str]) -> str:
    """Return what media of these MIME types are to staff: `voice_note`, `location` or `media`."""
    if types and all(one.startswith("audio/") for one in types):
        return "voice_note"
    return "location" if types and all(one == LOCATION for one in types) else "media"


def open_conversation(connection: Connection, channel: str, line: str, address: str, now: datetime) -> str:
    """Return the id of the conversation of this line and address, making it when there is none."""
    key = {"channel": channel, "line": line, "address": address}
    query = sa.select(conversation.c.id).where(*(conversation.c[name] == value for name, value in key.items()))
    known: str | None = connection.scalar(query)
    if known is not None:
        return known
    connection.execute(
        _insert(connection, conversation)
        .values(id=new_id("cv"), created_at=now, **key)
        .on_conflict_do_nothing(index_elements=["channel", "line", "address"])
    )
    # Read again: another process may have been first.
    identifier: str = connection.execute(query).scalar_one()
    return identifier


def _insert(connection: Connection, table: sa.Table) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _storable_fields(fields: Mapping[str, str]) -> dict[str, str]:
    return {storable(name): storable(value) for name, value in fields.items()}

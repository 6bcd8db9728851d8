"""Incidents: what the safety screen found in a conversation. One is open at a time; its level rises and never falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.ids import new_id
from bot.store.tables import incident

RANK = {"none": 0, "urgent": 1, "emergency": 2, "crisis": 3}


@dataclass(frozen=True)
class Sign:
    """One finding in one message. `patterns` names the rules that matched, never the words."""

    message_sid: str
    level: str
    category: str
    patterns: Sequence[str]


@dataclass(frozen=True)
class Noted:
    """The open incident after a sign was noted; `rose` when it was opened by it or went up a level."""

    id: str
    level: str
    rose: bool


def note(connection: Connection, conversation_id: str, signs: Sequence[Sign], now: datetime) -> Noted:
    """Add signs to the conversation's incident, opening it if there is none. The same message is noted once."""
    worst = max(signs, key=lambda sign: RANK[sign.level])
    events = [
        {
            "at": now.isoformat(),
            "message_sid": sign.message_sid,
            "level": sign.level,
            "category": sign.category,
            "patterns": list(sign.patterns),
        }
        for sign in signs
    ]
    standing = connection.execute(sa.select(incident).where(_is_open(conversation_id))).mappings().first()
    if standing is None:
        identifier = new_id("in")
        connection.execute(
            incident.insert().values(
                id=identifier,
                conversation_id=conversation_id,
                level=worst.level,
                category=worst.category,
                message_sid=worst.message_sid,
                events=events,
                opened_at=now,
            )
        )
        return Noted(identifier, worst.level, rose=True)
    rose = RANK[worst.level] > RANK[standing["level"]]
    known = {(event["message_sid"], event["level"], event["category"]) for event in standing["events"]}
    fresh = [event for event in events if (event["message_sid"], event["level"], event["category"]) not in known]
    values = {"events": [*standing["events"], *fresh], **({"level": worst.level, "category": worst.category} if rose else {})}
    connection.execute(incident.update().where(incident.c.id == standing["id"]).values(**values))
    return Noted(standing["id"], values.get("level", standing["level"]), rose)


def open_category(connection: Connection, conversation_id: str) -> str | None:
    """Return what the open incident is about, or None without one."""
    category: str | None = connection.scalar(sa.select(incident.c.category).where(_is_open(conversation_id)))
    return category


def close(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Close the open incident, if any: a person has dealt with it."""
    connection.execute(incident.update().where(_is_open(conversation_id)).values(state="closed", closed_at=now))


def _is_open(conversation_id: str) -> sa.sql.ClauseElement:
    return sa.and_(incident.c.conversation_id == conversation_id, sa.text("incident.state = 'open'"))

"""Incidents: what the safety screen found in a conversation. One is open at a time; its level rises and never falls.

Whoever writes to patients of the clinic's own accord asks `open_incident` first: an open one stops outreach and the survey's review link,
and a private one stops every copy to a caregiver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.ids import new_id
from bot.store.tables import conversation, incident

RANK = {"none": 0, "urgent": 1, "emergency": 2, "crisis": 3}
UNTRACED = frozenset({"abuse"})
"""Categories whose texts leave no trace of what was said: another person may read the phone (see the safety table)."""
PRIVATE = UNTRACED | {"self_harm"}
"""Categories of which no caregiver hears, and before whose call staff must think: safe to call? unknown, leave no message."""


@dataclass(frozen=True)
class Sign:
    """One finding in one message. `patterns` names the rules that matched, never the words.

    `language` is `en` or `es`; `about` is `self`, or `other` when the message speaks of someone else.
    """

    message_sid: str
    level: str
    category: str
    patterns: Sequence[str]
    language: str = "en"
    about: str = "self"


@dataclass(frozen=True)
class Noted:
    """The open incident after signs were noted.

    `rose`: it was opened by them or went up a level. `alarming`: that, or an emergency of a kind that it did not hold before.
    """

    id: str
    level: str
    rose: bool
    alarming: bool


@dataclass(frozen=True)
class OpenIncident:
    """An incident that no person has closed. `categories` are all that were found, the first found first."""

    id: str
    conversation_id: str
    level: str
    categories: tuple[str, ...]
    language: str
    opened_at: datetime
    call_back_by: datetime | None
    acknowledged_at: datetime | None

    @property
    def untraced(self) -> bool:
        """May a text not say what it is about?"""
        return not UNTRACED.isdisjoint(self.categories)

    @property
    def private(self) -> bool:
        """Must no caregiver hear of it?"""
        return not PRIVATE.isdisjoint(self.categories)


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
            "language": sign.language,
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
        return Noted(identifier, worst.level, rose=True, alarming=True)
    rose = RANK[worst.level] > RANK[standing["level"]]
    known = {(event["message_sid"], event["level"], event["category"]) for event in standing["events"]}
    fresh = [event for event in events if (event["message_sid"], event["level"], event["category"]) not in known]
    values = {"events": [*standing["events"], *fresh], **({"level": worst.level, "category": worst.category} if rose else {})}
    connection.execute(incident.update().where(incident.c.id == standing["id"]).values(**values))
    before = {event["category"] for event in standing["events"]}
    grave = [sign for sign in signs if RANK[sign.level] >= RANK["emergency"]]
    alarming = rose or any(sign.category not in before for sign in grave)
    return Noted(standing["id"], values.get("level", standing["level"]), rose, alarming)


def open_incident(
    connection: Connection, *, conversation_id: str | None = None, patient: str | None = None, address: str | None = None
) -> OpenIncident | None:
    """Return the gravest open incident of a conversation, of a patient (FHIR reference) on any conversation, or of a patient's address.

    Several may be given; any of them counts. Raises ValueError when none is.
    """
    sought = {conversation.c.id: conversation_id, conversation.c.patient: patient, conversation.c.address: address}
    wheres = [column == value for column, value in sought.items() if value is not None]
    if not wheres:
        raise ValueError("neither a conversation nor a patient nor an address was given; give one of them")
    query = sa.select(incident).join(conversation, conversation.c.id == incident.c.conversation_id)
    rows = connection.execute(query.where(sa.text("incident.state = 'open'"), sa.or_(*wheres))).mappings().all()
    return _read(max(rows, key=lambda row: RANK[row["level"]])) if rows else None


def waiting_for_somebody(connection: Connection) -> list[OpenIncident]:
    """Return the open incidents that nobody has acknowledged, the oldest first."""
    query = sa.select(incident).where(sa.text("incident.state = 'open'"), incident.c.acknowledged_at.is_(None))
    return [_read(row) for row in connection.execute(query.order_by(incident.c.opened_at)).mappings()]


def acknowledge(connection: Connection, identifier: str, who: str, now: datetime) -> bool:
    """Record that a person has the incident: pages end. Returns False when it is not open or somebody has it already."""
    unclaimed = sa.and_(incident.c.id == identifier, incident.c.state == "open", incident.c.acknowledged_at.is_(None))
    changed = connection.execute(incident.update().where(unclaimed).values(acknowledged_at=now, acknowledged_by=who, next_page_at=None))
    return bool(changed.rowcount)


def acknowledge_all_of(connection: Connection, conversation_id: str, who: str, now: datetime) -> None:
    """The same for a conversation's open incident, if there is one that nobody has."""
    standing = open_incident(connection, conversation_id=conversation_id)
    if standing is not None:
        acknowledge(connection, standing.id, who, now)


def close(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Close the open incident, if any: a person has dealt with it."""
    connection.execute(incident.update().where(_is_open(conversation_id)).values(state="closed", closed_at=now, next_page_at=None))


def _read(row: RowMapping) -> OpenIncident:
    events = row["events"]
    return OpenIncident(
        id=row["id"],
        conversation_id=row["conversation_id"],
        level=row["level"],
        categories=tuple(dict.fromkeys(event["category"] for event in events)),
        language=events[-1].get("language", "en"),
        opened_at=row["opened_at"],
        call_back_by=row["call_back_by"],
        acknowledged_at=row["acknowledged_at"],
    )


def _is_open(conversation_id: str) -> sa.sql.ClauseElement:
    return sa.and_(incident.c.conversation_id == conversation_id, sa.text("incident.state = 'open'"))

"""Who may work on a conversation, and who answers it.

The lease says which worker holds a conversation and until when; each taking raises the fence, a number that the holder shows with every
write. A worker that slept through its lease finds a higher fence and writes nothing (`StaleLease`). The owner says who talks to the
patient; every change compares `owner_version` and raises it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.store.tables import conversation
from bot.types import Owner


class StaleLease(Exception):
    """Another worker holds the conversation now; whatever this one knows about it is out of date."""


class OwnerChanged(Exception):
    """Somebody else changed the conversation's owner first; read it again and decide anew."""


def lease(connection: Connection, conversation_id: str, owner: str, now: datetime, seconds: float) -> int | None:
    """Take the conversation for that long and return the fence; None while anybody, this worker too, holds it or it does not exist."""
    taken = connection.execute(
        conversation.update()
        .where(conversation.c.id == conversation_id, free(now))
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), lease_fence=conversation.c.lease_fence + 1)
    )
    if not taken.rowcount:
        return None
    fence: int = connection.scalar(sa.select(conversation.c.lease_fence).where(conversation.c.id == conversation_id))
    return fence


def renew(connection: Connection, conversation_id: str, owner: str, fence: int, now: datetime, seconds: float) -> None:
    """Hold the conversation that long from now. Raises StaleLease."""
    write(connection, conversation_id, owner, fence, {"lease_until": now + timedelta(seconds=seconds)})


def release(connection: Connection, conversation_id: str, owner: str, fence: int) -> None:
    """Give the conversation back. Raises StaleLease."""
    write(connection, conversation_id, owner, fence, RELEASED)


RELEASED: Mapping[str, Any] = {"lease_owner": None, "lease_until": None}


def free(now: datetime) -> sa.sql.ClauseElement:
    """The condition that nobody holds a conversation."""
    return sa.or_(conversation.c.lease_until.is_(None), conversation.c.lease_until <= now)


def held(connection: Connection, conversation_id: str, owner: str, fence: int) -> RowMapping:
    """Return the conversation's row, locked until the end of the transaction. Raises StaleLease unless this fence holds it."""
    row = connection.execute(sa.select(conversation).where(_held(conversation_id, owner, fence)).with_for_update()).mappings().first()
    if row is None:
        raise StaleLease(f"conversation {conversation_id} is no longer held with fence {fence}")
    return row


def write(connection: Connection, conversation_id: str, owner: str, fence: int, values: Mapping[str, Any]) -> None:
    """Change the row of a conversation that is held. Raises StaleLease."""
    changed = connection.execute(conversation.update().where(_held(conversation_id, owner, fence)).values(**values))
    if not changed.rowcount:
        raise StaleLease(f"conversation {conversation_id} is no longer held with fence {fence}")


def _held(conversation_id: str, owner: str, fence: int) -> sa.sql.ClauseElement:
    return sa.and_(conversation.c.id == conversation_id, conversation.c.lease_owner == owner, conversation.c.lease_fence == fence)


def change_owner(connection: Connection, conversation_id: str, to: Owner, expected_version: int) -> int:
    """Give the conversation to another owner and return its version. Raises OwnerChanged when the version has moved on."""
    changed = connection.execute(
        conversation.update()
        .where(conversation.c.id == conversation_id, conversation.c.owner_version == expected_version)
        .values(owner=to.value, owner_version=expected_version + 1)
    )
    if not changed.rowcount:
        raise OwnerChanged(f"conversation {conversation_id} is past version {expected_version}; read it again")
    return expected_version + 1

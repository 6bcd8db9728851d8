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

_THIS = conversation.c.id == sa.bindparam("of")
_UNHELD = sa.or_(conversation.c.lease_until.is_(None), conversation.c.lease_until <= sa.bindparam("at"))
# Built once; see bot.store.turns.
_LEASE = (
    conversation.update()
    .where(_THIS, _UNHELD)
    .values(lease_owner=sa.bindparam("by"), lease_until=sa.bindparam("until"), lease_fence=conversation.c.lease_fence + 1)
)
_FENCE = sa.select(conversation.c.lease_fence).where(_THIS)
_MINE = sa.and_(_THIS, conversation.c.lease_owner == sa.bindparam("by"), conversation.c.lease_fence == sa.bindparam("fence"))
_HELD = sa.select(conversation).where(_MINE).with_for_update()
_WRITE = conversation.update().where(_MINE)


class StaleLease(Exception):
    """Another worker holds the conversation now; whatever this one knows about it is out of date."""


class OwnerChanged(Exception):
    """Somebody else changed the conversation's owner first; read it again and decide anew."""


def lease(connection: Connection, conversation_id: str, owner: str, now: datetime, seconds: float) -> int | None:
    """Take the conversation for that long and return the fence; None while anybody, this worker too, holds it or it does not exist."""
    values = {"of": conversation_id, "at": now, "by": owner, "until": now + timedelta(seconds=seconds)}
    if not connection.execute(_LEASE, values).rowcount:
        return None
    fence: int = connection.scalar(_FENCE, {"of": conversation_id})
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
    row = connection.execute(_HELD, {"of": conversation_id, "by": owner, "fence": fence}).mappings().first()
    if row is None:
        raise StaleLease(f"conversation {conversation_id} is no longer held with fence {fence}")
    return row


def write(connection: Connection, conversation_id: str, owner: str, fence: int, values: Mapping[str, Any]) -> None:
    """Change the row of a conversation that is held. Raises StaleLease."""
    changed = connection.execute(_WRITE, {"of": conversation_id, "by": owner, "fence": fence, **values})
    if not changed.rowcount:
        raise StaleLease(f"conversation {conversation_id} is no longer held with fence {fence}")


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

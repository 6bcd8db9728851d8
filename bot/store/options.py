"""What a tap stands for.

A question that may be answered by a tap keeps its options in its row of the outbox: opaque ids, which the carrier gives back, with the
words that a patient would type instead. Buttons stay on a telephone for ever, so a tap may belong to a question of last week: it is
read as its words, and marked as stale when another question has been asked since or the answer was already given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import conversation, outbox
from bot.types import Awaiting, Option

LOOKED_AT = 50
"""Questions of a conversation among which a tapped one is looked for, the latest first."""


@dataclass(frozen=True)
class Meaning:
    """The words a tap stands for; `stale` when they answer no question that is open. `words` is None for an id nobody knows."""

    words: str | None
    stale: bool


def meaning(connection: Connection, conversation_id: str, tapped: str) -> Meaning:
    """Return what a tapped id stands for in a conversation."""
    asked = (
        sa.select(outbox.c.options, outbox.c.awaiting)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.awaiting != Awaiting.NONE.value)
        .order_by(outbox.c.position.desc())
        .limit(LOOKED_AT)
    )
    awaited = connection.scalar(sa.select(conversation.c.awaiting).where(conversation.c.id == conversation_id))
    for position, row in enumerate(connection.execute(asked)):
        for option in row.options or ():
            if option["id"] == tapped:
                return Meaning(option["value"], stale=position > 0 or awaited == Awaiting.NONE.value)
    return Meaning(None, stale=True)


def shown(options: list[Mapping[str, str]] | None) -> tuple[Option, ...]:
    """Return a row's options as a carrier shows them."""
    return tuple(Option(one["id"], one["title"], one.get("description") or "") for one in options or ())

"""Whether the line may write to somebody of its own accord: not while an incident is open, and not after an opt-out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.context import Context
from bot.store import incidents
from bot.store.tables import consent, conversation


async def incident_is_open(context: Context, conversation_id: str) -> bool:
    """Did the safety screen find something in this conversation that staff have not closed?"""

    def read(connection: Connection) -> bool:
        return incidents.open_incident(connection, conversation_id=conversation_id) is not None

    return await context.database.reading(read)


async def may_write_first(context: Context, conversation_id: str) -> bool:
    """May the line ask something on this conversation of its own accord?"""

    def opted_out(connection: Connection) -> bool:
        same = sa.and_(
            consent.c.channel == conversation.c.channel, consent.c.line == conversation.c.line, consent.c.address == conversation.c.address
        )
        query = sa.select(consent.c.opted_out).join(conversation, same).where(conversation.c.id == conversation_id)
        return bool(connection.execute(query).scalar())

    return not await context.database.reading(opted_out) and not await incident_is_open(context, conversation_id)

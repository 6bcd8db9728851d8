"""What waits for people: conversations in the queue or with staff, and open tasks. And the way back to the bot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import handoff
from bot.store.tables import conversation, staff_task
from bot.store.tables import handoff as handoffs

WHO = "simulator"


def desk(connection: Connection) -> dict[str, Any]:
    """Return `{handoffs: [{conversation, number, reason, urgency, state, summary, since}], tasks: [{kind, count}]}`."""
    waiting = (
        sa.select(handoffs, conversation.c.address, conversation.c.owner)
        .join(conversation, conversation.c.id == handoffs.c.conversation_id)
        .where(handoffs.c.state != "closed")
        .order_by(handoffs.c.created_at)
    )
    tasks = (
        sa.select(staff_task.c.kind, sa.func.count().label("count"))
        .where(staff_task.c.state == "open")
        .group_by(staff_task.c.kind)
        .order_by(staff_task.c.kind)
    )
    return {
        "handoffs": [
            {
                "conversation": row["conversation_id"],
                "number": row["address"],
                "reason": row["reason"],
                "urgency": row["urgency"],
                "state": row["state"],
                "summary": row["summary"],
                "since": row["created_at"].isoformat(),
            }
            for row in connection.execute(waiting).mappings()
        ],
        "tasks": [dict(row) for row in connection.execute(tasks).mappings()],
    }


def give_back(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Give a conversation back to the bot, as staff would. Raises OwnerChanged when the bot has it, LookupError when there is none."""
    version = connection.scalar(sa.select(conversation.c.owner_version).where(conversation.c.id == conversation_id))
    if version is None:
        raise LookupError(conversation_id)
    handoff.release(connection, conversation_id, WHO, version, now)

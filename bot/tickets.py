"""Closing a card of staff's with what came of it, told to the patient on the thread that it came from."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.outbox import Draft, put
from bot.store.tables import audit, conversation, staff_task
from bot.types import Channel


class TicketError(Exception):
    """The card cannot be closed. The message names it and the remedy."""


def settle(connection: Connection, task_id: str, staff: str, outcome: str, say: str | None, now: datetime) -> str | None:
    """Close a card; `outcome` is for the clinic, `say` for the patient, sent as staff's words. Returns the text's id in the outbox, if any.

    Raises TicketError when there is no such open card, or nobody to say it to.
    """
    task = connection.execute(sa.select(staff_task).where(staff_task.c.id == task_id)).mappings().first()
    if task is None:
        raise TicketError(f"there is no card {task_id}; give its id (task_…)")
    if task["state"] != "open":
        raise TicketError(f"card {task_id} was closed already; what was told then stands")
    thread = connection.execute(sa.select(conversation).where(conversation.c.id == task["conversation_id"])).mappings().first()
    if say and thread is None:
        raise TicketError(f"card {task_id} belongs to no conversation; leave out what is to be said and call the patient")
    told = {"by": staff, "outcome": outcome, "told": bool(say)}
    connection.execute(staff_task.update().where(staff_task.c.id == task_id).values(state="closed", outcome=told, closed_at=now))
    detail = {"task": task_id, "kind": task["kind"], "told": bool(say)}
    connection.execute(
        audit.insert().values(at=now, conversation_id=task["conversation_id"], actor=staff, what="task_closed", detail=detail)
    )
    if not say or thread is None:
        return None
    draft = Draft(
        conversation_id=thread["id"],
        turn_id=None,
        seq=0,
        purpose="staff",
        channel=Channel(thread["channel"]),
        line=thread["line"],
        address=thread["address"],
        body=say,
        dedupe_key=f"settled:{task_id}",
    )
    return put(connection, [draft], now)[0]

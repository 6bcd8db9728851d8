"""What the carrier reports about messages it has: status callbacks in any order, any number of times.

Each (MessageSid, MessageStatus) is stored once; `outbox.carrier_status` is the furthest of a message's reports and never moves
backwards. A report may come before the answer to the POST was stored: the outbox id in its URL ties it to its row.
"""

from __future__ import annotations

import logging
import random as randomness
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from bot import retry
from bot.ids import new_id
from bot.store.tables import consent, delivery_event, outbox, staff_task
from bot.types import Channel

log = logging.getLogger(__name__)

PROGRESS = (
    "accepted", "scheduled", "queued", "sending", "sent", "canceled", "failed", "undelivered", "partially_delivered", "delivered", "read",
)  # fmt: skip
"""Twilio's outbound statuses from the first to the furthest. `delivered` outranks a failure reported for the same message."""

FAILED = frozenset({"failed", "undelivered", "canceled"})
SILENT_PURPOSES = frozenset({"outreach"})


def apply_status(
    connection: Connection,
    sid: str,
    status: str,
    error_code: int | None,
    now: datetime,
    outbox_id: str | None = None,
    random: retry.Uniform = randomness.random,
) -> bool:
    """Store one status callback and move its row on. Returns False for a repetition or an unknown status.

    A failure that the retry table calls passing puts the message back into the outbox; the others end it and tell staff.
    """
    if status not in PROGRESS or not _record(connection, sid, status, error_code, now):
        return False
    row = _row_of(connection, sid, outbox_id)
    if row is None:
        return True
    if row["sid"] != sid:
        connection.execute(
            outbox.update()
            .where(outbox.c.id == row["id"])
            .values(state="handed", sid=sid, handed_at=now, claim_owner=None, claim_until=None, carrier_status=None, error_code=None)
        )
    settle(connection, row["id"], sid, now, random)
    return True


def _record(connection: Connection, sid: str, status: str, error_code: int | None, now: datetime) -> bool:
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(delivery_event)
    values = {"sid": sid, "status": status, "error_code": error_code, "at": now}
    return bool(connection.execute(insert.values(**values).on_conflict_do_nothing()).rowcount)


def _row_of(connection: Connection, sid: str, outbox_id: str | None) -> RowMapping | None:
    query = sa.select(outbox.c.id, outbox.c.sid, outbox.c.state)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    row = connection.execute(query.where(outbox.c.sid == sid)).mappings().first()
    if row is not None or outbox_id is None:
        return row
    row = connection.execute(query.where(outbox.c.id == outbox_id)).mappings().first()
    if row is None or row["sid"] == sid:
        return row
    # A late report of an earlier try that failed is not the try under way.
    gave_up = connection.scalar(sa.select(sa.func.count()).where(delivery_event.c.sid == sid, delivery_event.c.status.in_(sorted(FAILED))))
    first_try = row["sid"] is None and row["state"] in ("queued", "sending")
    return row if first_try or (row["state"] == "sending" and not gave_up) else None


def settle(connection: Connection, outbox_id: str, sid: str, now: datetime, random: retry.Uniform = randomness.random) -> None:
    """Bring a handed row up to the furthest stored report of its message."""
    row = connection.execute(sa.select(outbox).where(outbox.c.id == outbox_id)).mappings().one()
    reports = connection.execute(sa.select(delivery_event).where(delivery_event.c.sid == sid)).mappings().all()
    if row["sid"] != sid or not reports:
        return
    furthest = max(reports, key=lambda report: PROGRESS.index(report["status"]))
    if row["carrier_status"] is not None and PROGRESS.index(row["carrier_status"]) >= PROGRESS.index(furthest["status"]):
        return
    values = {"carrier_status": furthest["status"], "error_code": furthest["error_code"]}
    if row["state"] == "queued":
        # It waited to be sent again, and arrived after all.
        values |= {"state": "handed"}
    elif row["state"] != "handed":
        return
    connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(**values))
    if furthest["status"] in FAILED:
        _undelivered(connection, row, furthest["error_code"], now, random)


def _undelivered(connection: Connection, row: RowMapping, code: int | None, now: datetime, random: retry.Uniform) -> None:
    decision = retry.decide(200, code, max(row["attempts"], 1), random)
    if decision.verdict is retry.Verdict.NEEDS_TEMPLATE and row["channel"] == Channel.WHATSAPP.value:
        # Back to the sender, which knows the way around: a text, or a task.
        decision = retry.Decision(decision.verdict, timedelta())
    if decision.delay is not None:
        connection.execute(
            outbox.update().where(outbox.c.id == row["id"]).values(state="queued", first_tried_at=None, next_try_at=now + decision.delay)
        )
        return
    if decision.verdict is retry.Verdict.OPTED_OUT:
        opt_out(connection, row["channel"], row["line"], row["address"], now)
    report_unsent(connection, row["id"], decision.verdict.value, now)


def opt_out(connection: Connection, channel: str, line: str, address: str, now: datetime) -> None:
    """Record that the carrier knows this address as opted out (21610)."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(consent)
    values = {"opted_out": True, "source": "carrier:21610", "changed_at": now}
    connection.execute(
        insert.values(channel=channel, line=line, address=address, **values).on_conflict_do_update(
            index_elements=["channel", "line", "address"], set_=values, where=sa.not_(consent.c.opted_out)
        )
    )


def report_unsent(connection: Connection, outbox_id: str, reason: str, now: datetime) -> None:
    """Open a staff task for a message that did not reach its patient; one per conversation and reason while it is open.

    Outreach that an opted-out patient does not get is nobody's work. `reason` is a verdict of the retry table.
    """
    row = connection.execute(sa.select(outbox).where(outbox.c.id == outbox_id)).mappings().one()
    if reason == retry.Verdict.OPTED_OUT.value and row["purpose"] in (*SILENT_PURPOSES, "consent"):
        return
    same = sa.and_(
        staff_task.c.kind == "message_not_delivered", staff_task.c.state == "open", staff_task.c.conversation_id == row["conversation_id"]
    )
    for detail in connection.scalars(sa.select(staff_task.c.detail).where(same)):
        if detail["reason"] == reason:
            return
    connection.execute(
        staff_task.insert().values(
            id=new_id("task"),
            conversation_id=row["conversation_id"],
            kind="message_not_delivered",
            detail={"reason": reason, "code": row["error_code"], "outbox": outbox_id, "purpose": row["purpose"]},
            dedupe_key=f"message_not_delivered:{outbox_id}",
            created_at=now,
        )
    )
    log.warning("message %s was not delivered: %s, code %s", outbox_id, reason, row["error_code"])

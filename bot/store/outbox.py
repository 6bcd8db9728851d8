"""The outbox: every message the line owes somebody, from the transaction that decided it until the carrier has it.

    queued ──claim──▶ sending ──▶ handed          the carrier gave a MessageSid; callbacks move `carrier_status` on
      ▲                  │  │
      └──── postpone ────┘  ├──▶ refused          will never be sent; somebody at the clinic knows
                            └──▶ superseded       staff took over before it left

A row in `sending` whose claim has run out is *suspect*: its process died, or the carrier never answered. It is looked up at the carrier
before it is repeated. Within one (line, address) one row is in flight at a time, answers go before outreach, and each kind keeps the order
of writing; only a redelivery (a message the carrier took and could not deliver) holds nobody up. Delivery reports live in `delivery`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.ids import new_id
from bot.store import consents, delivery, window
from bot.store.incidents import open_incident
from bot.store.tables import conversation, outbox
from bot.types import Awaiting, Channel, OutboundMessage

WRITERS_LOCK = 0x6D656E64  # PostgreSQL advisory lock: positions are given out in the order of commits
CONFIRMATION_WINDOW = timedelta(minutes=5)
"""How long after an opt-out its one confirmation may still be sent (FCC, 47 CFR 64.1200(a)(12))."""

MAY_REACH_OPTED_OUT = frozenset({"consent", "safety", "page"})


@dataclass(frozen=True)
class Draft:
    """One message to be written. `purpose` is one of answer, consent, safety, staff, page, outreach.

    `owner_version` is the conversation's when the bot wrote it; None for what must go out whoever owns the conversation. `statement` is
    what of the body still holds when its question is withdrawn unsent. `options` ({id, title, value, description?}) may be tapped
    where the channel shows them; `not_before` holds it back until then; `template` ({name, variables, text}) says the same outside of
    WhatsApp's window.
    """

    conversation_id: str | None
    turn_id: str | None
    seq: int
    purpose: str
    channel: Channel
    line: str
    address: str
    body: str
    response: str | None = None
    awaiting: Awaiting = Awaiting.NONE
    owner_version: int | None = None
    dedupe_key: str | None = None
    state: str = "queued"
    statement: str | None = None
    options: Sequence[Mapping[str, str]] | None = None
    template: Mapping[str, Any] | None = None
    not_before: datetime | None = None


@dataclass(frozen=True)
class Due:
    """A row that may be claimed."""

    id: str
    line: str


@dataclass(frozen=True)
class Claimed:
    """A row this worker may send until its lease ends. `suspect`: an earlier try may have reached the carrier.

    `needs_template`: WhatsApp takes it only as an approved template, and it has none.
    """

    message: OutboundMessage
    purpose: str
    conversation_id: str | None
    attempts: int
    suspect: bool
    first_tried_at: datetime
    needs_template: bool = False


def put(connection: Connection, drafts: Sequence[Draft], now: datetime) -> list[str]:
    """Write drafts in order and return their ids.

    A draft whose `dedupe_key`, or whose turn and `seq`, is already there is not written again; the id of the one that stands is returned.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITERS_LOCK)))
    position = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(outbox.c.position), 0)))
    ids = []
    for draft in drafts:
        standing = _standing(connection, draft)
        if standing is not None:
            ids.append(standing)
            continue
        position += 1
        identifier = new_id("ob")
        values = {**vars(draft), "channel": draft.channel.value, "awaiting": draft.awaiting.value}
        due_at = values.pop("not_before") or now
        connection.execute(outbox.insert().values(id=identifier, position=position, next_try_at=due_at, created_at=now, **values))
        ids.append(identifier)
    return ids


def _standing(connection: Connection, draft: Draft) -> str | None:
    same = []
    if draft.dedupe_key is not None:
        same.append(outbox.c.dedupe_key == draft.dedupe_key)
    if draft.turn_id is not None:
        same.append(sa.and_(outbox.c.turn_id == draft.turn_id, outbox.c.seq == draft.seq))
    return connection.scalar(sa.select(outbox.c.id).where(sa.or_(*same))) if same else None


def _open(table: sa.sql.FromClause) -> sa.sql.ClauseElement:
    # Literals, because a partial index is used only when the planner can see that the query implies its condition.
    return table.c.state.in_([sa.literal_column("'queued'"), sa.literal_column("'sending'")])


def _rank(table: sa.sql.FromClause) -> sa.sql.ClauseElement:
    return sa.case((table.c.purpose == "outreach", 1), else_=0)


def _claimable(now: datetime) -> sa.sql.ClauseElement:
    other = outbox.alias("other")
    in_flight = sa.and_(other.c.claim_until.is_not(None), other.c.claim_until > now)
    earlier = sa.or_(_rank(other) < _rank(outbox), sa.and_(_rank(other) == _rank(outbox), other.c.position < outbox.c.position))
    waits_first = sa.and_(other.c.carrier_status.is_(None), earlier)
    blocked = (
        sa.select(sa.literal_column("1"))
        .where(other.c.line == outbox.c.line, other.c.address == outbox.c.address, other.c.id != outbox.c.id)
        .where(_open(other), sa.or_(in_flight, waits_first))
        .exists()
    )
    unclaimed = sa.or_(outbox.c.claim_until.is_(None), outbox.c.claim_until <= now)
    return sa.and_(_open(outbox), outbox.c.next_try_at <= now, unclaimed, sa.not_(blocked))


def due(connection: Connection, now: datetime, limit: int, held_lines: Collection[str] = ()) -> list[Due]:
    """Return up to `limit` rows that may be sent now, answers first; those of `held_lines` wait."""
    query = sa.select(outbox.c.id, outbox.c.line).where(_claimable(now)).order_by(_rank(outbox), outbox.c.position).limit(limit)
    if held_lines:
        query = query.where(outbox.c.line.not_in(list(held_lines)))
    return [Due(row.id, row.line) for row in connection.execute(query)]


def next_due_at(connection: Connection, now: datetime) -> datetime | None:
    """Return the earliest instant after `now` at which a waiting row comes due; None when nothing waits."""
    query = sa.select(sa.func.min(outbox.c.next_try_at)).where(_open(outbox), outbox.c.next_try_at > now)
    return connection.scalar(query)


def claim(connection: Connection, ids: Sequence[str], owner: str, now: datetime, lease: timedelta) -> list[Claimed]:
    """Take those of `ids` that may still be sent and return them in their order.

    What must not be sent any more ends here, in the same transaction: an answer of the bot after the conversation changed hands, and
    outreach to somebody with an open incident, become `superseded`; a message to an opted-out address becomes `refused` with code 21610. A
    row that may already have reached the carrier is returned all the same, because its fate must be found out.
    """
    if not ids:
        return []
    query = sa.select(outbox).where(outbox.c.id.in_(list(ids)), _claimable(now)).order_by(_rank(outbox), outbox.c.position)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=outbox)
    claimed = []
    for row in connection.execute(query).mappings().all():
        suspect = row["state"] == "sending"
        if not suspect and _stopped(connection, row, now):
            continue
        first_tried_at = row["first_tried_at"] or now
        attempts = row["attempts"] + 1
        connection.execute(
            outbox.update()
            .where(outbox.c.id == row["id"])
            .values(state="sending", claim_owner=owner, claim_until=now + lease, first_tried_at=first_tried_at, attempts=attempts)
        )
        outbound, needs_template = window.outbound(connection, row, now)
        claimed.append(
            Claimed(
                message=outbound,
                purpose=row["purpose"],
                conversation_id=row["conversation_id"],
                attempts=attempts,
                suspect=suspect,
                first_tried_at=first_tried_at,
                needs_template=needs_template,
            )
        )
    return claimed


def _stopped(connection: Connection, row: RowMapping, now: datetime) -> bool:
    # Nobody who waits for a clinician's call is asked how they liked the visit.
    unfitting = row["purpose"] == "outreach" and open_incident(connection, address=row["address"]) is not None
    if unfitting or _changed_hands(connection, row):
        connection.execute(outbox.update().where(outbox.c.id == row["id"]).values(state="superseded", claim_owner=None, claim_until=None))
        return True
    if not may_reach(connection, row["channel"], row["line"], row["address"], row["purpose"], now):
        end_refused(connection, row["id"], 21610)
        delivery.report_unsent(connection, row["id"], "opted_out", now)
        return True
    return False


def _changed_hands(connection: Connection, row: RowMapping) -> bool:
    if row["owner_version"] is None or row["conversation_id"] is None:
        return False
    version = connection.scalar(sa.select(conversation.c.owner_version).where(conversation.c.id == row["conversation_id"]))
    return bool(version != row["owner_version"])


def may_reach(connection: Connection, channel: str, line: str, address: str, purpose: str, now: datetime) -> bool:
    """Whether a message of this purpose may be sent to this address.

    After an opt-out only safety advice, pages to the clinic's own people and, within five minutes, its confirmation may.
    """
    choice = consents.standing(connection, channel, line, address)
    if choice is None or not choice.opted_out:
        return True
    if purpose == "consent":
        return bool(now - choice.changed_at <= CONFIRMATION_WINDOW)
    return purpose in MAY_REACH_OPTED_OUT


def confirm(connection: Connection, claimed: Claimed, owner: str, now: datetime, lease: timedelta) -> bool:
    """Ask once more whether a claimed row may be sent, and renew its lease; for a suspect row that the carrier does not have.

    Returns False when the claim is lost, or the row has ended because its conversation changed hands or its address opted out.
    """
    row = connection.execute(sa.select(outbox).where(_mine(claimed.message.outbox_id, owner))).mappings().first()
    if row is None or _stopped(connection, row, now):
        return False
    connection.execute(outbox.update().where(outbox.c.id == row["id"]).values(claim_until=now + lease))
    return True


def _mine(outbox_id: str, owner: str | None) -> sa.sql.ClauseElement:
    return sa.and_(outbox.c.id == outbox_id, outbox.c.state == "sending", outbox.c.claim_owner == owner)


def mark_handed(connection: Connection, outbox_id: str, sid: str, now: datetime, body: str | None = None) -> None:
    """Record that the carrier has the message; `body` is what went where that is not the row's own. Earlier reports are counted.

    Holds even when the lease has run out meanwhile: the carrier's answer is a fact.
    """
    changed = connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id, outbox.c.state.in_(["queued", "sending"]))
        .values(state="handed", sid=sid, handed_at=now, claim_owner=None, claim_until=None, carrier_status=None, error_code=None)
    )
    if changed.rowcount and body is not None:
        connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(body=body))
    if changed.rowcount:
        delivery.settle(connection, outbox_id, sid, now)


def mark_refused(connection: Connection, outbox_id: str, owner: str, error_code: int | None) -> bool:
    """Record that the message will never be sent. Returns False when the row is no longer this owner's."""
    return end_refused(connection, outbox_id, error_code, owner)


def end_refused(connection: Connection, outbox_id: str, error_code: int | None, owner: str | None = None) -> bool:
    """Move an open row to `refused`; with `owner`, only while that owner's claim stands. Returns whether it moved."""
    query = outbox.update().where(_mine(outbox_id, owner) if owner else sa.and_(outbox.c.id == outbox_id, _open(outbox)))
    return bool(connection.execute(query.values(state="refused", error_code=error_code, claim_owner=None, claim_until=None)).rowcount)


def postpone(connection: Connection, outbox_id: str, owner: str, until: datetime, error_code: int | None, *, fate_known: bool) -> bool:
    """Give the row back until `until`. Returns False when it is no longer this owner's.

    `fate_known`: the carrier has surely not taken it, so the next try sends at once; otherwise the next try looks for it first.
    """
    values: dict[str, object] = {"next_try_at": until, "error_code": error_code, "claim_owner": None, "claim_until": None}
    if fate_known:
        values |= {"state": "queued", "first_tried_at": None}
    return bool(connection.execute(outbox.update().where(_mine(outbox_id, owner)).values(**values)).rowcount)


def without_options(connection: Connection, outbox_id: str) -> None:
    """Let a message go without anything to tap: its body says everything."""
    connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(options=None))


def known_sids(connection: Connection, message: OutboundMessage) -> frozenset[str]:
    """Return every MessageSid already tied to a message of this line and address: a look-up must not take them for the lost one."""
    rows = connection.execute(
        sa.select(outbox.c.sid).where(outbox.c.line == message.line, outbox.c.address == message.address, outbox.c.sid.is_not(None))
    )
    return frozenset(row.sid for row in rows)

"""Whether an address may be written to: its last opt-out or opt-in, also when the person behind it was erased.

The opt-out of an erased person is kept under a digest in place of the address, so that nobody texts them again. The digest keeps the
number out of sight; it does not make it unknowable, because there are few enough telephone numbers to try them all.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import consent

ERASED = "erased"
"""The `source` of an opt-out whose address is a digest."""


def digest(channel: str, line: str, address: str) -> str:
    """Return what stands in place of an erased person's address."""
    return "sha256:" + hashlib.sha256("\n".join((channel, line, address)).encode()).hexdigest()


def standing(connection: Connection, channel: str, line: str, address: str) -> Any:
    """Return the row (`opted_out`, `changed_at`) that counts for this address, or None where nothing was ever said."""
    return connection.execute(
        sa.select(consent.c.opted_out, consent.c.changed_at)
        .where(consent.c.channel == channel, consent.c.line == line)
        .where(consent.c.address.in_((address, digest(channel, line, address))))
        .order_by(consent.c.changed_at.desc())
        .limit(1)
    ).first()


def forget_digest(connection: Connection, channel: str, line: str, address: str) -> None:
    """Remove what was kept of an erased person: they have opted in or out anew."""
    connection.execute(
        consent.delete().where(consent.c.channel == channel, consent.c.line == line, consent.c.address == digest(channel, line, address))
    )


def keep_erased(connection: Connection, channel: str, line: str, address: str, now: datetime) -> bool:
    """Erase the address of a consent; an opt-out goes on under its digest. Returns whether there was one to keep."""
    own = sa.and_(consent.c.channel == channel, consent.c.line == line, consent.c.address == address)
    opted_out = bool(connection.scalar(sa.select(consent.c.opted_out).where(own)))
    connection.execute(consent.delete().where(own))
    if opted_out:
        forget_digest(connection, channel, line, address)
        key = {"channel": channel, "line": line, "address": digest(channel, line, address)}
        connection.execute(consent.insert().values(**key, opted_out=True, source=ERASED, changed_at=now))
    return opted_out

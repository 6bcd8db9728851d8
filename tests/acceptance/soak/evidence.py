"""Everything the judge looks at, as it stands when the line has come to rest: plain data, so that a test can doctor it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store import tables
from bot.store.database import Database
from tests.acceptance.soak.ear import Heard
from tests.acceptance.soak.inbound import Sent
from tests.acceptance.soak.schedule import Reader, Schedule, Visit

TABLES = (tables.conversation, tables.message, tables.turn, tables.outbox, tables.handoff, tables.booking_request, tables.staff_task)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What the patients sent, what the store holds, what the carrier took, and the schedule before and after.

    `patients`: FHIR reference by telephone number. `versions`: every version of each visit of theirs.
    """

    sent: Sequence[Sent]
    rows: Mapping[str, Sequence[Row]]
    heard: Sequence[Heard]
    before: Schedule
    after: Schedule
    versions: Mapping[str, Sequence[Visit]]
    patients: Mapping[str, str]
    zone: ZoneInfo

    def standing(self, patient: str, at: datetime) -> list[Visit]:
        """Return a patient's visits, active or not, as they stood at an instant."""
        found = []
        for versions in self.versions.values():
            until = [visit for visit in versions if visit.updated <= at]
            if until and until[-1].patient == patient:
                found.append(until[-1])
        return found


async def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Read the tables that the judge needs."""

    def read(connection: Connection) -> dict[str, list[dict[str, Any]]]:
        return {table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()] for table in TABLES}

    return await database.reading(read)


async def versions_of(reader: Reader, after: Schedule, patients: Mapping[str, str]) -> dict[str, list[Visit]]:
    """Read every version of the patients' visits; a visit of one version is its own history."""
    theirs = [visit for visit in after.visits if visit.patient in set(patients.values())]
    return {visit.id: [visit] if visit.version == 1 else await reader.versions(visit.id) for visit in theirs}


def unrest(connection: Connection) -> dict[str, int]:
    """Count what is still to be done: texts without a turn, turns, texts to be sent, changes that are not settled."""
    message, turn, outbox, booking = tables.message.c, tables.turn.c, tables.outbox.c, tables.booking_request.c

    def count(*which: Any) -> int:
        return int(connection.scalar(sa.select(sa.func.count()).where(*which)))

    return {
        "messages": count(message.turn_id.is_(None), sa.not_(message.consumed)),
        "turns": count(turn.state.in_(["open", "waiting"])),
        "outbox": count(outbox.state.in_(["queued", "sending"]), outbox.purpose != "outreach"),
        "changes": count(booking.outcome.is_(None), booking.key.is_not(None)),
    }

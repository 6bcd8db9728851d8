"""Which conversations are a patient's, and which part of one that several patients share.

A conversation belongs to a telephone. Whoever proves to be a patient there, changes a visit, or answers about pain, exercises or the
survey, claims it from then on for as long as a proof holds, and for as long before. In a conversation that only one patient ever claimed
everything is theirs. In a shared one each turn goes to the claim that it stands under; what stands under none is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.patient_tables import exercise_log, pain_score, survey_answer
from bot.store.tables import audit, booking_request, conversation, staff_task

Row = dict[str, Any]


@dataclass(frozen=True)
class Thread:
    """A conversation that a patient has claimed. `claims` are of every patient, in order of time; `proof` is how long one holds."""

    row: Row
    patient: str
    claims: tuple[tuple[datetime, str], ...]
    proof: timedelta

    @property
    def id(self) -> str:
        """The conversation's id."""
        return str(self.row["id"])

    @property
    def shared(self) -> bool:
        """Whether another patient has claimed it, too."""
        return any(patient != self.patient for _, patient in self.claims)

    def owner(self, at: datetime) -> str | None:
        """Return whose a thing of that instant is; None in a shared conversation where no claim stands near it."""
        if not self.shared:
            return self.patient
        earlier = [patient for when, patient in self.claims if when <= at < when + self.proof]
        later = [patient for when, patient in self.claims if at < when < at + self.proof]
        return earlier[-1] if earlier else later[0] if later else None


def threads(connection: Connection, patient: str, proof: timedelta, address: str | None = None) -> list[Thread]:
    """Return the conversations that the patient has claimed; with `address` also those of it that nobody has."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    for conversation_id, at, whose in _claims(connection):
        found.setdefault(conversation_id, []).append((at, whose))
    rows = [dict(row) for row in connection.execute(sa.select(conversation).order_by(conversation.c.created_at)).mappings()]
    return [
        Thread(row, patient, tuple(sorted(claims)), proof)
        for row in rows
        if _is_theirs(row, claims := _with_present(row, found.get(row["id"], [])), patient, address)
    ]


def _is_theirs(row: Row, claims: Sequence[tuple[datetime, str]], patient: str, address: str | None) -> bool:
    return any(whose == patient for _, whose in claims) or (not claims and address is not None and row["address"] == address)


def _with_present(row: Row, claims: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Add whoever is proven on the thread now, should the audit not say so."""
    if row["patient"] and all(whose != row["patient"] for _, whose in claims):
        return [*claims, (row["created_at"], row["patient"])]
    return claims


def _claims(connection: Connection) -> list[tuple[str, datetime, str]]:
    """Return (conversation, instant, patient) of everything that says who was writing."""
    found: list[tuple[str, datetime, str]] = []
    for table, at in (
        (audit, audit.c.at),
        (booking_request, booking_request.c.created_at),
        (survey_answer, survey_answer.c.answered_at),
        (exercise_log, exercise_log.c.logged_at),
        (pain_score, pain_score.c.scored_at),
    ):
        said = sa.and_(table.c.conversation_id.is_not(None), table.c.patient.is_not(None))
        found += [
            (one.conversation_id, one.at, one.patient)
            for one in connection.execute(sa.select(table.c.conversation_id, at.label("at"), table.c.patient).where(said))
        ]
    tasks = sa.select(staff_task.c.conversation_id, staff_task.c.created_at, staff_task.c.detail)
    for task in connection.execute(tasks.where(staff_task.c.conversation_id.is_not(None))):
        if (whose := patient_in(task.detail)) is not None:
            found.append((task.conversation_id, task.created_at, whose))
    return found


def patient_in(detail: Any) -> str | None:
    """Return the patient that a task's or hand-off's detail names, as `Patient/…`; None when it names none."""
    named = detail.get("patient") if isinstance(detail, Mapping) else None
    return named if isinstance(named, str) and named.startswith("Patient/") else None

"""What a turn stores of what the patient told: survey answers, exercises done, pain, preferences, and FHIR resources to be posted.

Every write may come twice, because a turn may be repeated, and then changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.patient_tables import exercise_log, fhir_resource, pain_score, preference, survey_answer
from bot.types import Record

# The fields that a record of each kind must have; optional ones are named where they are written.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "resource": ("key", "resource"),
    "survey": ("id",),
    "exercise": ("patient", "exercise", "day", "outcome"),
    "pain": ("id", "patient", "score"),
    "preference": ("subject", "name", "value", "source"),
}


def write(connection: Connection, conversation_id: str, records: Sequence[Record], now: datetime) -> None:
    """Store the records; resources first, because the others point at them."""
    for record in sorted(records, key=lambda one: one.kind != "resource"):
        _WRITERS[record.kind](connection, conversation_id, record.detail, now)


def _resource(connection: Connection, _conversation_id: str, detail: Mapping[str, Any], now: datetime) -> None:
    """A FHIR resource to be created in the scheduling system under `key`; a later turn's replaces one that was not posted yet."""
    values = {"patient": detail.get("patient"), "resource": detail["resource"], "posted_at": None, "created_at": now}
    _put(connection, fhir_resource, {"key": detail["key"]}, values)


def _survey(connection: Connection, conversation_id: str, detail: Mapping[str, Any], now: datetime) -> None:
    """A score (0-10), a comment, or both; what is left out stays as it was."""
    told = {name: detail[name] for name in ("patient", "score", "comment", "resource_key") if detail.get(name) is not None}
    _put(connection, survey_answer, {"id": detail["id"]}, {"conversation_id": conversation_id, "answered_at": now, **told})


def _exercise(connection: Connection, conversation_id: str, detail: Mapping[str, Any], now: datetime) -> None:
    key = {name: detail[name] for name in ("patient", "exercise", "day")}
    told = {"outcome": detail["outcome"], "difficulty": detail.get("difficulty"), "conversation_id": conversation_id, "logged_at": now}
    _put(connection, exercise_log, key, told)


def _pain(connection: Connection, conversation_id: str, detail: Mapping[str, Any], now: datetime) -> None:
    told = {
        "conversation_id": conversation_id,
        "patient": detail["patient"],
        "score": detail["score"],
        "scored_at": now,
        "resource_key": detail.get("resource_key"),
    }
    _put(connection, pain_score, {"id": detail["id"]}, told)


def _preference(connection: Connection, _conversation_id: str, detail: Mapping[str, Any], now: datetime) -> None:
    key = {"subject": detail["subject"], "name": detail["name"]}
    _put(connection, preference, key, {"value": detail["value"], "source": detail["source"], "changed_at": now})


_WRITERS: Mapping[str, Callable[[Connection, str, Mapping[str, Any], datetime], None]] = {
    "resource": _resource,
    "survey": _survey,
    "exercise": _exercise,
    "pain": _pain,
    "preference": _preference,
}


def _put(connection: Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row, or change the one that is there. The turn's lease keeps others away from its conversation's rows."""
    where = sa.and_(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(sa.select(sa.literal(1)).select_from(table).where(where)).first() is None:
        connection.execute(table.insert().values(**key, **values))
    else:
        connection.execute(table.update().where(where).values(**values))

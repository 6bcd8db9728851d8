"""Grades what the store holds of the writer at the end: survey answers, pain, exercises, preferences, consent, cards and incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.clinic import load_clinic
from bot.settings import Settings
from bot.store import patient_tables, tables
from tests.support.line import Line
from tests.support.scenario import Expect, Stored

Row = dict[str, Any]
# Cards that tell staff something and ask nobody to answer the patient.
NOTES = frozenset(
    {
        "running_late",
        "visit_confirmed",
        "waitlist",
        "waitlist_leave",
        "media",
        "opted_out_maybe_visit",
        "message_not_delivered",
        "call_answer",
        "suggestion",
    }
)
TICKET = "service_recovery"
DECEASED = frozenset({"death_reported"})
# Cards that are a therapist's whoever they are assigned to.
THERAPISTS = frozenset({"therapist", "therapist_question", "exercise_question", "exercise_too_hard", "pain_jump", "pain"})
_TOLD = {
    "survey": patient_tables.survey_answer,
    "pain": patient_tables.pain_score,
    "exercise": patient_tables.exercise_log,
}


@dataclass(frozen=True)
class Store:
    """What was told in the writer's conversations, and the incidents of it."""

    told: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    preferences: Sequence[Row] = ()
    incidents: Sequence[Row] = ()


async def read(line: Line, number: str, patients: Sequence[str]) -> Store:
    """Read what the store holds of the conversations of a number, and what these patients prefer."""
    mine = {row["id"] for row in await line.rows(tables.conversation) if row["address"] == number}
    subjects = mine | {f"Patient/{patient}" for patient in patients}

    async def of(table: sa.Table) -> list[Row]:
        return [row for row in await line.rows(table) if row["conversation_id"] in mine]

    preferences = [row for row in await line.rows(patient_tables.preference) if row["subject"] in subjects]
    return Store({name: await of(table) for name, table in _TOLD.items()}, preferences, await of(tables.incident))


def faults(store: Store, expect: Expect, tasks: Sequence[Row], texts: Sequence[str], *, opted_out: bool) -> Iterator[str]:
    """Yield what is not as `says`, `never`, `task`, `stored` and `incident` want it."""
    texts = [_plain(text) for text in texts]
    for words in expect.says:
        if not any(_holds(text, words) for text in texts):
            yield f"says: nowhere {' or '.join(words)}"
    for words in expect.never:
        if any(_holds(text, words) for text in texts):
            yield f"never: was said {' or '.join(words)}"
    if expect.tasks is not None:
        kinds = [task["kind"] for task in tasks if task["kind"] not in NOTES]
        shown = ", ".join(kinds) or "none"
        yield from (f"task: no {kind} among {shown}" for kind in expect.tasks if not any(is_card(task, kind) for task in tasks))
        if not expect.tasks and kinds:
            yield f"task: none, but {shown}"
    for wanted in expect.stored:
        found = list(_values(store, wanted.name, opted_out=opted_out))
        if not _fits(wanted, found):
            yield f"stored: not {wanted}, but {', '.join(map(str, found)) or 'nothing'}"
    if expect.incident is not None:
        levels = [row["level"] for row in store.incidents if row["state"] == "open"] or ["none"]
        if levels != [expect.incident]:
            yield f"incident: {expect.incident}, but {', '.join(levels)}"


def is_card(task: Row, kind: str) -> bool:
    """Is a card of staff's what a scenario calls `kind`: a name of CARDS, or the store's own?"""
    own, owner = str(task["kind"]), task.get("owner")
    for_therapist = owner in _therapists() or own in THERAPISTS
    if kind == "ticket":
        return own == TICKET and owner is not None and task.get("due_at") is not None
    if kind == "therapist":
        return for_therapist
    if kind == "deceased":
        return own in DECEASED
    if kind == "desk":
        return not for_therapist and own not in NOTES | DECEASED | {TICKET}
    return own == kind


@cache
def _therapists() -> frozenset[str]:
    return frozenset({"therapist", *(member.code for member in load_clinic(Settings().clinic).staff if member.role != "desk")})


def _values(store: Store, name: str, *, opted_out: bool) -> Iterator[Any]:
    columns: Mapping[str, tuple[str, str]] = {
        "nps": ("survey", "score"),
        "comment": ("survey", "comment"),
        "pain": ("pain", "score"),
        "exercise": ("exercise", "outcome"),
    }
    if name == "opted_out":
        yield opted_out
    elif name == "preference":
        yield from ((row["name"], row["value"]) for row in store.preferences)
    else:
        table, column = columns[name]
        yield from (row[column] for row in store.told.get(table, ()) if row[column] is not None)


def _fits(wanted: Stored, found: Sequence[Any]) -> bool:
    if wanted.value is None:
        return not found
    if wanted.name == "preference" and isinstance(wanted.value, tuple) and wanted.value not in found:
        return any(_holds(_plain(f"{name} {value}"), wanted.value) for name, value in found)
    if wanted.name == "comment":
        return any(wanted.value is True or _holds(_plain(text), wanted.value) for text in found)
    return wanted.value in found


def _holds(text: str, words: Any) -> bool:
    return any(_plain(word) in text for word in words)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())

"""Grades what the store holds of the writer at the end: survey answers, pain, exercises, preferences, consent, cards and incidents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.store import patient_tables, tables
from tests.support.line import Line
from tests.support.scenario import Expect, Stored

Row = dict[str, Any]
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
    kinds = [task["kind"] for task in tasks]
    if expect.tasks is not None:
        yield from (f"task: no {kind} among {', '.join(kinds) or 'none'}" for kind in expect.tasks if kind not in kinds)
        if not expect.tasks and kinds:
            yield f"task: none, but {', '.join(kinds)}"
    for wanted in expect.stored:
        found = list(_values(store, wanted.name, opted_out=opted_out))
        if not _fits(wanted, found):
            yield f"stored: not {wanted}, but {', '.join(map(str, found)) or 'nothing'}"
    if expect.incident is not None:
        levels = [row["level"] for row in store.incidents]
        if levels != ([expect.incident] if expect.incident else []):
            yield f"incident: {expect.incident or 'none'}, but {', '.join(levels) or 'none'}"


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
    if wanted.name == "comment":
        test: Callable[[Any], bool] = lambda text: wanted.value is True or _holds(_plain(text), wanted.value)  # noqa: E731
        return any(test(text) for text in found)
    return wanted.value in found


def _holds(text: str, words: Any) -> bool:
    return any(_plain(word) in text for word in words)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())

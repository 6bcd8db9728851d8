"""What a patient said about when, over several messages, as one constraint; and which visit the words name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from actions import mentions
from bot.nlu.when import Constraint, When, narrow, parse


def constraint(said: Sequence[Mapping[str, Any]], visit: datetime | None = None) -> Constraint | None:
    """Return the wish after everything in `said`, or None when none was voiced.

    A saying is `{"text", "said_at", "offered"}`, oldest first; `offered` holds the times on offer when it was said ("later", "earlier").
    A saying with a `constraint` is an answer to the question which reading was meant, and takes the place of all before it.

    `visit` is the start of the visit being moved, clinic-local: "later that week" hangs on it.
    """
    wish: Constraint | None = None
    for saying in said:
        if "constraint" in saying:
            wish = Constraint.from_json(saying["constraint"])
            continue
        found = read(saying, visit)
        if found:
            offered = [datetime.fromisoformat(start) for start in saying.get("offered", ())]
            wish = narrow(wish, found, datetime.fromisoformat(saying["said_at"]), offered)
    return wish


def read(saying: Mapping[str, Any], visit: datetime | None = None) -> When | None:
    """Return what one saying says about time; None for nothing, and for the answer to a question about readings."""
    if "text" not in saying:
        return None
    text, said_at = saying["text"], datetime.fromisoformat(saying["said_at"])
    if visit is None:
        return parse(text, said_at)
    start = visit.replace(tzinfo=None)
    # What is said of openings on offer speaks of those, not of the visit given up.
    return parse(text if saying.get("offered") else mentions.without(text, start, said_at), said_at, start)


def wants_soonest(said: Sequence[Mapping[str, Any]]) -> bool:
    """Did the last words about time ask for the first that is free?"""
    found = [when for when in map(read, said) if when is not None]
    return bool(found and getattr(found[-1], "soonest", False))


def visits_meant(said: Sequence[Mapping[str, Any]], starts: Sequence[datetime], *, answering: bool) -> list[int]:
    """Return the positions of the visits that the words name; empty when they name none.

    `answering` tells that the last words answer "which visit?", so that a bare day names one.
    """
    naive = [start.replace(tzinfo=None) for start in starts]
    for position in range(len(said) - 1, -1, -1):
        found = read(said[position])
        if "text" in said[position] and not (answering and position == len(said) - 1):
            named_beside = mentions.meant(said[position]["text"], naive, datetime.fromisoformat(said[position]["said_at"]))
            if named_beside is not None:
                return [named_beside]
        if found is None:
            continue
        named = found.visit_reference
        if answering and position == len(said) - 1:
            said_at = datetime.fromisoformat(said[position]["said_at"])
            told = [index for index, start in enumerate(naive) if mentions.find(said[position]["text"], start, said_at.date())]
            if len(told) == 1:
                return told
            named = named or found.constraint
        if named is None:
            continue
        meant = [index for index, start in enumerate(starts) if named.allows(start.replace(tzinfo=None))]
        if meant:
            return meant
    return []

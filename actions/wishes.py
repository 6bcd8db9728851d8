"""What a patient said about when, over several messages, as one constraint; and which visit the words name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.nlu.when import Constraint, narrow, parse


def constraint(said: Sequence[Mapping[str, Any]], visit: datetime) -> Constraint | None:
    """Return the wish after everything in `said`, or None when none was voiced.

    A saying is `{"text", "said_at", "offered"}`, oldest first; `offered` holds the times on offer when it was said ("later", "earlier").

    `visit` is the start of the visit being moved, clinic-local: "later that week" hangs on it.
    """
    wish: Constraint | None = None
    for saying in said:
        said_at = datetime.fromisoformat(saying["said_at"])
        found = parse(saying["text"], said_at, visit.replace(tzinfo=None))
        if found:
            wish = narrow(wish, found, said_at, [datetime.fromisoformat(start) for start in saying.get("offered", ())])
    return wish


def visits_meant(said: Sequence[Mapping[str, Any]], starts: Sequence[datetime], *, answering: bool) -> list[int]:
    """Return the positions of the visits that the words name; empty when they name none.

    `answering` tells that the last words answer "which visit?", so that a bare day names one.
    """
    for position in range(len(said) - 1, -1, -1):
        saying = said[position]
        found = parse(saying["text"], datetime.fromisoformat(saying["said_at"]))
        if found is None:
            continue
        named = found.visit_reference
        if named is None and answering and position == len(said) - 1:
            named = found.constraint
        if named is None:
            continue
        meant = [index for index, start in enumerate(starts) if named.allows(start.replace(tzinfo=None))]
        if meant:
            return meant
    return []

"""Everything the line holds of one patient, as one document that a person can read.

{"patient", "made_at", "about": what each part is,
 "conversations": [{"id", "channel", "line", "address", "shared", "said": [{"at", "from", "text"}]}],
 "records": {table: [row]}, "trackers": {conversation: [event]}}
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.privacy.holdings import Holdings
from bot.privacy.whose import Row, Thread
from bot.store.trackers import Trackers, message_of

ABOUT: Mapping[str, str] = {
    "conversations": "What was written either way, in order. In a conversation that others use too, only this patient's part.",
    "records": "Every row of the line's store that is this patient's, by table.",
    "trackers": "The bot's working memory of these conversations, event by event.",
    "elsewhere": "Visits and charts are in the scheduling system, copies of texts at the carrier and in backups; not here.",
}


def document(found: Holdings, trackers: Trackers, now: datetime) -> dict[str, Any]:
    """Return the export. Raises SQLAlchemyError when the trackers cannot be read."""
    return {
        "patient": found.patient,
        "made_at": now.isoformat(),
        "about": ABOUT,
        "conversations": [_conversation(thread, found) for thread in found.threads],
        "records": {name: [_plain(row) for row in rows] for name, rows in found.rows.items()},
        "trackers": {thread.id: tracked(thread, found, trackers) for thread in found.threads},
    }


def tracked(thread: Thread, found: Holdings, trackers: Trackers) -> list[dict[str, Any]]:
    """Return the events of a conversation's tracker; of a shared one those of the patient's turns."""
    events = trackers.read(thread.id)
    if not thread.shared:
        return events
    turns, kept, mine = found.ids("turn"), [], False
    for event in events:
        begun = message_of(event)
        mine = mine if begun is None else begun in turns
        if mine:
            kept.append(event)
    return kept


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the document for its owner's eyes alone (mode 0600). Raises FileExistsError: nothing is overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2, ensure_ascii=False)
        out.write("\n")


def _conversation(thread: Thread, found: Holdings) -> dict[str, Any]:
    heard = [_said(row["received_at"], "patient", row) for row in found.rows["message"] if row["conversation_id"] == thread.id]
    told = [_said(row["created_at"], row["purpose"], row) for row in found.rows["outbox"] if row["conversation_id"] == thread.id]
    return {
        **{name: thread.row[name] for name in ("id", "channel", "line", "address")},
        "shared": thread.shared,
        "said": sorted([*heard, *told], key=lambda one: str(one["at"])),
    }


def _said(at: datetime, who: str, row: Row) -> dict[str, Any]:
    return {"at": at.isoformat(), "from": who, "text": row["body"]}


def _plain(row: Row) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}

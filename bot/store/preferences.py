"""What somebody wants of the line, read back from the store for whatever the line starts by itself.

A wish stands under a patient's reference or, where nobody was proven, under a conversation's id; both count together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.patient_tables import preference

# What the line writes of its own accord, by the names that switch it off.
TOPICS = ("reminder", "survey", "exercise", "waitlist", "recall", "birthday")


@dataclass(frozen=True)
class Preferences:
    """`channel` is call, sms, whatsapp or email ("" for none said), `language` an ISO 639 code.

    Nothing is to be sent of our own accord before `earliest` or from `latest` on (clinic-local), nor of the topics in `off`, nor
    anything at all where `stopped` names a reason.
    """

    channel: str = ""
    language: str = ""
    earliest: time | None = None
    latest: time | None = None
    off: frozenset[str] = frozenset()
    stopped: str = ""

    def allows(self, topic: str) -> bool:
        """May the line write of this topic by itself?"""
        return not self.stopped and topic not in self.off

    def suits(self, at: time) -> bool:
        """Is this a time of day at which the line may write by itself?"""
        return (self.earliest is None or at >= self.earliest) and (self.latest is None or at < self.latest)


def preferences_of(connection: Connection, subjects: Iterable[str]) -> Preferences:
    """Return what the subjects want together: the latest word on channel, language and hours; everything that any of them switched off."""
    query = sa.select(preference).where(preference.c.subject.in_(sorted(set(subjects)))).order_by(preference.c.changed_at)
    values: dict[str, Any] = {}
    off: set[str] = set()
    stopped = ""
    for row in connection.execute(query).mappings():
        if row["name"] == "outreach":
            told: Mapping[str, Any] = row["value"] or {}
            off |= set(told.get("off", ()))
            stopped = stopped or str(told.get("stopped") or "")
        else:
            values[row["name"]] = row["value"]
    hours = values.get("hours") or {}
    return Preferences(
        channel=str(values.get("channel") or ""),
        language=str(values.get("language") or ""),
        earliest=_time(hours.get("earliest")),
        latest=_time(hours.get("latest")),
        off=frozenset(off),
        stopped=stopped,
    )


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None

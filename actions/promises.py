"""By when the desk keeps what the line promises in its name."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.context import Context

STEP_MINUTES = 15


def call_back(context: Context) -> datetime:
    """Return by when the desk calls back: the promised minutes of open hours from now, to the next quarter hour, clinic-local."""
    now = context.clock.now()
    opens = now if context.clinic.is_open(now) else context.clinic.next_opening(now)
    due = context.clinic.local(opens) + timedelta(minutes=context.clinic.policies.call_back_minutes)
    return due + timedelta(minutes=-due.minute % STEP_MINUTES)

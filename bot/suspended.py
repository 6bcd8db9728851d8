"""A question that was set aside while a person talks to the patient: the slot it is kept in and its shape.

Both the hand-off action and the turn endpoint write it, and the release action reads it.
"""

from __future__ import annotations

from typing import TypedDict

SUSPENDED = "suspended"


class SuspendedQuestion(TypedDict):
    """The form that was open and the slot it asked for; the slot is None when it had asked for nothing yet."""

    form: str
    requested_slot: str | None


def suspended_question(form: str | None, requested_slot: str | None) -> SuspendedQuestion | None:
    """Return what the slot `suspended` holds for an open form; None when none is open."""
    return SuspendedQuestion(form=form, requested_slot=requested_slot) if form else None

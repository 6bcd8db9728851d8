"""The kinds of journeys: how each goes on, whether it needs a proven identity, and whether it fits beside an open question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from actions.journeys import book, cancel, check, confirm, late, reschedule, undo, waitlist
from actions.step import Step

Advance = Callable[[Step], Awaitable[str | None]]
# Asks whether a message answers something that the line asked of its own accord; returns the kind of journey that takes it, or "".
Listener = Callable[[Step], str]


@dataclass(frozen=True)
class Kind:
    """A kind of journey.

    `advance` takes a message one step further and returns the slot it asks for, None when it is over. `proof`: it discloses or changes
    what only the patient may know or do. `beside`: a quick matter that is settled at once beside an open journey, which then goes on.
    """

    advance: Advance
    proof: bool = True
    beside: bool = False


KINDS: Mapping[str, Kind] = {
    "reschedule": Kind(reschedule.advance),
    "book": Kind(book.advance),
    "cancel": Kind(cancel.advance),
    "confirm": Kind(confirm.advance),
    "check": Kind(check.advance, beside=True),
    "late": Kind(late.advance),
    "waitlist": Kind(waitlist.join),
    "leave_waitlist": Kind(waitlist.leave),
    "take_offer": Kind(waitlist.take_offer),
    "undo": Kind(undo.advance),
    "visits_left": Kind(check.visits_left, beside=True),
    "identify": Kind(check.identify),
}

LISTENERS: tuple[Listener, ...] = ()


def listening(step: Step) -> str:
    """Return the kind of journey that answers what the line asked of its own accord; "" when nothing of that waits."""
    return next((kind for listener in LISTENERS if (kind := listener(step))), "")

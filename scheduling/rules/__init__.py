"""The business rules of a schedule, applied to a whole transaction: appointment flow, bookings (claims on slots), holds."""

from __future__ import annotations

from scheduling.rules import appointments, bookings, holds
from scheduling.unit import Unit


def settle(unit: Unit) -> None:
    """Check and complete everything staged in `unit`. Raises 409 for a taken or held slot, 422 for a broken rule."""
    appointments.check(unit)
    holds.check(unit)
    bookings.settle(unit)
    holds.record(unit)

"""Bookings: an active Appointment claims its slots; the unique index on `slot_claim` lets a slot have one active claim.

A claim is granted on a slot that was free, or that the same request holds or has marked busy (same `urn:clinic:request` identifier),
or whose former claim ends in the same transaction. A free slot becomes busy with its booking; a booked slot cannot be
freed, moved or withdrawn before the booking ends.
"""

from __future__ import annotations

import sqlite3

from scheduling.outcome import FhirError, Resource, conflict
from scheduling.rules.appointments import ACTIVE, slot_names
from scheduling.rules.holds import request_keys
from scheduling.unit import Name, Unit


def settle(unit: Unit) -> None:
    """Move the claims to what `unit` stages, and check every slot this concerns. Raises 409 when a slot is not to be had."""
    touched = [(name, body) for name, body in unit.staged.items() if name[0] == "Appointment"]
    claimed_before = {slot for slot, _ in _claims(unit, [name for name, _ in touched])}
    own_before = {pair for name, _ in touched for pair in _claims(unit, [name])}
    for name, _ in touched:
        unit.connection.execute("DELETE FROM slot_claim WHERE appointment = ?", (name[1],))
    for name, body in touched:
        if body is not None:
            for slot in slot_names(unit, body):
                if body["status"] in ACTIVE and (slot[1], name[1]) not in own_before:
                    _grant(unit, slot, body, slot[1] in claimed_before)
                _claim(unit, name, slot, body["status"])
    for slot in _concerned(unit, touched):
        _settle_slot(unit, slot)


def _claims(unit: Unit, appointments: list[Name]) -> set[tuple[str, str]]:
    rows = set()
    for _, key in appointments:
        found = unit.connection.execute("SELECT slot, status FROM slot_claim WHERE appointment = ?", (key,))
        rows |= {(slot, key) for slot, status in found if status in ACTIVE}
    return rows


def _grant(unit: Unit, slot: Name, appointment: Resource, released: bool) -> None:
    for state in (unit.before(slot), unit.after(slot)):
        if state is None or state["status"] == "free":
            continue
        own = bool(request_keys(state) & request_keys(appointment))
        if state["status"] == "busy-tentative" and not own:
            raise conflict(f"Slot/{slot[1]} is held for another request", "Appointment.slot")
        if state["status"] in ("busy-unavailable", "entered-in-error"):
            raise conflict(f"Slot/{slot[1]} is {state['status']} and cannot be booked", "Appointment.slot")
        if state["status"] == "busy" and state is unit.before(slot) and not own and not released:
            raise conflict(f"Slot/{slot[1]} is busy", "Appointment.slot")


def _claim(unit: Unit, appointment: Name, slot: Name, status: str) -> None:
    try:
        unit.connection.execute("INSERT INTO slot_claim VALUES (?, ?, ?)", (appointment[1], slot[1], status))
    except sqlite3.IntegrityError as error:
        raise _taken(slot) from error


def _taken(slot: Name) -> FhirError:
    return conflict(f"Slot/{slot[1]} already has an active booking", "Appointment.slot")


def _concerned(unit: Unit, touched: list[tuple[Name, Resource | None]]) -> list[Name]:
    slots = [name for name in unit.staged if name[0] == "Slot"]
    slots += [slot for _, body in touched if body is not None for slot in slot_names(unit, body)]
    return list(dict.fromkeys(slots))


def _settle_slot(unit: Unit, name: Name) -> None:
    rows = unit.connection.execute("SELECT appointment, status FROM slot_claim WHERE slot = ?", (name[1],)).fetchall()
    holder = next((appointment for appointment, status in rows if status in ACTIVE), None)
    slot = unit.after(name)
    if holder is None or slot is None:
        return
    if slot["status"] == "free" and name not in unit.staged:
        unit.stage(name, slot | {"status": "busy"})
    elif slot["status"] not in ("busy", "busy-tentative"):
        raise conflict(f"Slot/{name[1]} has an active booking and cannot be {slot['status']}; end the booking first", "Slot.status")
    before = unit.before(name)
    if before is not None and ("Appointment", holder) not in unit.staged:
        for element in ("start", "end", "schedule"):
            if before[element] != slot[element]:
                raise conflict(f"Slot/{name[1]} has an active booking; its {element} cannot change", f"Slot.{element}")

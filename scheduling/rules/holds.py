"""Holds: a Slot that is `busy-tentative` is kept for one request until it is booked, freed or the hold runs out.

The holder's key is `Slot.identifier` with system `urn:clinic:request`; a hold without one keeps the slot from everybody. The end is
the extension `urn:clinic:hold-until` (valueInstant); the server adds it, 15 minutes ahead, where it is missing. A hold that has run out
without a booking becomes a free slot (a version of its own) before the next request is looked at.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from scheduling.instants import micros, span, text_of
from scheduling.outcome import Resource, conflict, unprocessable
from scheduling.rules.appointments import ACTIVE
from scheduling.unit import Unit

REQUEST_SYSTEM = "urn:clinic:request"
HOLD_UNTIL = "urn:clinic:hold-until"
HOLD = timedelta(minutes=15)
_RUN_OUT = f"""
SELECT slot FROM slot_hold WHERE until <= ? AND NOT EXISTS (
    SELECT 1 FROM slot_claim WHERE slot_claim.slot = slot_hold.slot AND status IN ({", ".join(f"'{status}'" for status in sorted(ACTIVE))}))
"""  # noqa: S608 - fixed names


def request_keys(resource: Resource) -> set[str]:
    """Return the request keys a Slot or Appointment carries."""
    return {item["value"] for item in resource.get("identifier", []) if item.get("system") == REQUEST_SYSTEM and "value" in item}


def have_run_out(connection: sqlite3.Connection, now: datetime) -> bool:
    """Is there a hold to release?"""
    return connection.execute(_RUN_OUT + " LIMIT 1", (micros(now),)).fetchone() is not None


def release(connection: sqlite3.Connection, now: datetime) -> None:
    """Free every slot whose hold has run out."""
    unit = Unit(connection, now, "")
    for (key,) in connection.execute(_RUN_OUT, (micros(now),)).fetchall():
        slot = unit.before(("Slot", key))
        if slot is not None:
            unit.stage(("Slot", key), slot | {"status": "free"})
    record(unit)
    unit.flush()


def check(unit: Unit) -> None:
    """Raise 409 where a staged Slot is held although it was not free, 422 where the hold itself is wrong."""
    for name, after in unit.staged.items():
        if name[0] != "Slot" or after is None or after["status"] != "busy-tentative":
            continue
        if len(request_keys(after)) > 1:
            raise unprocessable(f"a hold has one identifier of {REQUEST_SYSTEM}", "Slot.identifier")
        before = unit.before(name)
        if before is None or before["status"] == "free":
            continue
        if before["status"] != "busy-tentative":
            raise conflict(f"Slot/{name[1]} is {before['status']}; only a free slot can be held", "Slot.status")
        if request_keys(before) != request_keys(after):
            raise conflict(f"Slot/{name[1]} is held for another request; wait until it is free", "Slot.identifier")


def record(unit: Unit) -> None:
    """Keep the table of holds in step with the staged Slots, tell the end of each hold, and tidy marks off slots no longer held."""
    for name, slot in list(unit.staged.items()):
        if name[0] != "Slot":
            continue
        unit.connection.execute("DELETE FROM slot_hold WHERE slot = ?", (name[1],))
        if slot is None:
            continue
        if slot["status"] == "busy-tentative":
            until, told = _until(slot, unit.now)
            unit.staged[name] = told
            key = next(iter(request_keys(slot)), None)
            unit.connection.execute("INSERT INTO slot_hold VALUES (?, ?, ?)", (name[1], key, until))
        else:
            unit.staged[name] = _tidied(slot)


def _until(slot: Resource, now: datetime) -> tuple[int, Resource]:
    for extension in slot.get("extension", []):
        if extension["url"] == HOLD_UNTIL:
            if "valueInstant" not in extension:
                raise unprocessable(f"{HOLD_UNTIL} needs a valueInstant", "Slot.extension")
            until = span(extension["valueInstant"])[0]
            if until <= micros(now):
                raise unprocessable(f"{HOLD_UNTIL} is {extension['valueInstant']}, which is past", "Slot.extension")
            return until, slot
    until_text = text_of(now + HOLD)
    return micros(now + HOLD), slot | {"extension": [*slot.get("extension", []), {"url": HOLD_UNTIL, "valueInstant": until_text}]}


def _tidied(slot: Resource) -> Resource:
    kept = [item for item in slot.get("extension", []) if item["url"] != HOLD_UNTIL]
    tidy = {key: value for key, value in slot.items() if key != "extension"} | ({"extension": kept} if kept else {})
    if slot["status"] == "free":
        names = [item for item in slot.get("identifier", []) if item.get("system") != REQUEST_SYSTEM]
        tidy = {key: value for key, value in tidy.items() if key != "identifier"} | ({"identifier": names} if names else {})
    return tidy

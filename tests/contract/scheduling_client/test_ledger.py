"""Who may drive a booking request, and when another may take it over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.scheduling.ledger import LEASE, Driven, Ledger, Request, RequestUnknown, Superseded
from actions.scheduling.types import Actor, Opening, Outcome, Status, Visit
from bot.store.database import Database
from tests.support.schedules import FIRST, LENGTH, NOW

THERAPIST, PLACE = Actor("Practitioner/1", "Dana Reyes"), Actor("Location/1", "Riverside")
VISIT = Visit("Appointment/1", "4", FIRST, FIRST + LENGTH, THERAPIST, None, "Slot/1", "booked", "PT follow-up", 45)
OPENING = Opening("Slot/2", "1", FIRST + LENGTH, FIRST + 2 * LENGTH, THERAPIST, PLACE)
REQUEST = Request("SM1", "move", "saga", "cv_1", "Patient/1", VISIT, OPENING)


def nobody_died(_driver: str) -> bool:
    return False


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


async def test_what_was_stored_is_enough_to_roll_it_forward(ledger: Ledger) -> None:
    await ledger.open(REQUEST, NOW)
    assert await ledger.get("SM1") == REQUEST
    await ledger.claim("SM1", "one", NOW, nobody_died)
    await ledger.advance("SM1", "one", NOW, "holding", {"old_slots": {"Slot/1": "7"}})
    stored = await ledger.get("SM1")
    assert stored is not None
    assert (stored.step, stored.notes) == ("holding", {"old_slots": {"Slot/1": "7"}})


async def test_one_driver_at_a_time_until_the_lease_ends(ledger: Ledger) -> None:
    await ledger.open(REQUEST, NOW)
    await ledger.claim("SM1", "one", NOW, nobody_died)
    with pytest.raises(Driven):
        await ledger.claim("SM1", "two", NOW + LEASE - timedelta(seconds=1), nobody_died)
    await ledger.advance("SM1", "one", NOW + timedelta(seconds=10), "holding", {})
    with pytest.raises(Driven):
        await ledger.claim("SM1", "two", NOW + LEASE, nobody_died)
    await ledger.claim("SM1", "two", NOW + LEASE + timedelta(seconds=10), nobody_died)
    with pytest.raises(Superseded):
        await ledger.advance("SM1", "one", NOW + LEASE, "booking", {})
    with pytest.raises(Superseded):
        await ledger.finish("SM1", "one", NOW + LEASE, Outcome(Status.DONE, "SM1"), None)


async def test_a_driver_known_to_be_dead_is_not_waited_for(ledger: Ledger) -> None:
    await ledger.open(REQUEST, NOW)
    await ledger.claim("SM1", "one", NOW, nobody_died)
    assert (await ledger.claim("SM1", "two", NOW, lambda driver: driver == "one")).key == "SM1"


async def test_a_stored_outcome_is_returned_and_never_changes(ledger: Ledger) -> None:
    await ledger.open(REQUEST, NOW)
    await ledger.claim("SM1", "one", NOW, nobody_died)
    await ledger.finish("SM1", "one", NOW, Outcome(Status.TAKEN, "SM1", VISIT, "lost_race"), None)
    await ledger.restate("SM1", NOW, Outcome(Status.DONE, "SM1", VISIT))
    ended = await ledger.claim("SM1", "two", NOW, nobody_died)
    assert ended.outcome == Outcome(Status.TAKEN, "SM1", VISIT, "lost_race")


async def test_one_open_request_for_a_visit(ledger: Ledger) -> None:
    assert await ledger.open(REQUEST, NOW) is None
    assert await ledger.open(REQUEST, NOW) is None
    other = Request("SM2", "cancel", "saga", None, "Patient/1", VISIT, None)
    assert await ledger.open(other, NOW) == "SM1"
    assert await ledger.get("SM2") is None
    await ledger.claim("SM1", "one", NOW, nobody_died)
    await ledger.finish("SM1", "one", NOW, Outcome(Status.TAKEN, "SM1"), None)
    assert await ledger.open(other, NOW) is None


async def test_a_key_that_nobody_stored_is_unknown(ledger: Ledger) -> None:
    with pytest.raises(RequestUnknown, match="SM9"):
        await ledger.claim("SM9", "one", NOW, nobody_died)
    assert await ledger.get("SM9") is None

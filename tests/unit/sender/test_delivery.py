"""Status callbacks: any order, any number, before or after the answer to the request; the furthest one stands."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sender import LEASE
from bot.store import outbox
from tests.support.fake_twilio import Plan
from tests.support.sending import Sending
from tests.support.twilio_client import new_sid

FURTHEST = ["accepted", "queued", "sending", "sent", "delivered", "read"]
HANDED = "handed over"


@given(
    seen=st.sets(st.sampled_from(FURTHEST), min_size=1),
    random=st.randoms(use_true_random=False),
    with_id=st.booleans(),
    twice=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_furthest_status_stands_whatever_the_order(sending: Sending, seen: set[str], random, with_id: bool, twice: bool) -> None:
    (row,) = sending.put("hello")
    sending.writing(outbox.claim, [row], "me", sending.clock.now(), LEASE)
    sid = new_sid()
    events = [*seen, HANDED] + (sorted(seen) if twice else [])
    random.shuffle(events)
    for event in events:
        if event == HANDED:
            sending.writing(outbox.mark_handed, row, sid, sending.clock.now())
        else:
            sending.reported(sid, event, outbox_id=row if with_id else None)
    stands = sending.row(row)
    assert (stands["state"], stands["sid"], stands["carrier_status"]) == ("handed", sid, max(seen, key=FURTHEST.index))


def test_a_report_is_counted_once(sending: Sending) -> None:
    sid = new_sid()
    assert [sending.reported(sid, "sent") for _ in range(3)] == [True, False, False]


def test_an_unknown_status_and_an_unknown_message_change_nothing(sending: Sending) -> None:
    (row,) = sending.put("hello")
    assert not sending.reported(new_sid(), "teleported", outbox_id=row)
    assert sending.reported(new_sid(), "delivered", outbox_id="ob_unknown")
    assert sending.row(row)["state"] == "queued"


async def test_a_report_before_the_answer_settles_a_row_whose_process_died(sending: Sending) -> None:
    (row,) = sending.put("hello")
    (claimed,) = sending.writing(outbox.claim, [row], "the dead", sending.clock.now(), LEASE)
    sid = await sending.carrier.send(claimed.message)
    sending.reported(sid, "sent", outbox_id=row)
    await sending.run(sending.another(), minutes=5)
    assert sending.twilio.bodies() == ["hello"]
    assert (sending.row(row)["state"], sending.row(row)["sid"], sending.row(row)["carrier_status"]) == ("handed", sid, "sent")


async def handed(sending: Sending, body: str = "hello") -> tuple[str, str]:
    (row,) = sending.put(body)
    await sending.once()
    return row, sending.row(row)["sid"]


@pytest.mark.parametrize(("code", "seconds"), [(30008, 1), (30001, 1), (30003, 15 * 60)])
async def test_a_passing_failure_is_sent_again(sending: Sending, code: int, seconds: int) -> None:
    row, sid = await handed(sending)
    sending.reported(sid, "undelivered", code, row)
    sending.twilio.texts.all[0].status = "undelivered"
    await sending.run(seconds=seconds)
    assert sending.twilio.bodies() == ["hello", "hello"]
    assert sending.row(row)["state"] == "handed"
    assert sending.row(row)["sid"] != sid
    assert sending.row(row)["carrier_status"] is None


async def test_late_reports_of_the_failed_try_do_not_touch_the_next_one(sending: Sending) -> None:
    row, first = await handed(sending)
    sending.reported(first, "undelivered", 30008, row)
    await sending.run(seconds=1)
    second = sending.row(row)["sid"]
    sending.reported(second, "sent", outbox_id=row)
    sending.reported(first, "sent", outbox_id=row)
    sending.reported(first, "delivered", outbox_id=row)
    assert (sending.row(row)["sid"], sending.row(row)["carrier_status"]) == (second, "sent")


async def test_a_late_report_of_the_failed_try_is_not_taken_for_the_try_under_way(sending: Sending) -> None:
    row, first = await handed(sending)
    sending.reported(first, "undelivered", 30008, row)
    sending.clock.move(seconds=1)
    sending.writing(outbox.claim, [row], "me", sending.clock.now(), LEASE)
    sending.reported(first, "sent", outbox_id=row)
    assert sending.row(row)["state"] == "sending"


async def test_a_message_that_arrives_after_all_is_not_sent_again(sending: Sending) -> None:
    row, sid = await handed(sending)
    sending.reported(sid, "undelivered", 30003, row)
    sending.reported(sid, "delivered", None, row)
    await sending.run(hours=2)
    assert sending.twilio.bodies() == ["hello"]
    assert (sending.row(row)["state"], sending.row(row)["carrier_status"]) == ("handed", "delivered")


async def test_a_redelivery_holds_nobody_up(sending: Sending) -> None:
    row, sid = await handed(sending)
    sending.reported(sid, "undelivered", 30003, row)
    sending.put("a later answer")
    await sending.run(seconds=1)
    assert sending.twilio.bodies() == ["hello", "a later answer"]


@pytest.mark.parametrize(("code", "reason"), [(30006, "bad_number"), (30005, "bad_number"), (30007, "configuration"), (21610, "opted_out")])
async def test_a_failure_for_good_becomes_one_task(sending: Sending, code: int, reason: str) -> None:
    for row, sid in [await handed(sending, body) for body in ("hello", "again")]:
        sending.reported(sid, "undelivered", code, row)
        sending.reported(sid, "failed", code, row)
    await sending.run(hours=3)
    assert sending.twilio.bodies() == ["hello", "again"]
    assert [task["reason"] for task in sending.tasks()] == [reason]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "undelivered", "delivered"])), ids="-".join)
async def test_a_delivery_outranks_a_failure_reported_for_the_same_message(sending: Sending, order: tuple[str, ...]) -> None:
    row, sid = await handed(sending)
    for status in order:
        sending.reported(sid, status, 30005 if status == "undelivered" else None, row)
    assert sending.row(row)["carrier_status"] == "delivered"


async def test_a_failed_try_is_not_found_when_the_next_one_is_lost(sending: Sending) -> None:
    row, sid = await handed(sending)
    sending.twilio.texts.all[0].status = "undelivered"
    sending.reported(sid, "undelivered", 30008, row)
    sending.twilio.plan(Plan("lost_request"))
    await sending.run(minutes=1)
    assert sending.twilio.bodies() == ["hello", "hello"]

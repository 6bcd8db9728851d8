"""What a patient's phone gets, whatever the carrier does: everything once, in order, and nothing that must not be sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.rate import LocalRate
from bot.sender import LEASE
from bot.store import inbox, outbox
from bot.store.conversations import change_owner
from bot.types import Owner
from channels.twilio.carrier import QuietHttpClient, TwilioCarrier
from tests.support.fake_twilio import Plan
from tests.support.scripted import LINE, MAYA
from tests.support.sending import PUBLIC, Sending

LUIS = "+12075550144"
TIMED_OUT = [Plan("hang_after"), Plan("lost_answer")]
NEVER_THERE = [Plan("hang_before"), Plan("lost_request")]


async def test_an_answer_goes_out_once_and_is_recorded(sending: Sending) -> None:
    (row,) = sending.put("Done: Fri Jun 6, 8:00 AM.")
    await sending.run(minutes=5)
    (text,) = sending.twilio.sent
    assert (text.to, text.from_, text.body) == (MAYA, LINE, "Done: Fri Jun 6, 8:00 AM.")
    assert text.callback == f"{PUBLIC}/twilio/message-status?m={row}"
    assert (sending.row(row)["state"], sending.row(row)["sid"], sending.row(row)["handed_at"]) == (
        "handed",
        text.sid,
        sending.row(row)["created_at"],
    )


async def test_one_address_gets_its_messages_in_order_even_when_the_first_fails(sending: Sending) -> None:
    sending.twilio.plan(Plan("refuse", 429, 20429), Plan("refuse", 503))
    sending.put("first", "second", "third")
    await sending.run(seconds=10)
    assert sending.twilio.bodies() == ["first", "second", "third"]


async def test_order_holds_through_an_outage_of_minutes(sending: Sending) -> None:
    sending.twilio.plan(*[Plan("refuse", 503)] * 7)
    sending.put("first", "second")
    await sending.run(minutes=20)
    assert sending.twilio.bodies() == ["first", "second"]
    assert sending.tasks() == []


async def test_answers_go_before_outreach_written_earlier(sending: Sending) -> None:
    sending.put("It is time for your exercises.", purpose="outreach", address=LUIS)
    sending.put("a reminder", purpose="outreach")
    sending.put("the answer")
    one_by_one = sending.another(concurrency=1)
    await sending.run(one_by_one, seconds=1)
    assert sending.twilio.bodies() == ["the answer", "It is time for your exercises.", "a reminder"]


async def test_many_patients_are_served_at_once(sending: Sending) -> None:
    for number in range(20):
        sending.put(f"one {number}", f"two {number}", address=f"+1207555{number:04d}")
    sending.twilio.latency_s = 0.1
    started = asyncio.get_running_loop().time()
    await sending.once()
    took = asyncio.get_running_loop().time() - started
    assert len(sending.twilio.sent) == 40
    assert sending.twilio.most_under_way == 20
    assert took < 40 * 0.1 / 2
    for number in range(20):
        assert sending.twilio.bodies(f"+1207555{number:04d}") == [f"one {number}", f"two {number}"]


async def test_never_more_than_the_limit_are_under_way(sending: Sending) -> None:
    for number in range(12):
        sending.put("hello", address=f"+1207555{number:04d}")
    sending.twilio.latency_s = 0.02
    await sending.once(sending.another(concurrency=4))
    assert len(sending.twilio.sent) == 12
    assert sending.twilio.most_under_way <= 4


@pytest.mark.parametrize("plan", TIMED_OUT, ids=lambda plan: plan.kind)
async def test_a_text_whose_answer_was_lost_is_found_and_not_repeated(sending: Sending, plan: Plan) -> None:
    sending.twilio.plan(plan)
    (row,) = sending.put("Done.")
    await sending.run(minutes=5)
    (text,) = sending.twilio.sent
    assert (sending.row(row)["state"], sending.row(row)["sid"]) == ("handed", text.sid)


@pytest.mark.parametrize("plan", NEVER_THERE, ids=lambda plan: plan.kind)
async def test_a_text_that_never_arrived_is_sent_again(sending: Sending, plan: Plan) -> None:
    sending.twilio.plan(plan)
    (row,) = sending.put("Done.")
    await sending.run(minutes=5)
    assert sending.twilio.bodies() == ["Done."]
    assert sending.row(row)["state"] == "handed"


async def test_a_lost_text_is_not_confused_with_an_earlier_one_of_the_same_words(sending: Sending) -> None:
    sending.put("Reply YES.")
    await sending.once()
    sending.twilio.plan(Plan("lost_request"))
    sending.put("Reply YES.")
    await sending.run(minutes=5)
    assert sending.twilio.bodies() == ["Reply YES.", "Reply YES."]


async def test_a_lost_text_is_found_among_hundreds(sending: Sending) -> None:
    sending.twilio.plan(Plan("lost_answer"))
    (row,) = sending.put("Done.")
    await sending.once()
    for number in range(120):
        await sending.carrier.send(outbox.OutboundMessage(f"ob_{number}", sending_channel(), LINE, MAYA, f"chatter {number}"))
    await sending.run(minutes=5)
    assert sending.twilio.bodies().count("Done.") == 1
    assert sending.row(row)["state"] == "handed"


def sending_channel() -> outbox.Channel:
    return outbox.Channel.SMS


async def test_twilio_may_give_the_text_back_with_plain_quotes(sending: Sending) -> None:
    sending.twilio.plan(Plan("lost_answer"))
    sending.put("Don’t worry – it’s moved…")
    await sending.once()
    sending.twilio.texts.all[0].body = "Don't worry - it's moved..."
    await sending.run(minutes=5)
    assert len(sending.twilio.sent) == 1


async def test_a_process_that_dies_after_the_request_leaves_a_row_that_a_fresh_one_finds(sending: Sending) -> None:
    (row,) = sending.put("Done.")
    (claimed,) = sending.writing(outbox.claim, [row], "the dead", sending.clock.now(), LEASE)
    sid = await sending.carrier.send(claimed.message)
    fresh = sending.another()
    await sending.once(fresh)
    assert sending.row(row)["state"] == "sending", "nobody touches a row while its lease runs"
    await sending.run(fresh, minutes=1)
    assert sending.twilio.bodies() == ["Done."]
    assert (sending.row(row)["state"], sending.row(row)["sid"]) == ("handed", sid)


async def test_a_process_that_dies_before_the_request_loses_nothing(sending: Sending) -> None:
    (row,) = sending.put("Done.")
    sending.writing(outbox.claim, [row], "the dead", sending.clock.now(), LEASE)
    await sending.run(sending.another(), minutes=1)
    assert sending.twilio.bodies() == ["Done."]
    assert sending.row(row)["state"] == "handed"


async def test_nothing_is_repeated_while_the_carrier_cannot_be_asked(sending: Sending) -> None:
    sending.twilio.plan(Plan("lost_answer"))
    (row,) = sending.put("Done.")
    await sending.once()
    elsewhere = TwilioCarrier("AC1", "wrong", PUBLIC, "http://127.0.0.1:9", http=QuietHttpClient(0.2, 0.2))
    await sending.run(sending.another(elsewhere), minutes=2)
    assert sending.row(row)["state"] == "sending"
    await sending.run(hours=3)
    assert sending.twilio.bodies() == ["Done."]
    assert sending.row(row)["state"] == "handed"
    await elsewhere.close()


async def test_two_senders_share_an_outbox(sending: Sending) -> None:
    for number in range(30):
        sending.put("one", "two", address=f"+1207555{number:04d}")
    await asyncio.gather(*(sending.once(sending.another()) for _ in range(3)))
    await sending.run(minutes=1)
    for number in range(30):
        assert sending.twilio.bodies(f"+1207555{number:04d}") == ["one", "two"]


async def test_an_answer_is_dropped_when_staff_took_over(sending: Sending) -> None:
    (answer,) = sending.put("I can move that for you.")
    (safety,) = sending.put("Please call 911 now.", purpose="safety")
    sending.writing(change_owner, sending.conversation(), Owner.STAFF, 0)
    (staff,) = sending.put("Hi, Marisol here.", purpose="staff")
    await sending.run(minutes=1)
    assert sending.twilio.bodies() == ["Please call 911 now.", "Hi, Marisol here."]
    assert [sending.row(row)["state"] for row in (answer, safety, staff)] == ["superseded", "handed", "handed"]


async def test_a_lost_answer_is_not_repeated_after_staff_took_over(sending: Sending) -> None:
    sending.twilio.plan(Plan("lost_request"))
    (row,) = sending.put("I can move that for you.")
    await sending.once()
    sending.writing(change_owner, sending.conversation(), Owner.STAFF, 0)
    await sending.run(minutes=1)
    assert sending.twilio.bodies() == []
    assert sending.row(row)["state"] == "superseded"


def opt_out(sending: Sending) -> None:
    sending.writing(inbox.set_consent, "sms", LINE, MAYA, opted_out=True, source="SM1", now=sending.clock.now())


async def test_who_opted_out_gets_the_confirmation_and_safety_only(sending: Sending) -> None:
    opt_out(sending)
    for purpose in ("answer", "staff", "outreach", "consent", "safety"):
        sending.put(purpose, purpose=purpose)
    await sending.run(minutes=1)
    assert sending.twilio.bodies() == ["consent", "safety"]
    assert sending.tasks() == [
        {"kind": "message_not_delivered", "reason": "opted_out", "code": 21610, "outbox": sending.tasks()[0]["outbox"], "purpose": "answer"}
    ]


async def test_the_confirmation_of_an_opt_out_is_not_sent_after_five_minutes(sending: Sending) -> None:
    opt_out(sending)
    sending.put("You will get no more texts.", purpose="consent")
    sending.clock.move(minutes=6)
    await sending.once()
    assert sending.twilio.bodies() == []


async def test_21610_opts_the_address_out_for_good(sending: Sending) -> None:
    sending.twilio.plan(Plan("refuse", 400, 21610))
    (row,) = sending.put("hello")
    await sending.once()
    sending.put("hello again")
    await sending.run(hours=3)
    assert sending.twilio.bodies() == []
    assert len(sending.twilio.requests) == 1
    assert sending.row(row)["state"] == "refused"
    assert sending.writing(inbox.is_opted_out, "sms", LINE, MAYA)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, 21211, "bad_number"),
        (401, 20003, "configuration"),
        (400, 21617, "configuration"),
        (400, 63016, "needs_template"),
        (400, None, "refuse"),
    ],
)
async def test_what_can_never_be_delivered_becomes_a_task_for_staff(sending: Sending, status: int, code: int | None, reason: str) -> None:
    sending.twilio.plan(Plan("refuse", status, code))
    (row,) = sending.put("hello")
    await sending.run(hours=3)
    assert sending.twilio.bodies() == []
    assert len(sending.twilio.requests) == 1
    assert sending.row(row)["state"] == "refused"
    assert sending.tasks() == [{"kind": "message_not_delivered", "reason": reason, "code": code, "outbox": row, "purpose": "answer"}]


async def test_a_carrier_that_stays_away_ends_as_a_task_not_as_silence(sending: Sending) -> None:
    sending.twilio.plan(*[Plan("refuse", 503)] * 40)
    (row,) = sending.put("hello")
    await sending.run(hours=6)
    assert sending.row(row)["state"] == "refused"
    assert [task["reason"] for task in sending.tasks()] == ["refuse"]


async def test_the_lines_rate_is_kept_and_answers_overtake_waiting_outreach(sending: Sending) -> None:
    sending.rate = LocalRate(1.0, monotonic=lambda: sending.clock.now().timestamp())
    sender = sending.another()
    for number in range(5):
        sending.put("reminder", purpose="outreach", address=f"+1207555{number:04d}")
    await sending.once(sender)
    sending.put("answer", address=LUIS)
    sent = [len(sending.twilio.sent)]
    for _ in range(7):
        sending.clock.move(seconds=1)
        await sending.once(sender)
        sent.append(len(sending.twilio.sent))
    assert sent == [1, 2, 3, 4, 5, 6, 6, 6]
    assert sending.twilio.bodies()[1] == "answer"


async def test_a_line_that_waits_for_its_rate_does_not_hold_up_another(sending: Sending) -> None:
    other = "+12075550109"
    sending.rate = LocalRate(0.001, monotonic=lambda: sending.clock.now().timestamp())
    for number in range(40):
        sending.put("slow", address=f"+1207555{number:04d}")
    sending.put("free", line=other, address=LUIS)
    await sending.once(sending.another(concurrency=8))
    assert sending.twilio.bodies(LUIS) == ["free"]


async def test_stopping_lets_requests_under_way_finish(sending: Sending) -> None:
    sending.twilio.latency_s = 0.05
    (row,) = sending.put("Done.")
    stop = asyncio.Event()
    running = asyncio.create_task(sending.sender.run(stop))
    await asyncio.wait_for(sending.twilio.asked.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert sending.row(row)["state"] == "handed"


async def test_a_draft_written_twice_is_sent_once(sending: Sending) -> None:
    first = sending.put("reminder", purpose="outreach", dedupe_key="reminder:visit-1")
    again = sending.put("reminder", purpose="outreach", dedupe_key="reminder:visit-1")
    await sending.once()
    assert first == again
    assert sending.twilio.bodies() == ["reminder"]


async def test_a_row_is_sent_again_at_the_earliest_after_its_lease(sending: Sending) -> None:
    assert timedelta(seconds=12) < LEASE

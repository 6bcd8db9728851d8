"""Twilio's webhooks: a signed text is stored once and answered; anything else is refused and changes nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from bot.settings import DEMO_SMS_NUMBER
from bot.store import outbox
from bot.store.tables import consent, conversation, delivery_event, message, staff_task
from bot.store.tables import outbox as outbox_table
from bot.types import Channel
from tests.support.twilio_client import new_sid
from tests.unit.edge.conftest import Edge

MAYA = "+12075550120"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TABLES = (message, conversation, consent, staff_task, delivery_event)


def nothing_changed(edge: Edge) -> bool:
    return not any(edge.rows(table) for table in TABLES) and edge.wake.told == []


async def test_a_text_is_stored_and_answered_with_empty_twiml(edge: Edge) -> None:
    answer = await edge.texter.text(MAYA, "can't make tuesday", sid="SM" + "a" * 32, FromCity="")
    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    (stored,) = edge.rows(message)
    (thread,) = edge.rows(conversation)
    assert (stored["sid"], stored["body"], stored["received_at"]) == ("SM" + "a" * 32, "can't make tuesday", edge.clock.now())
    assert stored["fields"]["FromCity"] == ""
    assert (thread["line"], thread["address"], thread["channel"]) == (DEMO_SMS_NUMBER, MAYA, "sms")
    assert edge.wake.told == [("inbox", thread["id"])]


async def test_a_repeated_text_is_stored_once_and_wakes_once(edge: Edge) -> None:
    sid = new_sid()
    answers = [await edge.texter.text(MAYA, "hello", sid) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(edge.rows(message)) == 1
    assert len(edge.wake.told) == 1


@pytest.mark.parametrize(
    "body",
    ["", " ", "👍🏽 ¡mañana!", "x" * 1600, "👍" * 1600, "a&b=c+d%20e", "line\nline", "half \x00 way", "<script>alert(1)</script>"],
    ids=["empty", "blank", "emoji", "longest", "longest emoji", "form signs", "lines", "nul", "markup"],
)
async def test_any_body_is_taken(edge: Edge, body: str) -> None:
    answer = await edge.texter.text(MAYA, body)
    assert answer.status == 200
    assert [row["body"] for row in edge.rows(message)] == [body.replace("\x00", "\N{REPLACEMENT CHARACTER}")]


async def test_pictures_are_noted(edge: Edge) -> None:
    more = {"NumMedia": "2", "MediaUrl0": "https://api.twilio.com/a", "MediaContentType0": "image/jpeg"}
    await edge.texter.text(MAYA, "", MediaUrl1="https://api.twilio.com/b", MediaContentType1="image/png", **more)
    (stored,) = edge.rows(message)
    assert stored["media"] == [
        {"url": "https://api.twilio.com/a", "type": "image/jpeg"},
        {"url": "https://api.twilio.com/b", "type": "image/png"},
    ]


async def test_stop_is_recorded_and_needs_no_turn(edge: Edge) -> None:
    await edge.texter.text(MAYA, "STOP", OptOutType="STOP")
    (choice,) = edge.rows(consent)
    assert (choice["address"], choice["opted_out"]) == (MAYA, True)
    assert edge.wake.told == []


async def test_a_field_twilio_adds_tomorrow_is_kept(edge: Edge) -> None:
    answer = await edge.texter.text(MAYA, "hi", Brand_new_Field="ü")
    assert answer.status == 200
    assert edge.rows(message)[0]["fields"]["Brand_new_Field"] == "ü"


async def test_the_idempotency_token_of_a_retry_changes_nothing(edge: Edge) -> None:
    fields = edge.texter.fields(MAYA, "hi")
    headers = {**FORM, "X-Twilio-Signature": edge.texter.signature("/twilio/sms", fields), "I-Twilio-Idempotency-Token": "t"}
    for _ in range(2):
        assert (await edge.texter.raw("/twilio/sms", urlencode(fields).encode(), headers)).status == 200
    assert len(edge.rows(message)) == 1


PATHS = ["/twilio/sms", "/twilio/message-status", "/twilio/whatsapp"]


@pytest.mark.parametrize("path", PATHS)
async def test_an_unsigned_request_is_refused(edge: Edge, path: str) -> None:
    fields = edge.texter.fields(MAYA, "hi", MessageStatus="sent")
    assert (await edge.texter.raw(path, urlencode(fields).encode(), FORM)).status == 403
    assert (await edge.texter.post(path, fields, signature="")).status == 403
    assert (await edge.texter.post(path, fields, signature="c2lnbmVkIGJ5IG5vYm9keQ==")).status == 403
    assert (await edge.texter.post(path, fields, signature=edge.texter.signature("/twilio/else", fields))).status == 403
    assert nothing_changed(edge)


async def test_the_host_header_does_not_decide_what_is_signed(edge: Edge) -> None:
    fields = edge.texter.fields(MAYA, "hi")
    edge.texter.signed_base = "https://evil.example.org"
    headers = {**FORM, "X-Twilio-Signature": edge.texter.signature("/twilio/sms", fields)}
    for name in ("Host", "X-Forwarded-Host", "X-Original-Host"):
        answer = await edge.texter.raw("/twilio/sms", urlencode(fields).encode(), {**headers, name: "evil.example.org"})
        assert answer.status == 403
    assert nothing_changed(edge)


async def test_another_accounts_text_is_refused(edge: Edge) -> None:
    assert (await edge.texter.text(MAYA, "hi", AccountSid="AC" + "9" * 32)).status == 403
    assert nothing_changed(edge)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"MessageSid": ""}, 400),
        ({"MessageSid": "x" * 500}, 400),
        ({"MessageSid": "SM\x00"}, 400),
        ({"From": ""}, 400),
        ({"To": ""}, 400),
        ({"To": "+12075550999"}, 404),
        ({"To": "whatsapp:" + DEMO_SMS_NUMBER}, 404),
        ({"NumMedia": "many"}, 400),
        ({"NumMedia": "-1"}, 400),
        ({"AccountSid": ""}, 403),
    ],
)
async def test_a_signed_form_that_is_not_a_text_for_us_is_refused(edge: Edge, changed: dict[str, str], status: int) -> None:
    answer = await edge.texter.post("/twilio/sms", {**edge.texter.fields(MAYA, "hi"), **changed})
    assert answer.status == status
    assert nothing_changed(edge)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"Body": "hi"}', 415),
        ("text/plain", b"Body=hi", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded; charset=klingon", b"Body=hi", 415),
        ("application/x-www-form-urlencoded; charset=utf-16", b"Body=hi", 415),
        ("application/x-www-form-urlencoded", b"Body=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"Body=\xff", 400),
        ("application/x-www-form-urlencoded", b"Body", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(5000)), 400),
        ("application/x-www-form-urlencoded", b"Body=" + b"x" * 300_000, 413),
        ("application/x-www-form-urlencoded", b"", 403),
    ],
    ids=["json", "plain", "multipart", "unknown charset", "utf-16", "not utf-8", "raw bytes", "no pairs", "many fields", "huge", "nothing"],
)
async def test_malformed_requests_get_the_right_refusal_and_no_stack_trace(edge: Edge, content_type: str, body: bytes, status: int) -> None:
    for path in PATHS:
        answer = await edge.texter.raw(path, body, {"Content-Type": content_type, "X-Twilio-Signature": "x"})
        assert answer.status == status
        assert "Traceback" not in answer.text
    assert nothing_changed(edge)


@pytest.mark.parametrize("path", PATHS)
async def test_other_methods_are_refused(edge: Edge, path: str) -> None:
    assert (await edge.get(path))[0] == 405


async def test_whatsapp_is_off(edge: Edge) -> None:
    answer = await edge.texter.post("/twilio/whatsapp", edge.texter.fields(f"whatsapp:{MAYA}", "hola"))
    assert answer.status == 404
    assert nothing_changed(edge)


async def test_an_opted_out_patients_words_never_reach_the_log(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await edge.texter.text(MAYA, "my knee hurts")
        await edge.get(f"/simulator/api/messages?number=%2B{MAYA[1:]}")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("channels", "bot"))]
    assert any("POST /twilio/sms 200" in line for line in ours)
    assert not any("knee" in line or MAYA[1:] in line for line in ours)


async def handed(edge: Edge, sid: str) -> str:
    await edge.texter.text(MAYA, "hi")
    identifier = edge.rows(conversation)[0]["id"]
    draft = outbox.Draft(identifier, None, 0, "staff", Channel.SMS, DEMO_SMS_NUMBER, MAYA, "hello")
    with edge.database.write() as connection:
        (row,) = outbox.put(connection, [draft], edge.clock.now())
        outbox.claim(connection, [row], "me", edge.clock.now(), timedelta(seconds=15))
        outbox.mark_handed(connection, row, sid, edge.clock.now())
    return row


async def report(edge: Edge, sid: str, status: str, row: str, **more: str) -> int:
    fields = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": edge.texter.account_sid, **more}
    return (await edge.texter.post(f"/twilio/message-status?m={row}", fields)).status


async def test_reports_move_a_message_on_and_never_back(edge: Edge) -> None:
    sid = new_sid()
    row = await handed(edge, sid)
    for status in ("delivered", "sent", "queued", "delivered"):
        assert await report(edge, sid, status, row) == 204
    assert edge.rows(outbox_table)[0]["carrier_status"] == "delivered"
    assert len(edge.rows(delivery_event)) == 3


async def test_a_failure_wakes_the_sender(edge: Edge) -> None:
    sid = new_sid()
    row = await handed(edge, sid)
    edge.wake.told.clear()
    assert await report(edge, sid, "undelivered", row, ErrorCode="30008") == 204
    assert (edge.rows(outbox_table)[0]["state"], edge.wake.told) == ("queued", [("outbox", sid)])


async def test_a_report_of_a_message_nobody_knows_is_accepted(edge: Edge) -> None:
    assert await report(edge, new_sid(), "delivered", "ob_unknown") == 204


@pytest.mark.parametrize("fields", [{"MessageStatus": ""}, {"MessageSid": ""}, {"ErrorCode": "soon"}, {"ErrorCode": "9" * 40}])
async def test_a_malformed_report_is_refused(edge: Edge, fields: dict[str, str]) -> None:
    whole = {"MessageSid": new_sid(), "MessageStatus": "sent", "AccountSid": edge.texter.account_sid, **fields}
    assert (await edge.texter.post("/twilio/message-status", whole)).status == 400
    assert nothing_changed(edge)

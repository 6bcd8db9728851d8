"""Sending on WhatsApp: something to tap within 24 hours, a template after that, and a text or a task where neither is taken."""

from __future__ import annotations

import json

import sqlalchemy as sa

from bot.cli.whatsapp_templates import brought_up
from bot.settings import Settings
from bot.store import inbox
from bot.store.tables import conversation
from bot.store.tables import outbox as rows
from bot.types import Awaiting
from tests.support.fake_twilio import Plan
from tests.support.scripted import LINE, MAYA
from tests.support.sending import WHATSAPP_LINE, Sending

OPTIONS = [
    {"id": "tap_a", "title": "Yes", "value": "yes", "description": ""},
    {"id": "tap_b", "title": "No", "value": "no", "description": ""},
]
VALUES = {"1": "Maya", "2": "Harbor PT", "3": "Tue Jun 3, 10:00 AM", "4": "Riverside", "5": "tap_a", "6": "tap_b"}
USERNAME = "US.13491208655302741918"


def reminder(sending: Sending) -> dict[str, object]:
    template = sending.templates.get("visit_reminder")
    assert template is not None
    _, text = template.filled(
        {"given": "Maya", "clinic": "Harbor PT", "opening": "Tue Jun 3, 10:00 AM", "location": "Riverside"}, ["tap_a", "tap_b"]
    )
    return {"name": "visit_reminder", "variables": VALUES, "text": text}


async def approve(sending: Sending) -> None:
    """Have the templates of the repository made and approved."""
    await brought_up(Settings(twilio_api_url=sending.twilio.url), sending.templates)


def texts(sending: Sending) -> list[tuple[str, str]]:
    return [(text.to, text.body) for text in sending.twilio.sent]


async def test_a_question_can_be_tapped(sending: Sending) -> None:
    talk = sending.whatsapp()
    sending.ask(talk, "Shall I move it?", awaiting=Awaiting.YES_NO, options=OPTIONS)
    await sending.once()
    (sent,) = sending.twilio.sent
    assert (sent.to, sent.from_, sent.body, sent.kind) == (f"whatsapp:{MAYA}", f"whatsapp:{WHATSAPP_LINE}", "Shall I move it?", "buttons")
    assert [one["id"] for one in sent.options] == ["tap_a", "tap_b"]


async def test_the_shape_of_a_question_is_made_once(sending: Sending) -> None:
    talk = sending.whatsapp()
    for body in ("Shall I move it?", "Are you sure?"):
        sending.ask(talk, body, awaiting=Awaiting.YES_NO, options=OPTIONS)
        await sending.once()
    assert [text.kind for text in sending.twilio.sent] == ["buttons", "buttons"]
    assert len(sending.twilio.contents.all) == 1


async def test_where_no_content_can_be_made_the_words_go_alone(sending: Sending) -> None:
    sending.twilio.contents.refuses = True
    sending.ask(sending.whatsapp(), "Shall I move it? Reply YES.", awaiting=Awaiting.YES_NO, options=OPTIONS)
    await sending.once()
    assert [(text.kind, text.body) for text in sending.twilio.sent] == [("text", "Shall I move it? Reply YES.")]


async def test_where_the_content_is_refused_the_words_go_alone(sending: Sending) -> None:
    identifier = sending.ask(sending.whatsapp(), "Shall I move it? Reply YES.", awaiting=Awaiting.YES_NO, options=OPTIONS)
    sending.twilio.plan(Plan("refuse", 400, 21656))
    await sending.once()
    await sending.once()
    assert [(text.kind, text.body) for text in sending.twilio.sent] == [("text", "Shall I move it? Reply YES.")]
    assert sending.row(identifier)["state"] == "handed"


async def test_a_content_that_was_deleted_is_made_again(sending: Sending) -> None:
    talk = sending.whatsapp()
    sending.ask(talk, "One?", awaiting=Awaiting.YES_NO, options=OPTIONS)
    await sending.once()
    sending.twilio.contents.all.clear()
    sending.ask(talk, "Two?", awaiting=Awaiting.YES_NO, options=OPTIONS)
    await sending.once()
    sending.ask(talk, "Three?", awaiting=Awaiting.YES_NO, options=OPTIONS)
    await sending.once()
    assert [(text.body, text.kind) for text in sending.twilio.sent] == [("One?", "buttons"), ("Two?", "text"), ("Three?", "buttons")]


async def test_after_a_day_the_template_goes_in_its_place(sending: Sending) -> None:
    await approve(sending)
    talk = sending.whatsapp()
    sending.clock.move(hours=24)
    template = reminder(sending)
    identifier = sending.ask(talk, "Your visit: …", awaiting=Awaiting.YES_NO, options=OPTIONS, template=template)
    await sending.once()
    (sent,) = sending.twilio.sent
    assert (sent.to, sent.body, sent.kind) == (f"whatsapp:{MAYA}", template["text"], "buttons")
    assert [one["id"] for one in sent.options] == ["tap_a", "tap_b"]
    assert json.loads(sent.fields["ContentVariables"]) == VALUES
    assert sending.row(identifier)["state"] == "handed"


async def test_a_template_whose_answer_was_lost_is_found_again(sending: Sending) -> None:
    await approve(sending)
    talk = sending.whatsapp(heard=False)
    sending.twilio.plan(Plan("lost_answer"))
    sending.ask(talk, "Your visit: …", awaiting=Awaiting.YES_NO, options=OPTIONS, template=reminder(sending))
    await sending.run(seconds=30)
    assert len(sending.twilio.sent) == 1


async def test_without_an_approved_template_it_is_texted(sending: Sending) -> None:
    sending.twilio.contents.approves = "rejected"
    await approve(sending)
    talk = sending.whatsapp(heard=False)
    identifier = sending.ask(talk, "Will you come? Reply YES.", awaiting=Awaiting.YES_NO, options=OPTIONS, template=reminder(sending))
    await sending.run(seconds=5)
    assert texts(sending) == [(MAYA, "Will you come? Reply YES.")]
    assert (sending.row(identifier)["state"], sending.row(identifier)["error_code"]) == ("refused", 63016)
    assert sending.tasks() == []
    with sending.database.read() as connection:
        thread = sa.select(conversation.c.answers_for).where(conversation.c.channel == "sms", conversation.c.address == MAYA)
        assert connection.scalar(thread) == talk


async def test_what_has_no_template_is_texted_after_a_day(sending: Sending) -> None:
    talk = sending.whatsapp()
    sending.clock.move(hours=24)
    sending.ask(talk, "The desk has an answer for you.", purpose="staff")
    await sending.run(seconds=5)
    assert texts(sending) == [(MAYA, "The desk has an answer for you.")]


async def test_where_no_text_may_go_staff_have_a_task(sending: Sending) -> None:
    with sending.database.write() as connection:
        inbox.set_consent(connection, "sms", LINE, MAYA, opted_out=True, source="test", now=sending.clock.now())
    sending.ask(sending.whatsapp(heard=False), "Will you come?")
    sending.ask(sending.whatsapp(heard=False, address=USERNAME), "Will you come?", address=USERNAME)
    await sending.run(seconds=5)
    assert texts(sending) == []
    assert [(task["kind"], task["reason"]) for task in sending.tasks()] == [("message_not_delivered", "needs_template")] * 2


async def test_a_window_that_closed_on_the_way_is_texted(sending: Sending) -> None:
    identifier = sending.ask(sending.whatsapp(), "Will you come?")
    await sending.once()
    sid = sending.row(identifier)["sid"]
    sending.reported(sid, "failed", 63016)
    await sending.run(seconds=5)
    assert texts(sending) == [(f"whatsapp:{MAYA}", "Will you come?"), (MAYA, "Will you come?")]
    assert sending.tasks() == []


async def test_who_is_not_on_whatsapp_any_more_is_texted(sending: Sending) -> None:
    sending.twilio.plan(Plan("refuse", 400, 63003))
    sending.ask(sending.whatsapp(), "Will you come?")
    await sending.run(seconds=5)
    assert texts(sending) == [(MAYA, "Will you come?")]


async def test_it_is_texted_once(sending: Sending) -> None:
    identifier = sending.ask(sending.whatsapp(heard=False), "Will you come?")
    await sending.run(seconds=5)
    sid = "SM" + "9" * 32
    sending.reported(sid, "failed", 63016, identifier)
    await sending.run(minutes=5)
    assert texts(sending) == [(MAYA, "Will you come?")]
    with sending.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(rows)) == 2


async def test_a_change_of_hands_stops_what_is_texted_too(sending: Sending) -> None:
    talk = sending.whatsapp(heard=False)
    sending.ask(talk, "Which?", purpose="answer", owner_version=0, awaiting=Awaiting.CHOICE)
    await sending.sender.pump()
    await sending.sender.settle()
    with sending.database.write() as connection:
        connection.execute(conversation.update().where(conversation.c.id == talk).values(owner="staff", owner_version=1))
    await sending.run(seconds=5)
    assert texts(sending) == []

"""Whole conversations with marked words, and then a search of everything the line writes beside its database: nothing of them is there.

Logs are taken at DEBUG, of every logger of every library; Rasa's process logs at debug level, too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.outage import set_down
from bot.settings import DEMO_SMS_NUMBER
from bot.store import tables
from bot.types import Channel
from channels.simulator import asking
from tests.support.fake_twilio import Plan
from tests.support.line import Line, Templates, running_line
from tests.support.sinks import PLACE, Sinks, everything_logged, turn_up
from tests.support.twilio_client import new_sid
from tests.support.whatsapp import OnWhatsApp

pytestmark = pytest.mark.model

STRANGER = "+12075550193"
# A word that stands nowhere else is put into every message, and a name into some, so that whatever quotes a message shows.
WORD = "quetzalorb"
NAME = "Zebulonia Quackenfels"
BORN = "1957-12-31"
MARKS = (WORD, *NAME.split(), BORN, STRANGER)
PEOPLE = ("maya", "luis", "deshawn", "tom", "rosa", "mei", "harold", "grace")
PATHS = {"MessageSid", "StatusCallback"}


@pytest.fixture
def sinks() -> Sinks:
    return Sinks()


@pytest.fixture
def logged(sinks: Sinks) -> Iterator[None]:
    """Everything logged from before the line starts until the block ends."""
    with everything_logged(sinks):
        yield


@pytest.fixture
async def line(logged: None, templates: Templates, tmp_path: Path) -> AsyncIterator[Line]:
    async with running_line(tmp_path, templates, whatsapp_accepted=True) as opened:
        turn_up()  # loggers that its start has made
        yield opened


def marks_of(line: Line) -> tuple[str, ...]:
    """Return everything of the cast and of the conversations that may be written nowhere."""
    told = {str(person[key]) for person in line.people.values() for key in ("number", "birth_date", "name")}
    families = {str(person["name"]).split()[-1] for person in line.people.values()}
    return (*MARKS, *sorted(told | families | {str(line.people[who]["name"]).split()[0] for who in PEOPLE}))


async def converse(line: Line) -> None:
    """Play a conversation of every kind, over SMS and WhatsApp."""
    await line.converse("maya", f"can't make tuesday because of {WORD}, got something later that week?", "4/9/91", "2", "yes")
    await line.converse("deshawn", f"when is my visit, this is {NAME}", f"born 12/31/1957 {WORD}", "12-31-57", "31 december 57")
    await line.converse("luis", "can i move thursday", f"my calf is a hot balloon since sunday {WORD}", f"its nothing {WORD}")
    await line.converse("tom", f"how do i do the towel one {WORD}", "10/5/79", f"it clicks, is that normal {WORD}")
    await line.converse("mei", f"which visit has {NAME}", "2/11/2009", "Mei")
    await line.converse("grace", f"i want to complain, {NAME} made me wait an hour, {WORD}!", "12/12/95", f"terrible {WORD}")
    # A person each: the line asks nothing while another question of its own is open.
    for who, trigger, answer in (
        ("anna", "survey", f"9, {NAME} is a star {WORD}"),
        ("rosa", "pain", f"7 today, {WORD}"),
        ("harold", asking.REMINDER, f"yes {WORD}"),
    ):
        asked, now = line.people[who], line.clock.now()
        visit = next((f"Appointment/{one['fhir_id']}" for one in asked["visits"]), "")
        entities = {"patient": f"Patient/{asked['fhir_id']}", "visit": visit}
        name = asking.TRIGGERS[trigger]
        await line.database.writing(asking.ask, Channel.SMS, DEMO_SMS_NUMBER, line.number(who), name, entities, now)
        await line.quiet()
        await line.text(who, answer)
    await line.text("harold", f"stop texting me about {WORD}", OptOutType="STOP")
    await line.converse(STRANGER, f"this is {NAME} born 12/31/1957, {WORD}", f"person {WORD} please", f"/slot_patient{{{WORD}}}")
    rosa = OnWhatsApp(line, "rosa")
    await rosa.converse(f"when is my next visit {WORD}", "8/30/66", f"my knee hurts {WORD}")
    await rosa.write("", NumMedia="1", MediaUrl0=f"https://api.twilio.com/{WORD}", MediaContentType0="audio/ogg", MessageType="audio")
    stranger = OnWhatsApp(line, "US.1357924680135")
    await stranger.write(f"hola {WORD}", ProfileName=NAME)


async def fail(line: Line) -> None:
    """Let what stands around the line fail in the middle of conversations."""
    await line.converse("tom", f"cancel my wednesday visit {WORD}")
    set_down(line.settings.home, down=True)
    await line.converse("tom", "yes", f"move it then {WORD}")
    set_down(line.settings.home, down=False)
    line.twilio.plan(Plan("refuse", 400, 21211), Plan("lost_answer"), Plan("refuse", 400, 21610))
    for body in ("hours", "parking", "where are you"):
        await line.text("maya", f"{body} {WORD}")


async def misuse(line: Line, sinks: Sinks) -> None:
    """Call the edge in every wrong way, with marks in all of it, and read what it answers."""
    good = line.texter.fields(STRANGER, WORD)
    answers = [
        await line.texter.post("/twilio/sms", {name: value for name, value in good.items() if name != "MessageSid"}),
        await line.texter.post("/twilio/sms", good, signature="forged"),
        await line.texter.post("/twilio/sms", {**good, "To": STRANGER}),
        await line.texter.post("/twilio/sms", {**good, "From": NAME, "MessageSid": new_sid()}),
        await line.texter.post("/twilio/sms", {**good, "NumMedia": WORD, "MessageSid": new_sid()}),
        await line.texter.post(f"/twilio/{WORD}", good),
        await line.texter.post("/twilio/message-status", {"MessageSid": WORD, "MessageStatus": WORD, "ErrorCode": WORD}),
        await line.texter.post("/twilio/whatsapp", {**good, "ButtonPayload": WORD}),
        await line.texter.raw("/twilio/sms", f'{{"Body": "{WORD}"}}'.encode(), {"Content-Type": "application/json"}),
        await line.texter.raw("/twilio/sms", b"\xff\xfe" + WORD.encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
        await line.texter.raw("/twilio/sms", WORD.encode() * 200_000, {"Content-Type": "application/x-www-form-urlencoded"}),
    ]
    for answer in answers:
        sinks.add("an answer to a wrong request", answer.text)
    async with line.session.get(f"{line.texter.base_url}/staff/{STRANGER}?name={WORD}") as answer:
        sinks.add("an answer to a wrong request", await answer.text())
    await line.quiet()


async def test_nothing_of_a_conversation_is_written_anywhere_but_into_the_database(
    line: Line, sinks: Sinks, templates: Templates, rasa_home: Path
) -> None:
    turn_up()
    await converse(line)
    await fail(line)
    await misuse(line, sinks)

    bearer = {"Authorization": f"Bearer {line.settings.internal_token}"}
    async with line.session.get(f"{line.texter.base_url}/metrics", headers=bearer) as answer:
        assert answer.status == 200
        sinks.add("metrics", await answer.text())
    for _, method, request in line.twilio.requests:
        if method == "POST":
            for name in PATHS & set(request):
                sinks.add(f"{name} at the carrier", request[name])
    sinks.add_rows("explanation", await line.rows(tables.turn), "explanation")
    for row in await line.rows(tables.turn):
        sinks.add("turn id", row["id"])
    sinks.add_redis(templates.redis_url)
    sinks.add_files(line.settings.home)
    sinks.add_files(rasa_home)

    marks = marks_of(line)
    assert sinks.leaks(marks) == []
    # The search has looked at something, and the conversations have taken place.
    assert {"metrics", "redis", "explanation", "StatusCallback at the carrier", "log of channels.edge", "file rasa.log"} <= set(
        sinks.written
    )
    bodies = " ".join(row["body"] for row in await line.rows(tables.message))
    assert bodies.count(WORD) > 20
    kinds = {row["reason"] for row in await line.rows(tables.handoff)} | {row["kind"] for row in await line.rows(tables.staff_task)}
    assert len(await line.rows(tables.incident)) >= 1, kinds
    assert "identity" in kinds
    assert any("Done:" in body for body in line.twilio.bodies())


async def test_redis_holds_ids_only(line: Line, sinks: Sinks, templates: Templates) -> None:
    await line.text(STRANGER, f"hello {WORD}")
    sinks.add_redis(templates.redis_url)
    streams = " ".join(sinks.written["redis"])
    ids = set(re.findall(r"'id': '([^']*)'", streams))
    assert ids
    assert all(re.fullmatch(r"(cv|out|ob|SM|MM|ho|ask)[\w-]*", one) for one in ids), ids


async def test_a_planted_leak_is_found(line: Line, sinks: Sinks, templates: Templates, rasa_home: Path) -> None:
    await line.text("maya", "hello")
    logging.getLogger("bot.turns.planted").debug("she said %s", WORD)
    try:
        raise ValueError(f"{NAME} is no number")
    except ValueError:
        logging.getLogger("actions.planted").exception("it failed")
    (line.settings.home / "logs").mkdir()
    (line.settings.home / "logs" / "planted.log").write_text("born 12/31/57\n", encoding="utf-8")
    sinks.add_files(line.settings.home)
    found = "\n".join(sinks.leaks(MARKS))
    assert "log of bot.turns.planted: 'quetzalorb'" in found
    assert "log of actions.planted: 'Quackenfels'" in found
    assert "file logs/planted.log: '1957-12-31'" in found
    assert PLACE not in found

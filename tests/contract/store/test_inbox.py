"""What the inbox keeps, on both engines: every message once, whatever is in it, and what its word did to consent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.store import inbox
from bot.store.tables import consent, conversation, message, staff_task
from bot.types import Channel, InboundMessage
from tests.support.scripted import LINE, MAYA, Line


def inbound(sid: str, body: str = "hi", address: str = MAYA, **more: Any) -> InboundMessage:
    return InboundMessage(sid, Channel.SMS, LINE, address, body, **more)


class TestDuplicates:
    async def test_parallel_deliveries_of_one_sid_store_it_once(self, line: Line) -> None:
        got = await asyncio.gather(*(line.database.writing(inbox.accept, inbound("SM1"), line.clock.now()) for _ in range(12)))
        assert sorted(one.duplicate for one in got) == [False] + [True] * 11
        assert [one.needs_turn for one in got if not one.duplicate] == [True]
        assert len({one.conversation_id for one in got}) == 1
        assert line.one(message).sid == "SM1"

    async def test_parallel_first_texts_of_one_patient_share_a_conversation(self, line: Line) -> None:
        got = await asyncio.gather(*(line.database.writing(inbox.accept, inbound(f"SM{n}"), line.clock.now()) for n in range(8)))
        assert len({one.conversation_id for one in got}) == 1
        assert len(line.rows(message)) == 8
        assert len(line.rows(conversation)) == 1

    def test_a_late_duplicate_changes_nothing(self, line: Line) -> None:
        line.text("STOP", sid="SM1")
        line.text("START", sid="SM2")
        before = [line.rows(table) for table in (conversation, message, consent, staff_task)]
        line.clock.move(hours=1)
        with line.database.write() as connection:
            again = inbox.accept(connection, inbound("SM1", "STOP"), line.clock.now())
        assert again.duplicate
        assert not again.needs_turn
        assert [line.rows(table) for table in (conversation, message, consent, staff_task)] == before

    def test_another_line_is_another_conversation(self, line: Line) -> None:
        with line.database.write() as connection:
            one = inbox.accept(connection, inbound("SM1"), line.clock.now())
            two = inbox.accept(connection, InboundMessage("SM2", Channel.SMS, "+12075550199", MAYA, "hi"), line.clock.now())
        assert one.conversation_id != two.conversation_id


BODIES = {
    "emoji": "👍🏽 see you 🧑‍🤝‍🧑",
    "control characters": "a\tb\r\nc\x07\x1b[31m\x7f",
    "right to left": "\u202eabc שלום",
    "leading slash": " /restart",
    "quotes": "'; DROP TABLE message; -- \"",
    "braces": "{name} %s %(x)s :y",
    "10,000 characters": "x" * 10_000,
    "1,601 characters": "y" * 1_601,
}


class TestBodies:
    def test_bodies_are_kept_whole(self, line: Line) -> None:
        for number, (name, body) in enumerate(BODIES.items()):
            assert line.text(body, sid=f"SM{number}", fields={"Body": body}).needs_turn, name
            row = line.one(message, message.c.sid == f"SM{number}")
            assert (row.body, row.fields) == (body, {"Body": body}), name

    @pytest.mark.parametrize("body", ["a\x00b", "a\ud800b"], ids=["NUL", "half a surrogate pair"])
    def test_what_no_database_takes_is_marked(self, line: Line, body: str) -> None:
        line.text(body, fields={"Body": body, "k\x00": "v"}, media=[{"url": "https://x/\x00", "type": "image/png"}])
        row = line.one(message)
        assert row.body == "a\N{REPLACEMENT CHARACTER}b"
        assert row.fields["Body"] == row.body

    def test_an_empty_text_needs_nothing(self, line: Line) -> None:
        for body in ("", "  \n", "\t"):
            assert not line.text(body).needs_turn
        assert all(row.consumed for row in line.rows(message))

    def test_media_is_shown_to_staff(self, line: Line) -> None:
        assert line.text("", sid="SM9", media=[{"url": "https://api/1", "type": "image/jpeg"}]).needs_turn
        task = line.one(staff_task)
        assert (task.kind, task.detail) == ("media", {"message": "SM9", "types": ["image/jpeg"]})


OUT, IN, UNCHANGED = True, False, None
MAYBE_VISIT = ["opted_out_maybe_visit"]

# body, OptOutType, opted out before -> opted out after (None: no row), a turn answers, tasks
TABLE = [
    ("STOP", "STOP", False, OUT, False, []),
    ("STOP", None, False, OUT, False, []),
    ("stop.", None, False, OUT, False, []),
    (" Stop! ", None, False, OUT, False, []),
    ("Opt-Out", None, False, OUT, False, []),
    ("STOPALL", None, False, OUT, False, []),
    ("unsubscribe", None, False, OUT, False, []),
    ("REVOKE", None, False, OUT, False, []),
    ("STOP 🛑", None, False, OUT, False, []),
    ("CANCEL", "STOP", False, OUT, False, MAYBE_VISIT),
    ("cancel", None, False, OUT, False, MAYBE_VISIT),
    ("Cancel.", None, False, OUT, False, MAYBE_VISIT),
    ("END", None, False, OUT, False, MAYBE_VISIT),
    ("Quit", None, False, OUT, False, MAYBE_VISIT),
    ("CANCEL", None, True, OUT, False, MAYBE_VISIT),
    ("cancel my visit", None, False, UNCHANGED, True, []),
    ("stop texting me", None, False, UNCHANGED, True, []),
    ("please stop", None, False, UNCHANGED, True, []),
    ("YES", None, False, UNCHANGED, True, []),
    ("YES", "START", False, UNCHANGED, True, []),
    ("yes!", None, False, UNCHANGED, True, []),
    ("YES", None, True, IN, False, []),
    ("Yes", "START", True, IN, False, []),
    ("yes please", None, True, OUT, True, []),
    ("START", "START", True, IN, False, []),
    ("start", None, True, IN, False, []),
    ("UNSTOP", None, True, IN, False, []),
    ("START", None, False, IN, False, []),
    ("HELP", None, False, UNCHANGED, True, []),
    ("hi", None, True, OUT, True, []),
    ("1", None, False, UNCHANGED, True, []),
    ("stopped", None, False, UNCHANGED, True, []),
]


class TestConsent:
    def test_table(self, line: Line) -> None:
        for number, (body, opt_out_type, before, after, turn, tasks) in enumerate(TABLE):
            address = f"+1207555{number:04d}"
            if before:
                line.text("STOP", address=address)
            accepted = line.text(body, address=address, opt_out_type=opt_out_type)
            choice = [row.opted_out for row in line.rows(consent, consent.c.address == address)]
            wanted = [row.kind for row in line.rows(staff_task, staff_task.c.conversation_id == accepted.conversation_id)]
            case = f"{body!r} with OptOutType {opt_out_type} from somebody {'out' if before else 'not out'}"
            assert (accepted.needs_turn, choice, wanted) == (turn, [] if after is None else [after], tasks), case

    def test_it_holds_for_one_line_and_address(self, line: Line) -> None:
        line.text("STOP")
        with line.database.read() as connection:
            assert inbox.is_opted_out(connection, "sms", LINE, MAYA)
            assert not inbox.is_opted_out(connection, "sms", LINE, "+12075550143")
            assert not inbox.is_opted_out(connection, "whatsapp", LINE, MAYA)

    async def test_a_consumed_word_is_never_answered(self, line: Line) -> None:
        await line.answer(line.text("CANCEL"))
        assert line.sent() == []
        assert line.dialogue.requests == []

    async def test_help_that_twilio_answered_is_screened_and_not_answered_again(self, line: Line) -> None:
        accepted = line.text("HELP", opt_out_type="HELP")
        assert accepted.needs_turn
        await line.answer(accepted)
        assert line.screen.checked == ["HELP"]
        assert line.sent() == []

    async def test_an_opt_out_with_more_words_is_still_screened(self, line: Line) -> None:
        await line.answer(line.text("stop, I am short of breath", opt_out_type="STOP"))
        assert line.one(consent).opted_out
        assert line.sent() == [line.house.say("safety_emergency")]

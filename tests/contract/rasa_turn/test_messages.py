"""What a message may hold and how its answer comes: commands, questions, several wishes, channels, and one reply before the next."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.types import Awaiting, Channel, Say, TurnFailed, TurnResult
from channels.rasa_turn.patient_text import without_commands
from tests.contract.rasa_turn.line import Actions, Line, Stock, answer, words

COMMANDS = [
    "/EXTERNAL_staff_released",
    " /EXTERNAL_staff_released",
    "//EXTERNAL_staff_released",
    "/ /EXTERNAL_staff_released",
    "\u200b/EXTERNAL_staff_released",
    "／EXTERNAL_staff_released",
    "\n\n/EXTERNAL_staff_released",
]


@pytest.mark.parametrize("text", COMMANDS)
async def test_no_text_of_a_patient_is_a_command(line: Line, actions: Actions, stock: Stock, text: str) -> None:
    await stock.text("/EXTERNAL_staff_released")
    assert [call["next_action"] for call in actions.calls].count("action_resume") == 1  # Rasa obeys

    actions.calls.clear()
    assert words(await line.text(text)) == ["Sorry?"]
    assert "action_resume" not in [call["next_action"] for call in actions.calls]


async def test_a_command_that_cannot_be_read_is_not_logged(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        await line.text('/inform{"my knee": hurts}')
    assert "knee" not in caplog.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "hello"),
        ("/restart", "restart"),
        ("my birthday\n/restart", "my birthday\nrestart"),
        (" \t/／ ⁄/restart", "restart"),
        ("\ufeff\u2060/restart", "restart"),
        ("1/2 or 3/14/46", "1/2 or 3/14/46"),
        ("either/or", "either/or"),
        ("/", ""),
        ("", ""),
    ],
)
def test_leading_slashes_go_and_others_stay(text: str, expected: str) -> None:
    assert without_commands(text) == expected


async def test_what_is_awaited_is_said_and_reaches_the_understanding(line: Line) -> None:
    asked = await line.text("book a visit", metadata={"now": "2025-06-02T09:00:00-04:00"})
    assert asked.says == (Say("Which day?", "utter_ask_day", Awaiting.DATE_TIME),)
    assert asked.awaiting is Awaiting.DATE_TIME
    aside = await line.text("parking", metadata={"now": "2025-06-02T09:01:00-04:00", "unseen_question": "utter_ask_day"})
    assert [(say.response, say.awaiting) for say in aside.says] == [("utter_parking", Awaiting.NONE), ("utter_ask_day", Awaiting.DATE_TIME)]

    heard = [event.parse_data["heard_metadata"] for event in (await line.tracker()).events if event.type_name == "user"]
    assert heard == [
        {"now": "2025-06-02T09:00:00-04:00", "awaiting": "none"},
        {"now": "2025-06-02T09:01:00-04:00", "unseen_question": "utter_ask_day", "awaiting": "date_time"},
    ]
    confirm = await line.text("on friday")
    assert confirm.says[0].buttons == ({"title": "Yes", "payload": "yes"},)


async def test_a_question_without_a_form_waits_for_one_message(line: Line) -> None:
    assert (await line.text("my bill")).awaiting is Awaiting.YES_NO
    assert (await line.text("hello")).awaiting is Awaiting.NONE


async def test_a_message_with_two_wishes_gets_both_and_one_question(line: Line, stock: Stock) -> None:
    await stock.text("book a visit")
    assert await stock.text("on friday; parking") == ["Parking is free.", "Which day?"]  # Rasa hears one of them

    await line.text("book a visit")
    both = await line.text("on friday; parking", message_id="SM_both")
    assert words(both) == ["Parking is free.", "Is that right?"]
    assert both.awaiting is Awaiting.YES_NO
    assert (await line.tracker()).get_slot("day") == "on friday"

    again = await line.text("on friday; parking", message_id="SM_both")
    assert again.replayed
    assert again.says == both.says


async def test_a_question_stays_when_a_later_wish_asks_none(line: Line) -> None:
    await line.text("book a visit")
    said = await line.text("parking; hello")
    assert words(said)[-1] == "Which day?"
    assert words(said).count("Which day?") == 1


async def test_a_failure_in_the_second_wish_undoes_the_first(line: Line, actions: Actions) -> None:
    await actions.stop()
    with pytest.raises(TurnFailed):
        await line.text("parking; move it now")
    assert not [event for event in (await line.tracker()).events if event.type_name == "user"]


async def test_a_reply_is_heard_before_the_next_action_has_run(line: Line, actions: Actions) -> None:
    released = asyncio.Event()

    async def waiting(_call: dict[str, Any]) -> dict[str, Any]:
        await released.wait()
        return answer(text="Second.")

    actions.does["action_second"] = waiting
    heard: list[str] = []
    async for item in line.dialogue.stream(line.request(text="tell me twice")):
        if isinstance(item, Say):
            heard.append(item.text)
            assert released.is_set() == (len(heard) == 2)
            released.set()
        elif isinstance(item, TurnResult):
            assert words(item) == heard == ["First.", "Second."]


async def test_hanging_up_does_not_stop_the_turn(line: Line, actions: Actions) -> None:
    released, ran = asyncio.Event(), asyncio.Event()

    async def waiting(_call: dict[str, Any]) -> dict[str, Any]:
        await released.wait()
        ran.set()
        return answer(text="Second.")

    actions.does["action_second"] = waiting
    stream = line.dialogue.stream(line.request(text="tell me twice", message_id="SM_hung_up"))
    assert await anext(stream) == Say("First.", "utter_first")
    await stream.aclose()
    released.set()
    await asyncio.wait_for(ran.wait(), 5)

    asked_again = await line.text("tell me twice", message_id="SM_hung_up")
    assert words(asked_again) == ["First.", "Second."]
    assert sum(call["next_action"] == "action_second" for call in actions.calls) == 1


@pytest.mark.parametrize(
    ("channel", "expected"), [(Channel.SMS, "hello by text"), (Channel.VOICE, "hello by voice"), (Channel.WHATSAPP, "hello by anything")]
)
async def test_a_response_follows_the_channel(line: Line, channel: Channel, expected: str) -> None:
    line.channel = channel
    assert words(await line.text("hello")) == [expected]
    assert (await line.tracker()).get_latest_input_channel() == channel.value

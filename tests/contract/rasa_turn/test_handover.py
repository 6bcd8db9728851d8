"""A person takes over in the middle of a form, and the line comes back to it; questions asked from outside never enter an open form."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUtteranceReverted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker

from actions.suspension import resume, suspend
from bot.types import Awaiting, TurnRefused
from tests.contract.rasa_turn.line import Actions, Line, Stock, answer, words


@pytest.fixture(autouse=True)
def people(actions: Actions) -> None:
    """The two actions of a hand-off, as the line's own are built."""
    actions.does["action_handoff"] = lambda call: answer(suspend(Tracker.from_dict(call["tracker"])), response="utter_person")
    actions.does["action_resume"] = lambda call: answer(resume(Tracker.from_dict(call["tracker"])))


async def test_a_person_is_promised_without_the_form_asking_on(line: Line, stock: Stock) -> None:
    await stock.text("book a visit")
    assert await stock.text("operator") == ["A person will come.", "Which day?"]  # Rasa puts the form back

    await line.text("book a visit")
    handed = await line.text("a person please")
    assert words(handed) == ["A person will come."]
    assert handed.awaiting is Awaiting.NONE


async def test_the_form_comes_back_when_staff_are_done(line: Line) -> None:
    await line.text("book a visit")
    await line.text("on friday")
    await line.text("a person please")
    await line.append(("staff", "I've taken the $80 off."), ("patient", "thank you! friday works btw"))
    back = await line.trigger("EXTERNAL_staff_released")
    assert words(back) == ["Is that right?"]
    assert back.awaiting is Awaiting.YES_NO
    assert words(await line.text("yes")) == ["Thank you."]
    assert (await line.tracker()).get_slot("day") == "on friday"


async def test_a_release_without_anything_suspended_says_nothing(line: Line) -> None:
    await line.text("hello")
    assert words(await line.trigger("EXTERNAL_staff_released")) == []


async def test_a_second_wish_for_a_person_keeps_the_form(line: Line) -> None:
    await line.text("book a visit")
    await line.text("a person please")
    await line.text("a person please")
    assert words(await line.trigger("EXTERNAL_staff_released")) == ["Which day?"]


async def test_staff_taking_over_by_themselves_suspends_the_form(line: Line) -> None:
    await line.text("book a visit")
    taken = await line.append(("staff", "Marisol here."))
    assert taken.awaiting is Awaiting.NONE
    assert words(await line.trigger("EXTERNAL_staff_released")) == ["Which day?"]


async def test_the_exchange_reaches_the_releasing_action_and_nobody_acts_on_it(line: Line, actions: Actions) -> None:
    await line.text("hello")
    appended = await line.append(("staff", "Your $80 is off."), ("patient", "move it now"))
    assert words(appended) == []
    assert not [call for call in actions.calls if call["next_action"] == "action_move"]
    assert (await line.tracker()).latest_message.text == "hello"

    await line.trigger("EXTERNAL_staff_released")
    call = next(call for call in actions.calls if call["next_action"] == "action_resume")
    seen = [
        (event["metadata"]["author"], event["text"])
        for event in call["tracker"]["events"]
        if event["event"] == "bot" and "author" in event["metadata"]
    ]
    assert seen == [("staff", "Your $80 is off."), ("patient", "move it now")]


def staff_words(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.applied_events() if isinstance(event, BotUttered) and event.metadata.get("author") == "staff"]


async def test_a_fallback_does_not_undo_what_staff_said(line: Line) -> None:
    unclosed = DialogueStateTracker.from_events(
        "cv", [ActionExecuted("action_listen"), UserUttered("hello"), BotUttered("Your $80 is off.", metadata={"author": "staff"})]
    )
    assert staff_words(unclosed) == ["Your $80 is off."]
    for event in (UserUttered("gibberish"), ActionExecuted("action_default_fallback"), UserUtteranceReverted()):
        unclosed.update(event)
    assert staff_words(unclosed) == []  # without a closing action_listen

    await line.text("hello")
    await line.append(("staff", "Your $80 is off."))
    assert "Sorry?" in words(await line.text("gibberish"))  # Rasa's own fallback, which reverts
    assert staff_words(await line.tracker()) == ["Your $80 is off."]


async def test_a_trigger_never_enters_an_open_form(line: Line, stock: Stock) -> None:
    await stock.text("book a visit")
    tracker = await stock.agent.tracker_store.retrieve("cv_stock")
    await stock.agent.trigger_intent("EXTERNAL_ask_nps", [], CollectingOutputChannel(), tracker)
    assert (await stock.agent.tracker_store.retrieve("cv_stock")).get_slot("day") == "EXTERNAL: EXTERNAL_ask_nps"

    await line.text("book a visit")
    before = len((await line.tracker()).events)
    with pytest.raises(TurnRefused):
        await line.trigger("EXTERNAL_ask_nps")
    assert len((await line.tracker()).events) == before
    assert words(await line.text("on friday")) == ["Is that right?"]


async def test_a_question_from_outside_is_a_form_of_its_own(line: Line) -> None:
    asked = await line.trigger("EXTERNAL_ask_nps")
    assert words(asked) == ["How likely, 0 to 10?"]
    assert asked.awaiting is Awaiting.NPS_SCORE
    tracker: Any = await line.tracker()
    assert tracker.get_slot("nps_score") is None  # the trigger is not the patient's answer
    assert words(await line.text("9")) == ["Thank you."]
    assert (await line.tracker()).get_slot("nps_score") == "9"

"""What a conversation remembers: a message that comes twice, a form over hours and over hundreds of events."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import SessionConfig

from bot.types import Awaiting, Record
from channels.rasa_turn.history import MAX_EVENTS
from tests.contract.rasa_turn.line import Actions, Line, Stock, answer, line_of, load, serving, sqlite_store, words


def moving(actions: Actions) -> None:
    """Let the action of "move it now" say something and record it."""
    actions.does["action_move"] = lambda _call: {
        "events": [],
        "responses": [{"text": "Moving."}, {"custom": {"record": "audit", "what": "moved", "actor": "bot"}}],
    }


def moves(actions: Actions) -> int:
    return sum(call["next_action"] == "action_move" for call in actions.calls)


async def test_a_known_message_is_answered_from_the_tracker(line: Line, actions: Actions, stock: Stock) -> None:
    moving(actions)
    for _ in range(2):
        await stock.text("move it now", message_id="SM_once")
    assert moves(actions) == 2  # Rasa acts twice

    actions.calls.clear()
    first = await line.text("move it now", message_id="SM_once")
    latest = next(call for call in actions.calls if call["next_action"] == "action_move")["tracker"]["latest_message"]
    assert latest["message_id"] == "SM_once"  # what an action makes its booking key from
    events = len((await line.tracker()).events)
    again = await line.text("move it now", message_id="SM_once")

    assert words(first) == ["Moving.", "Done: it is moved."]
    assert first.records == (Record("audit", {"what": "moved", "actor": "bot"}),)
    assert (again.says, again.records, again.awaiting, again.replayed) == (first.says, first.records, first.awaiting, True)
    assert moves(actions) == 1
    assert len((await line.tracker()).events) == events


async def test_an_earlier_message_is_answered_with_its_own_replies_only(line: Line) -> None:
    await line.text("hello", message_id="SM_1")
    await line.text("parking", message_id="SM_2")
    await line.append(("staff", "I am Marisol."), message_id="TU_3")
    assert words(await line.text("hello", message_id="SM_1")) == ["hello by text"]
    assert words(await line.text("parking", message_id="SM_2")) == ["Parking is free."]
    assert (await line.append(("staff", "I am Marisol."), message_id="TU_3")).replayed


async def test_a_known_trigger_is_repeated_though_its_form_is_open(line: Line) -> None:
    first = await line.trigger("EXTERNAL_ask_nps", message_id="TU_survey")
    again = await line.trigger("EXTERNAL_ask_nps", message_id="TU_survey")
    assert words(first) == words(again) == ["How likely, 0 to 10?"]
    assert again.replayed
    assert again.awaiting is Awaiting.NPS_SCORE


async def test_a_form_outlives_the_session(small_model: Path, agent: Agent, actions: Actions) -> None:
    over_at_once = SessionConfig(session_expiration_time=1e-9, carry_over_slots=True)
    stock = Stock(small_model, InMemoryTrackerStore(None), actions.url)
    stock.agent.processor.domain.session_config = over_at_once
    assert await stock.text("book a visit") == ["Which day?"]
    assert await stock.text("on friday") == ["Sorry?"]  # the form is gone

    agent.processor.domain.session_config = over_at_once
    async with serving(agent, actions.url) as url, line_of(agent, url) as line:
        await line.text("book a visit")
        assert words(await line.text("on friday")) == ["Is that right?"]


async def test_a_long_history_is_shortened_and_nothing_needed_is_lost(line: Line, actions: Actions) -> None:
    actions.does["action_nickname"] = lambda _call: answer([{"event": "slot", "name": "nickname", "value": "Maya"}])
    await line.text("book a visit")
    await line.text("on friday")
    actions.does.clear()
    turns = 0
    sizes = []
    while turns < 60:
        aside = await line.text("parking")
        assert words(aside) == ["Parking is free.", "Is that right?"]
        assert aside.awaiting is Awaiting.YES_NO
        turns += 1
        sizes.append(len((await line.agent.tracker_store.retrieve(line.conversation)).events))
    assert max(sizes) < MAX_EVENTS + 30
    assert sum(later < earlier for earlier, later in pairwise(sizes)) >= 2  # it happened, more than once

    tracker = await line.agent.tracker_store.retrieve(line.conversation)
    assert (tracker.get_slot("day"), tracker.get_slot("nickname")) == ("on friday", "Maya")
    assert words(await line.text("yes")) == ["Thank you."]
    whole = await line.tracker()
    assert sum(event.type_name == "user" for event in whole.events) == turns + 3  # the past is kept, only not carried along


async def test_a_turn_that_shortened_the_history_can_be_repeated(line: Line) -> None:
    await line.text("book a visit")
    last = ""
    shortened = False
    before = 0
    while not shortened:
        last = f"SM_{before}"
        said = words(await line.text("parking", message_id=last))
        size = len((await line.agent.tracker_store.retrieve(line.conversation)).events)
        shortened, before = size < before, size
    again = await line.text("parking", message_id=last)
    assert again.replayed
    assert words(again) == said


async def test_a_conversation_survives_the_server(small_model: Path, tmp_path: Path, line: Line, actions: Actions) -> None:
    await line.text("book a visit")
    other = load(small_model, sqlite_store(tmp_path), actions.url)
    async with serving(other, actions.url) as url, line_of(other, url) as elsewhere:
        assert words(await elsewhere.text("on friday")) == ["Is that right?"]

"""A turn whose action or database failed has not happened: nothing is said, nothing is saved, and it can be tried again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore

from bot.types import Awaiting, TurnFailed
from channels.rasa_turn.preparation import bare
from tests.contract.rasa_turn.line import Actions, Line, Stock, answer, line_of, serving, words


async def test_a_dead_action_server_is_no_done(line: Line, actions: Actions, stock: Stock) -> None:
    await line.text("hello")
    before = len((await line.tracker()).events)
    await actions.stop()

    assert await stock.text("move it now") == ["Done: it is moved."]  # what Rasa says by itself
    with pytest.raises(TurnFailed, match="action server"):
        await line.text("move it now", message_id="SM_move")
    assert len((await line.tracker()).events) == before

    await actions.start()
    again = await line.text("move it now", message_id="SM_move")
    assert words(again) == ["Done: it is moved."]
    assert not again.replayed


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "HTTP 500": lambda _call: web.Response(status=500),
    "HTTP 404, as for an action it does not know": lambda _call: web.Response(status=404),
    "no JSON": lambda _call: web.Response(text="sorry", content_type="application/json"),
    "a web page": lambda _call: web.Response(text="<html>", content_type="text/html"),
    "an answer of another shape": lambda _call: {"events": {"not": "a list"}},
    "an event that is none": lambda _call: {"events": [{"event": "no_such_event"}], "responses": []},
    "a rejection that cannot be read": lambda _call: web.Response(status=400, text="no"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_of_an_action_fails_the_turn(line: Line, actions: Actions, stock: Stock, broken: Any) -> None:
    actions.does["action_move"] = broken
    assert "Done: it is moved." in await stock.text("move it now")
    with pytest.raises(TurnFailed):
        await line.text("move it now")
    assert not [event for event in (await line.tracker()).events if event.type_name == "user"]


async def test_a_slow_action_fails_the_turn_at_the_limit(agent: Agent, actions: Actions) -> None:
    released = asyncio.Event()

    async def slow(_call: dict[str, Any]) -> dict[str, Any]:
        await released.wait()
        return answer()

    actions.does["action_move"] = slow
    async with serving(agent, actions.url, action_limit_seconds=0.1) as url, line_of(agent, url) as line:
        with pytest.raises(TurnFailed, match=r"action_move: .* 0\.1 s"):
            await line.text("move it now")
    released.set()


async def test_a_failed_slot_action_fails_the_turn(line: Line, actions: Actions, stock: Stock) -> None:
    await stock.text("book a visit")
    await line.text("book a visit")
    actions.does["action_nickname"] = lambda _call: web.Response(status=500)
    assert await stock.text("on friday") == ["Is that right?"]
    with pytest.raises(TurnFailed, match="action_nickname"):
        await line.text("on friday")
    assert (await line.tracker()).get_slot("day") is None


async def test_a_failed_validation_keeps_the_answer_for_the_next_try(line: Line, actions: Actions) -> None:
    await line.trigger("EXTERNAL_ask_nps")
    actions.does["validate_nps_form"] = lambda _call: web.Response(status=503)
    with pytest.raises(TurnFailed, match="validate_nps_form"):
        await line.text("9", message_id="SM_nine")
    del actions.does["validate_nps_form"]

    assert words(await line.text("9", message_id="SM_nine")) == ["Thank you."]
    assert (await line.tracker()).get_slot("nps_score") == "9"


async def test_rules_going_in_a_circle_fail_the_turn(line: Line, actions: Actions, stock: Stock) -> None:
    actions.does["action_circle"] = lambda _call: answer([{"event": "followup", "name": "action_circle"}])
    assert await stock.text("round and round") == []
    with pytest.raises(TurnFailed, match="circle"):
        await line.text("round and round")


async def test_an_action_may_still_reject(line: Line, actions: Actions) -> None:
    actions.does["validate_nps_form"] = lambda _call: web.json_response({"action_name": "validate_nps_form", "error": "no"}, status=400)
    await line.trigger("EXTERNAL_ask_nps")
    assert (await line.text("parking")).awaiting is not None  # Rasa deals with it; the turn has not failed


@pytest.fixture
def database_file(agent: Agent) -> Path:
    """Where the line's trackers are."""
    return Path(bare(agent.tracker_store).engine.url.database)


def break_table(database: Path, broken: bool) -> None:
    """Take the table of events away, or bring it back."""
    here, there = ("events", "away") if broken else ("away", "events")
    with sqlite3.connect(database) as connection:
        connection.execute(f"ALTER TABLE {here} RENAME TO {there}")
    connection.close()


async def test_a_database_error_is_no_new_conversation(
    line: Line, database_file: Path, small_model: Path, actions: Actions, tmp_path: Path
) -> None:
    stock = Stock(small_model, SQLTrackerStore(db=str(tmp_path / "stock.db")), actions.url)
    assert await stock.text("book a visit") == ["Which day?"]
    break_table(tmp_path / "stock.db", broken=True)
    assert await stock.text("on friday") == ["Sorry?"]  # Rasa has forgotten its question

    await line.text("book a visit")
    break_table(database_file, broken=True)
    with pytest.raises(TurnFailed, match="OperationalError"):
        await line.text("on friday")
    break_table(database_file, broken=False)
    asked = await line.text("on friday")
    assert words(asked) == ["Is that right?"]
    assert asked.awaiting is Awaiting.YES_NO

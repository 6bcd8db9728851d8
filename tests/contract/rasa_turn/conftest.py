"""The small bot, trained once, behind the real endpoint."""

from __future__ import annotations

import os

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", RASA_TELEMETRY_ENABLED="false")

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore

from tests.contract.rasa_turn import small_bot
from tests.contract.rasa_turn.line import Actions, Line, Stock, line_of, load, serving, sqlite_store


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the small bot's model."""
    return small_bot.train(tmp_path_factory.mktemp("small_bot"))


@pytest.fixture
async def actions() -> AsyncIterator[Actions]:
    """A running action server whose actions do nothing until a test says otherwise."""
    server = Actions()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def agent(small_model: Path, actions: Actions, tmp_path: Path) -> Agent:
    """The small bot with trackers in a SQLite file."""
    return load(small_model, sqlite_store(tmp_path), actions.url)


@pytest.fixture
async def line(agent: Agent, actions: Actions) -> AsyncIterator[Line]:
    """A conversation with the small bot through the endpoint."""
    async with serving(agent, actions.url) as url, line_of(agent, url) as opened:
        yield opened


@pytest.fixture
def stock(small_model: Path, actions: Actions) -> Stock:
    """The same bot the way Rasa answers by itself."""
    return Stock(small_model, InMemoryTrackerStore(None), actions.url)


@pytest.fixture(scope="session", autouse=True)
def stock_result_check() -> Any:
    """Rasa's own check of an action's answer, kept before the endpoint replaces it."""
    return RemoteAction._validate_action_result

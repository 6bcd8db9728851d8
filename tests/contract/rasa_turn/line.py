"""The small bot behind a real Sanic server and behind stock Rasa, and an action server that does what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage, register
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot.settings import Settings
from bot.types import Channel, TurnRequest, TurnResult
from channels.rasa_turn.channel import MendlineInput
from channels.rasa_turn.client import RasaDialogue
from channels.rasa_turn.tracker_store import MendlineTrackerStore
from tests.support.services import free_port

# Sanic optimises its classes when the first application starts; this lets a process start several.
Sanic.test_mode = True

TOKEN = "token-of-the-tests"
Answer = dict[str, Any] | web.Response
Action = Callable[[dict[str, Any]], Any]

_numbers = itertools.count()


def answer(events: list[dict[str, Any]] | None = None, **response: Any) -> dict[str, Any]:
    """Return an action's answer: its events and one response."""
    return {"events": events or [], "responses": [response] if response else []}


class Actions:
    """An action server speaking Rasa's protocol. `does[name]` takes the call and returns an answer or web.Response, or awaits one."""

    def __init__(self) -> None:
        self.does: dict[str, Action] = {}
        self.calls: list[dict[str, Any]] = []
        self._runner: web.AppRunner | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _call(self, request: web.Request) -> web.Response:
        call = await request.json()
        self.calls.append(call)
        result = self.does.get(call["next_action"], lambda _call: answer())(call)
        if asyncio.iscoroutine(result):
            result = await result
        return result if isinstance(result, web.Response) else web.json_response(result)

    async def start(self) -> None:
        app = web.Application(client_max_size=10**8)
        app.router.add_post("/webhook", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


class Line:
    """One conversation's view of the endpoint: short verbs for tests."""

    def __init__(self, dialogue: RasaDialogue, agent: Agent, conversation: str = "cv_test", channel: Channel = Channel.SMS) -> None:
        self.dialogue = dialogue
        self.agent = agent
        self.conversation = conversation
        self.channel = channel

    def request(self, **what: Any) -> TurnRequest:
        what.setdefault("message_id", f"SM{next(_numbers)}")
        return TurnRequest(conversation=self.conversation, channel=self.channel, **what)

    async def text(self, text: str, **more: Any) -> TurnResult:
        return await self.dialogue.turn(self.request(text=text, **more))

    async def trigger(self, name: str, **more: Any) -> TurnResult:
        return await self.dialogue.turn(self.request(trigger={"name": name}, **more))

    async def append(self, *said: tuple[str, str], **more: Any) -> TurnResult:
        events = [{"event": "bot", "text": text, "metadata": {"author": author}, "timestamp": 1.0} for author, text in said]
        return await self.dialogue.turn(self.request(events=events, **more))

    async def tracker(self) -> Any:
        return await self.agent.tracker_store.get_or_create_full_tracker(self.conversation, False)


def words(result: TurnResult) -> list[str]:
    """Return the texts that a turn says."""
    return [say.text for say in result.says]


@contextlib.asynccontextmanager
async def serving(agent: Agent, actions_url: str, action_limit_seconds: float = 10.0) -> AsyncIterator[str]:
    """Serve `agent` behind the turn endpoint as Rasa's server does; yields the base URL."""
    settings = Settings(internal_token=TOKEN, actions_url=actions_url)
    app = Sanic(f"turns_{next(_numbers)}", configure_logging=False)
    app.ctx.agent = agent
    register([MendlineInput(settings, action_limit_seconds)], app, route="/webhooks/")
    port = free_port()
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await server.before_stop()
        await server.close()
        await server.after_stop()


def load(model: Path, store: Any, actions_url: str) -> Agent:
    """Load the model as Rasa's server does."""
    return Agent.load(str(model), tracker_store=store, action_endpoint=EndpointConfig(f"{actions_url}/webhook"))


class Stock:
    """Rasa as it comes, with the same model: what the endpoint is there to avoid."""

    def __init__(self, model: Path, store: Any, actions_url: str) -> None:
        self.agent = load(model, store, actions_url)

    async def text(self, text: str, conversation: str = "cv_stock", message_id: str | None = None) -> list[str]:
        output = CollectingOutputChannel()
        await self.agent.handle_message(UserMessage(text, output, conversation, message_id=message_id))
        return [message["text"] for message in output.messages if "text" in message]


@contextlib.asynccontextmanager
async def line_of(agent: Agent, url: str) -> AsyncIterator[Line]:
    """A client of a serving endpoint."""
    async with aiohttp.ClientSession() as session:
        yield Line(RasaDialogue(url, TOKEN, session), agent)


def sqlite_store(folder: Path) -> MendlineTrackerStore:
    """A fresh tracker store in a SQLite file."""
    return MendlineTrackerStore(host=f"sqlite:///{folder / 'trackers.db'}")

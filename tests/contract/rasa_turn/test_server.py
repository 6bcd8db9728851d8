"""The endpoint as a server: who may call it, what it replaces in Rasa, what it costs, and the process around it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import redis
import structlog
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore, RedisLockStore
from rasa.core.run import create_http_input_channels
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints

from bot.settings import DEMO_INTERNAL_TOKEN, Settings
from bot.types import Channel, TurnFailed, TurnRefused, TurnRequest
from channels.rasa_turn.action_server import ActionServer
from channels.rasa_turn.channel import MendlineInput
from channels.rasa_turn.client import RasaDialogue
from channels.rasa_turn.light_start import set_environment
from channels.rasa_turn.preparation import ServerUnfit, prepare
from channels.rasa_turn.protocol import PATH
from channels.rasa_turn.server import ModelMissing, newest_model
from channels.rasa_turn.tracker_store import MendlineTrackerStore
from tests.contract.rasa_turn.line import TOKEN, Actions, Line, Stock, answer, line_of, load, serving, words
from tests.support.services import RedisServer, free_port

ROOT = Path(__file__).resolve().parents[3]
GREETING = {"conversation": "cv_1", "message_id": "SM1", "channel": "sms", "text": "hello"}


@pytest.fixture
async def url(agent: Agent, actions: Actions) -> AsyncIterator[str]:
    async with serving(agent, actions.url) as address:
        yield address


async def post(url: str, body: Any, token: str | None = TOKEN) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    data = body if isinstance(body, str) else json.dumps(body)
    async with aiohttp.ClientSession() as session, session.post(url + PATH, data=data, headers=headers) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "töken"])
async def test_only_our_own_processes_are_answered(url: str, agent: Agent, token: str | None) -> None:
    status, _ = await post(url, GREETING, token)
    assert status == 401
    assert await agent.tracker_store.retrieve("cv_1") is None


MALFORMED = {
    "no JSON": "{",
    "no object": [],
    "no conversation": {**GREETING, "conversation": ""},
    "no message_id": {**GREETING, "message_id": None},
    "an unknown channel": {**GREETING, "channel": "fax"},
    "nothing to do": {**GREETING, "text": None},
    "two things to do": {**GREETING, "events": []},
    "a text that is none": {**GREETING, "text": 7},
    "a trigger from nowhere": {**GREETING, "text": None, "trigger": {"name": "affirm"}},
    "a trigger that no domain knows": {**GREETING, "text": None, "trigger": {"name": "EXTERNAL_unheard_of"}},
    "events of the patient": {**GREETING, "text": None, "events": [{"event": "user", "text": "yes"}]},
    "events of nobody": {**GREETING, "text": None, "events": [{"event": "bot", "text": "yes"}]},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_turn_is_refused_in_words(url: str, agent: Agent, body: Any) -> None:
    status, text = await post(url, body)
    assert status == 400
    assert json.loads(text)["error"]
    tracker = await agent.tracker_store.retrieve("cv_1")
    assert tracker is None or not list(tracker.events)


async def test_the_stream_is_lines_and_ends_with_end(url: str) -> None:
    status, text = await post(url, GREETING)
    lines = [json.loads(line) for line in text.splitlines()]
    assert status == 200
    assert lines[0] == {"say": {"text": "hello by text", "response": "utter_greet", "awaiting": "none", "buttons": []}}
    end = lines[1]["end"]
    assert set(end.pop("ms")) == {"load", "parse", "extract", "predict", "act", "save", "total"}
    why = end.pop("why")
    assert end == {"awaiting": "none", "failed": False, "reason": None, "replayed": False, "intents": ["greet"], "form": None}
    assert why["awaited"] == {"before": "none", "after": "none"}
    assert why["actions"] == ["utter_greet"]
    assert [clause["intent"] for clause in why["clauses"]] == ["greet"]
    assert 0 < why["clauses"][0]["confidence"] <= 1
    assert GREETING["text"] not in json.dumps(why)


async def test_health_tells_whether_turns_are_answered(url: str, agent: Agent) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(url + "/webhooks/mendline/health") as response:
            assert (response.status, await response.json()) == (200, {"ready": True, "model": agent.model_id})
        async with session.get(url + "/conversations/cv_1/tracker") as response:
            assert response.status == 404  # Rasa's own API stays off


async def test_messages_of_one_conversation_take_turns(line: Line, actions: Actions) -> None:
    called, released = asyncio.Event(), asyncio.Event()

    async def waiting(_call: dict[str, Any]) -> dict[str, Any]:
        called.set()
        await released.wait()
        return answer(text="Second.")

    actions.does["action_second"] = waiting
    first = asyncio.create_task(line.text("tell me twice"))
    await called.wait()
    second = asyncio.create_task(line.text("hello"))
    done, _ = await asyncio.wait({second}, timeout=0.2)
    assert not done
    released.set()
    assert words(await first) == ["First.", "Second."]
    assert words(await second) == ["hello by text"]
    assert [event.text for event in (await line.tracker()).events if event.type_name == "user"] == ["tell me twice", "hello"]


async def test_redis_is_not_the_lock(small_model: Path, actions: Actions, redis_server: RedisServer, tmp_path: Path) -> None:
    replicas = []
    for _ in range(2):
        store = RedisLockStore.__new__(RedisLockStore)
        store.red = redis.Redis(unix_socket_path=str(redis_server.socket))
        store.key_prefix = "lock:"
        replicas.append(store)
    locks = [store.get_or_create_lock("cv_1") for store in replicas]  # both have read before either writes
    tickets = [lock.issue_ticket(60) for lock in locks]
    for store, lock in zip(replicas, locks, strict=True):
        store.save_lock(lock)
    assert tickets[0] == tickets[1]  # both are served at once

    agent = load(small_model, MendlineTrackerStore(host=f"sqlite:///{tmp_path / 'trackers.db'}"), actions.url)
    agent.lock_store = replicas[0]
    prepare(agent, ActionServer(actions.url, TOKEN))
    assert isinstance(agent.lock_store, InMemoryLockStore)
    assert agent.processor.lock_store is agent.lock_store


def test_a_server_that_would_forget_does_not_start(small_model: Path) -> None:
    with pytest.raises(ServerUnfit, match="endpoints"):
        prepare(load(small_model, InMemoryTrackerStore(None), ""), ActionServer("http://127.0.0.1:1", TOKEN))
    with pytest.raises(ServerUnfit, match="no model"):
        prepare(Agent(), ActionServer("http://127.0.0.1:1", TOKEN))


async def test_rasas_own_files_lead_to_our_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MENDLINE_HOME", str(tmp_path))
    monkeypatch.delenv("MENDLINE_DATABASE_URL", raising=False)
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    assert [type(channel) for channel in channels] == [MendlineInput]
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    store = TrackerStore.create(endpoints.tracker_store)
    assert isinstance(store, MendlineTrackerStore)
    assert store.engine.url.database == str(tmp_path / "trackers.db")
    assert endpoints.lock_store.type == "in_memory"
    assert endpoints.action.url == f"{Settings().actions_url}/webhook"
    assert endpoints.action.headers == {"Authorization": f"Bearer {DEMO_INTERNAL_TOKEN}"}


async def test_no_message_text_is_logged(
    stock: Stock, agent: Agent, actions: Actions, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        structlog.reset_defaults()
        await stock.text("hello from my swollen knee")
        assert "swollen" in "".join(capfd.readouterr())  # what Rasa prints unless told otherwise

        async with serving(agent, actions.url) as url, line_of(agent, url) as line:
            assert words(await line.text("hello from my swollen knee")) == ["hello by text"]
        assert "swollen" not in "".join(capfd.readouterr()) + caplog.text


async def test_a_failure_is_logged_without_what_was_said(line: Line, actions: Actions, caplog: pytest.LogCaptureFixture) -> None:
    actions.does["action_move"] = lambda _call: {"events": [{"event": "slot", "swollen knee": 1}], "responses": "swollen knee"}
    with caplog.at_level("INFO"), pytest.raises(TurnFailed) as failed:
        await line.text("move it now")
    assert "action_move" in caplog.text
    assert "swollen" not in caplog.text + failed.value.reason


def test_nothing_is_sent_to_rasas_makers() -> None:
    from rasa.telemetry import is_telemetry_enabled

    os.environ.pop("RASA_TELEMETRY_ENABLED")
    set_environment()
    assert not is_telemetry_enabled()


async def test_an_action_costs_less_than_in_stock_rasa(line: Line, actions: Actions, stock_result_check: Any) -> None:
    actions.does["action_move"] = lambda _call: answer([{"event": "slot", "name": "nickname", "value": "Maya"}], text="Moving.")
    ours = RemoteAction._validate_action_result

    async def cost(check: Any) -> float:
        RemoteAction._validate_action_result = check
        start = time.process_time()
        for _ in range(8):
            await line.text("move it now")
        return time.process_time() - start

    try:
        await cost(ours)
        line.conversation = "cv_ours"
        mine = await cost(ours)
        line.conversation = "cv_stock"
        theirs = await cost(stock_result_check)
    finally:
        RemoteAction._validate_action_result = ours
    assert mine < 0.7 * theirs


async def test_an_action_gets_no_domain(line: Line, actions: Actions, stock: Stock) -> None:
    await stock.text("move it now")
    assert "domain" in actions.calls[-1]
    await line.text("move it now")
    assert "domain" not in actions.calls[-1]


def test_the_compiled_check_still_refuses(line: Line) -> None:
    action = RemoteAction("action_move", None)
    assert action._validate_action_result({"events": [], "responses": []})
    with pytest.raises(Exception, match="not of type"):
        action._validate_action_result({"events": "none"})


class Endpoint:
    """A turn endpoint that answers as a test says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.status = 200
        self.hold: asyncio.Event | None = None

    async def turn(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=self.status)
        await response.prepare(request)
        for line in self.lines:
            await response.write(line.encode() + b"\n")
        if self.hold is not None:
            await self.hold.wait()
        return response


@pytest.fixture
async def endpoint() -> AsyncIterator[tuple[Endpoint, RasaDialogue]]:
    scripted = Endpoint()
    app = web.Application()
    app.router.add_post(PATH, scripted.turn)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with aiohttp.ClientSession() as session:
        yield scripted, RasaDialogue(f"http://127.0.0.1:{port}", TOKEN, session, limit_seconds=0.2)
    await runner.cleanup()


REQUEST = TurnRequest("cv_1", "SM1", Channel.SMS, text="hello")
SAY = json.dumps({"say": {"text": "hi", "response": None, "awaiting": "none", "buttons": []}})


@pytest.mark.parametrize(
    ("status", "lines", "error"),
    [
        (200, [], TurnFailed),
        (200, [SAY], TurnFailed),
        (200, [SAY, '{"end": {"failed": true, "reason": "no"}}'], TurnFailed),
        (200, ["<html>"], TurnFailed),
        (409, [], TurnRefused),
        (401, [], TurnFailed),
        (503, [SAY], TurnFailed),
    ],
)
async def test_an_answer_without_a_good_end_is_no_answer(
    endpoint: tuple[Endpoint, RasaDialogue], status: int, lines: list[str], error: type[Exception]
) -> None:
    endpoint[0].status, endpoint[0].lines = status, lines
    with pytest.raises(error):
        await endpoint[1].turn(REQUEST)


async def test_a_server_that_hangs_or_is_gone_fails_the_turn(endpoint: tuple[Endpoint, RasaDialogue]) -> None:
    endpoint[0].hold = asyncio.Event()
    endpoint[0].lines = [SAY]
    with pytest.raises(TurnFailed, match=r"0\.2 s"):
        await endpoint[1].turn(REQUEST)
    endpoint[0].hold.set()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TurnFailed, match="could not be used"):
            await RasaDialogue(f"http://127.0.0.1:{free_port()}", TOKEN, session).turn(REQUEST)


def test_the_newest_model_is_served(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="make train"):
        newest_model(tmp_path)
    for age, name in enumerate(("b", "a")):
        (tmp_path / f"{name}.tar.gz").touch()
        os.utime(tmp_path / f"{name}.tar.gz", (age, age))
    assert newest_model(tmp_path) == tmp_path / "a.tar.gz"
    assert newest_model(tmp_path / "b.tar.gz") == tmp_path / "b.tar.gz"


SERVE = """
import sys
from pathlib import Path
from bot.settings import Settings
from channels.rasa_turn.server import serve
home, model, port, actions_url, token = sys.argv[1:]
serve(Settings(home=Path(home), actions_url=actions_url, internal_token=token), Path(model), port=int(port))
"""


async def test_the_process_starts_without_tensorflow_and_finishes_its_turns(small_model: Path, actions: Actions, tmp_path: Path) -> None:
    port = free_port()
    called, released = asyncio.Event(), asyncio.Event()

    async def waiting(_call: dict[str, Any]) -> dict[str, Any]:
        called.set()
        await released.wait()
        return answer(text="Second.")

    actions.does["action_second"] = waiting
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(tmp_path), str(small_model), str(port), actions.url, TOKEN, cwd=ROOT
    )
    try:
        url = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession() as session:
            await _until_healthy(session, url, process)
            assert "tensorflow" not in _mapped_files(process.pid)
            turn = asyncio.create_task(
                RasaDialogue(url, TOKEN, session).turn(TurnRequest("cv_1", "SM1", Channel.SMS, text="tell me twice"))
            )
            await asyncio.wait_for(called.wait(), 5)
            process.send_signal(signal.SIGTERM)
            released.set()
            assert words(await turn) == ["First.", "Second."]
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()


def _mapped_files(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


async def _until_healthy(session: aiohttp.ClientSession, url: str, process: asyncio.subprocess.Process) -> None:
    for _ in range(600):
        assert process.returncode is None, "the server ended before it answered"
        try:
            async with session.get(f"{url}/webhooks/mendline/health") as response:
                assert response.status == 200
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise AssertionError("the server did not come up in 60 s")


def test_the_client_knows_nothing_of_rasa() -> None:
    code = "import sys, channels.rasa_turn.client; print([name for name in ('rasa', 'tensorflow', 'sanic') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

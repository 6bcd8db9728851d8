"""The two stacks under measurement, each as its processes run in earnest, on the same model and the same scheduling server.

Ours      `python -m bot run all` on its embedded defaults: SQLite with synchronous=FULL, embedded Redis
Stock     `rasa run` with the built-in Twilio channel and an SQLite file for its trackers (Rasa's default keeps them in memory only), our
          action server in a process of its own, started as ours is; the scheduling server is ours
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import yaml
from yarl import URL

from bot.leash import leashed
from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_INTERNAL_TOKEN, DEMO_SMS_NUMBER
from bot.store.migrate import upgrade
from tests.bench.carrier import Carrier
from tests.bench.processes import named
from tests.support.services import free_port
from tests.support.stack import ROOT, Stack
from tests.support.twilio_client import SignedTexter

TWILIO_LIMIT_S = 15.0
"""Seconds after which Twilio gives up a webhook."""

START_S = 240.0
POLL_S = 0.05


class SideFailed(Exception):
    """A stack did not start. The message says where its logs are."""


class Side(Protocol):
    """A running stack that can be texted."""

    name: str
    carrier: Carrier
    texter: Texter

    def processes(self) -> dict[str, int]:
        """Return the process ids by name."""


class Texter:
    """Posts webhooks as Twilio does, as many at once as asked."""

    def __init__(self, base: str, path: str, session: aiohttp.ClientSession) -> None:
        self._signer = SignedTexter(base)
        self._url = URL(base + path)
        self._path = path
        self._session = session

    async def text(self, number: str, body: str) -> tuple[float, float, bool]:
        """Text the stack; return when it was sent (monotonic), the seconds until it was answered, and whether that was a 2xx in time."""
        fields = self._signer.fields(number, body)
        headers = {"X-Twilio-Signature": self._signer.signature(self._path, fields)}
        sent = time.monotonic()
        try:
            async with self._session.post(self._url, data=fields, headers=headers) as answer:
                await answer.read()
                return sent, time.monotonic() - sent, answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return sent, time.monotonic() - sent, False


def open_session() -> aiohttp.ClientSession:
    """Return a session with as many connections as needed and Twilio's time limit."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TWILIO_LIMIT_S))


class Ours:
    """The whole line, supervised."""

    name = "ours"

    def __init__(self, home: Path, carrier: Carrier, session: aiohttp.ClientSession) -> None:
        self.carrier = carrier
        self._session = session
        self.port = free_port()
        self.stack = Stack(home, {"MENDLINE_TWILIO_API_URL": carrier.url, "MENDLINE_LOG_LEVEL": "warning", "MENDLINE_PORT": str(self.port)})
        self.texter = Texter(f"http://127.0.0.1:{self.port}", "/twilio/sms", session)

    async def start(self, number: str) -> tuple[float, float]:
        """Start; return the seconds until the first webhook was accepted and until its text was answered."""
        began = time.monotonic()
        starting = asyncio.create_task(asyncio.to_thread(self.stack.start))
        times = await _first_answer(self, number, began, starting)
        await starting
        return times

    async def stop(self) -> None:
        """Stop in order."""
        await asyncio.to_thread(self.stack.stop)

    @property
    def scheduling(self) -> str:
        """The FHIR base of the embedded server."""
        return self.stack.address("scheduling")

    @property
    def database(self) -> Path:
        """The store."""
        return self.stack.home / "mendline.db"

    def processes(self) -> dict[str, int]:
        """The supervisor and everything below it."""
        names = {path.stem: int(path.read_text()) for path in sorted((self.stack.home / "run").glob("*.pid"))}
        return named(names["supervisor"], names)


class Stock:
    """Stock Rasa and the action server."""

    name = "stock"

    def __init__(self, home: Path, model: Path, carrier: Carrier, scheduling: str, session: aiohttp.ClientSession) -> None:
        self.carrier = carrier
        self._home = home
        self._model = model
        self._scheduling = scheduling
        self._session = session
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port, self._actions_port = free_port(), free_port()
        self.texter = Texter(f"http://127.0.0.1:{self.port}", "/webhooks/twilio/webhook", session)

    async def start(self, number: str) -> tuple[float, float]:
        """Start; return the seconds until the first webhook was accepted and until its text was answered."""
        home = self._home
        home.mkdir(parents=True, exist_ok=True)
        credentials = {"twilio": {"account_sid": DEMO_ACCOUNT_SID, "auth_token": DEMO_AUTH_TOKEN, "twilio_number": DEMO_SMS_NUMBER}}
        actions = {
            "url": f"http://127.0.0.1:{self._actions_port}/webhook",
            "headers": {"Authorization": f"Bearer {DEMO_INTERNAL_TOKEN}"},
            "enable_selective_domain": True,
        }
        trackers = {"type": "SQL", "dialect": "sqlite", "db": str(home / "rasa.db")}
        _write(home / "credentials.yml", credentials)
        _write(home / "endpoints.yml", {"action_endpoint": actions, "tracker_store": trackers})
        began = time.monotonic()
        upgrade(f"sqlite:///{home / 'mendline.db'}")
        actions_environment = {
            "MENDLINE_HOME": str(home),
            "MENDLINE_ACTIONS_URL": f"http://127.0.0.1:{self._actions_port}",
            "MENDLINE_SCHEDULING_URL": self._scheduling,
            "MENDLINE_LOG_LEVEL": "warning",
        }
        self._run("actions", ["-m", "bot", "run", "actions"], actions_environment)
        rasa = ["tests/bench/stock_rasa.py", self.carrier.url, "run", "--model", str(self._model), "--port", str(self.port)]
        rasa += ["--interface", "127.0.0.1", "--credentials", str(home / "credentials.yml"), "--endpoints", str(home / "endpoints.yml")]
        self._run("rasa", rasa, {})
        return await _first_answer(self, number, began, None)

    def _run(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MENDLINE_")}
        log = self._home / f"{name}.log"
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                leashed([sys.executable, *arguments]),
                cwd=ROOT,
                env={**inherited, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    async def stop(self) -> None:
        """Stop both processes."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                await asyncio.to_thread(process.wait, 10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def check(self) -> None:
        """Raise SideFailed when a process has ended."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                tail = (self._home / f"{name}.log").read_text(errors="replace")[-2000:]
                raise SideFailed(f"stock Rasa's process {name} ended ({process.returncode}); the end of its log:\n{tail}")

    def processes(self) -> dict[str, int]:
        """Rasa and the action server."""
        found: dict[str, int] = {}
        for name, process in self._processes.items():
            found |= named(process.pid, {name: process.pid})
        return found


def _write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


async def _first_answer(side: Ours | Stock, number: str, began: float, starting: asyncio.Task[None] | None) -> tuple[float, float]:
    """Text until a webhook is accepted, then wait for the answer. Raises SideFailed after START_S."""
    answers = side.carrier.answers_to(number)
    accepted = 0.0
    while time.monotonic() - began < START_S:
        if isinstance(side, Stock):
            side.check()
        elif starting is not None and starting.done():
            starting.result()
        _, _, took = await side.texter.text(number, "hi")
        if took:
            accepted = time.monotonic() - began
            break
        await asyncio.sleep(POLL_S)
    try:
        answer = await asyncio.wait_for(answers.get(), START_S)
    except TimeoutError as error:
        raise SideFailed(f"{side.name} did not answer a first text within {START_S:.0f} s") from error
    return accepted, answer.at - began

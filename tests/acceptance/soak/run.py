"""One soak: starts the line and everything around it, plays the conversations while processes die, and brings back the evidence."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import redis

from bot.clinic import load_clinic
from bot.leash import leashed
from bot.store.database import Database
from tests.acceptance.soak.desk import Desk
from tests.acceptance.soak.ear import Ear
from tests.acceptance.soak.evidence import Evidence, rows_of, unrest, versions_of
from tests.acceptance.soak.inbound import Inbound
from tests.acceptance.soak.patients import Patient, patients_of
from tests.acceptance.soak.phrasebook import Phrasebook
from tests.acceptance.soak.plots import Plan, plots
from tests.acceptance.soak.schedule import Reader
from tests.acceptance.soak.talk import Ending, Talk
from tests.support.lossy import LossyProxy
from tests.support.services import PostgresServer, RedisServer, free_port, running
from tests.support.stack import ROOT, Stack
from tests.support.twilio_client import SignedTexter

NOW = "2025-06-02T08:02:00-04:00"
REST_SECONDS = 150.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What to run.

    `spread`: at least so many seconds lie between the first conversation's start and the last one's. `once`: each process is killed once,
    that many seconds apart; otherwise `rasa` is how many seconds Rasa lives in the mean, `others` the mean time between kills of one of the
    others. `loss`: the share of scheduling requests, and again of replies, that is lost.
    """

    engine: str
    conversations: int
    seed: int = 1
    at_once: int = 14
    spread: float = 0.0
    loss: float = 0.2
    once: float = 0.0
    rasa: float = 45.0
    others: float = 8.0


@dataclass
class Course:
    """What happened."""

    order: Order
    endings: list[tuple[str, Ending]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    proxy: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    rest_seconds: float = 0.0
    released: int = 0
    left_undone: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    transcripts: dict[str, list[str]] = field(default_factory=dict)


def soak(order: Order, home: Path, say: Say = print) -> tuple[Course, Evidence]:
    """Run one soak in `home`. Raises StackFailed, ServiceFailed when the line or a service does not start."""
    with ExitStack() as services:
        carrier_port, proxy_port = free_port(), free_port()
        settings = {
            "MENDLINE_NOW": NOW,
            "MENDLINE_WORKER": "separate",
            "MENDLINE_INTERNAL_TOKEN": secrets.token_hex(16),
            "MENDLINE_SCHEDULING_PROXY": f"http://127.0.0.1:{proxy_port}/fhir",
            "MENDLINE_TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}",
        }
        database_url, redis_server = f"sqlite:///{home / 'mendline.db'}", None
        if order.engine == "postgresql":
            postgres, redis_server = PostgresServer(), RedisServer()
            services.enter_context(running(postgres))
            services.enter_context(running(redis_server))
            database_url = postgres.url(postgres.create())
            settings |= {"MENDLINE_DATABASE_URL": database_url, "MENDLINE_REDIS_URL": redis_server.url}
        services.enter_context(_carrier(carrier_port, order.seed, home))
        line = Stack(home, settings)
        services.callback(line.stop)
        line.start()
        say(f"soak on {order.engine}: the line is up")
        course, evidence = asyncio.run(_Scene(order, line, database_url, redis_server, proxy_port, say).play())
        course.deaths = Counter(line.split()[1] for line in line.printed if " ended (" in line)
        return course, evidence


@contextmanager
def _carrier(port: int, seed: int, home: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.acceptance.soak.twilio", "--port", str(port), "--seed", str(seed)]
    with (home / "carrier.log").open("wb") as log:
        process = subprocess.Popen(leashed(command), cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), f"the carrier did not start; {home / 'carrier.log'} says why"
        yield
    finally:
        process.kill()
        process.wait()


def _alive(server: RedisServer) -> bool:
    with redis.Redis.from_url(server.url) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


class _Scene:
    """The running line with its patients."""

    def __init__(self, order: Order, line: Stack, database_url: str, redis: RedisServer | None, proxy_port: int, say: Say) -> None:
        self._order = order
        self._line = line
        self._database_url = database_url
        self._redis = redis
        self._proxy_port = proxy_port
        self._say = say
        self._course = Course(order)

    async def play(self) -> tuple[Course, Evidence]:
        """Play all conversations, wait until the line has come to rest, and read the evidence."""
        dice, settings = random.Random(self._order.seed), self._line.environment
        edge, target = self._line.address("edge"), self._line.address("scheduling").removesuffix("/fhir")
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            database = Database(self._database_url, threads=4)
            stack.callback(database.close)
            proxy = LossyProxy(target, self._order.loss, self._order.loss, self._order.seed)
            await proxy.start(self._proxy_port)
            stack.push_async_callback(proxy.stop)
            texter = await stack.enter_async_context(SignedTexter(edge))
            reader = Reader(self._line.address("scheduling"), session)
            before = await reader.schedule()
            people = patients_of(await reader.everything("Patient"), before)
            inbound, ear = Inbound(texter, dice), Ear(settings["MENDLINE_TWILIO_API_URL"], session)
            desk = Desk(database, self._line.home)
            talk = Talk(inbound, ear, Phrasebook(), desk, dice)
            listening = asyncio.create_task(ear.listen())
            began = time.monotonic()
            try:
                with self._killer():
                    keeping = asyncio.create_task(self._keep_redis())
                    await self._converse(talk, plots(people, self._order.conversations, dice))
                    if self._order.once:
                        await self._all_killed()
                    keeping.cancel()
                await inbound.finish()
                self._course.seconds = time.monotonic() - began
                await self._rest(database)
                self._course.rest_seconds = time.monotonic() - began - self._course.seconds
                await ear.catch_up()
            finally:
                listening.cancel()
            self._course.proxy = {"passed": proxy.passed, "requests lost": proxy.lost_requests, "replies lost": proxy.lost_replies}
            self._course.proxy["while it was down"] = proxy.down
            self._course.released, self._course.unread, self._course.transcripts = desk.released, talk.unread, talk.transcripts
            after = await reader.schedule()
            references = {patient.number: patient.reference for patient in people}
            evidence = Evidence(
                sent=inbound.sent,
                rows=await rows_of(database),
                heard=ear.heard,
                before=before,
                after=after,
                versions=await versions_of(reader, after, references),
                patients=references,
                zone=load_clinic(ROOT / "data" / "clinic.yml").zone,
            )
            return self._course, evidence

    async def _converse(self, talk: Talk, wanted: Sequence[tuple[Patient, Plan]]) -> None:
        """Begin conversations in order, a patient's one after the other, `at_once` at a time and no faster than `spread` asks."""
        places, waiting = asyncio.Semaphore(self._order.at_once), list(wanted)
        began, step = time.monotonic(), self._order.spread / max(len(wanted), 1)

        async def hold(patient: Patient, plan: Plan) -> None:
            try:
                self._course.endings.append((plan.kind, await talk.hold(patient, plan)))
            finally:
                patient.talking.release()
                places.release()
            done = len(self._course.endings)
            if done % 25 == 0:
                killed = sum(self._course.kills.values())
                self._say(f"  {done} of {len(wanted)} conversations after {time.monotonic() - began:.0f} s; {killed} processes killed")

        async with asyncio.TaskGroup() as group:
            for number in range(len(wanted)):
                await places.acquire()
                await asyncio.sleep(max(0.0, began + number * step - time.monotonic()))
                while (free := next((place for place, (patient, _) in enumerate(waiting) if not patient.talking.locked()), None)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                patient, plan = waiting.pop(free)
                await patient.talking.acquire()
                group.create_task(hold(patient, plan))

    @contextmanager
    def _killer(self) -> Iterator[None]:
        """Have another process kill the line's processes for the length of the block."""
        run, order = self._line.home / "run", self._order
        command = [sys.executable, "-m", "tests.acceptance.soak.killer", str(run), "--seed", str(order.seed)]
        command += ["--rasa", str(order.rasa), "--others", str(order.others), "--once", str(order.once)]
        command += ["--rasa-port", self._line.address("rasa").rpartition(":")[2]]
        self._note_redis()
        self._killing = subprocess.Popen(leashed(command), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        reading = asyncio.get_running_loop().run_in_executor(None, self._read_kills)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                self._killing.send_signal(signal.SIGTERM)
            self._killing.wait()
            reading.cancel()

    def _read_kills(self) -> None:
        assert self._killing.stdout is not None
        for line in self._killing.stdout:
            self._course.kills[json.loads(line)["process"]] += 1

    async def _all_killed(self) -> None:
        while self._killing.poll() is None:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.2)

    def _note_redis(self) -> None:
        """Tell the killer the process id of a Redis that is not the supervisor's."""
        if self._redis is not None:
            with redis.Redis.from_url(self._redis.url) as client:
                pid = client.info("server")["process_id"]
            (self._line.home / "run" / "redis.pid").write_text(f"{pid}\n")

    async def _keep_redis(self) -> None:
        """Bring a Redis of our own back, as its service manager would."""
        while self._redis is not None:
            if not _alive(self._redis):
                (self._line.home / "run" / "redis.pid").unlink(missing_ok=True)
                self._redis.kill()
                self._redis.start()
                self._note_redis()
            await asyncio.sleep(0.2)

    async def _rest(self, database: Database) -> None:
        """Wait until nothing is left to do."""
        deadline = time.monotonic() + REST_SECONDS
        while any((undone := await database.reading(unrest)).values()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        self._course.left_undone = undone

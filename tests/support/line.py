"""The whole line inside the test, on a clock of its own: edge, worker, sender, actions and the scheduling server, with a scripted Twilio.

Only Rasa is a process of its own, shared by the session: it keeps nothing but conversations, whose ids are random. Every test gets a
fresh copy of a migrated store and of the demo clinic.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import sqlalchemy as sa
from aiohttp import web

from actions.context import open_context, provide
from actions.serve import make_app as make_actions
from bot import handoff
from bot.cli.parts import house_of
from bot.outage import is_down
from bot.rate import Unlimited
from bot.safety.screen import Screen
from bot.sender import Sender
from bot.settings import Settings
from bot.store import tables
from bot.store.database import Database
from bot.turns.bursts import Quiet
from bot.turns.worker import Worker
from bot.types import Channel
from bot.wake import Wake
from channels.edge import make_edge
from channels.rasa_turn.client import RasaDialogue
from channels.twilio.carrier import TwilioCarrier
from scheduling.app import make_app as make_scheduling
from scheduling.demo.cast import cast
from scheduling.features import ALL, Features
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_client import SignedTexter, new_sid

ZONE = ZoneInfo("America/New_York")
# The Monday of the golden dialogues.
MONDAY = datetime(2025, 6, 2, 8, 2, tzinfo=ZONE)
WAIT_SECONDS = 30.0
SOON = timedelta(minutes=5)  # what is to be sent later than this is not waited for
# Shorter than for patients: the texts of a scenario's burst are posted together.
QUIET = Quiet(short=0.05, unfinished=0.4, longest=1.0)


class MovedClock:
    """The machine's clock, moved: it shows `start` when made and runs on; `move` jumps. Waiting takes real time."""

    def __init__(self, start: datetime) -> None:
        self._offset = start.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def move(self, by: timedelta) -> None:
        """Let that much time have passed."""
        self._offset += by


@dataclass
class Line:
    """A running line. `text` plays a patient and returns what she was answered."""

    settings: Settings
    clock: MovedClock
    database: Database
    twilio: FakeTwilio
    texter: SignedTexter
    fhir: str
    session: aiohttp.ClientSession
    people: dict[str, dict[str, Any]]
    seen: dict[str, int] = field(default_factory=dict)

    def number(self, who: str) -> str:
        """Return the phone number of one of the cast, by first name, or the number itself."""
        return who if who.startswith("+") else str(self.people[who.lower()]["number"])

    async def text(self, who: str, *bodies: str, **fields: str) -> list[str]:
        """Text the line, all bodies at once, and return the answers when the line has finished with them."""
        number = self.number(who)
        answers = await asyncio.gather(*(self.texter.text(number, body, new_sid(), **fields) for body in bodies))
        assert {answer.status for answer in answers} == {200}, answers
        await self.quiet()
        return self.news(number)

    async def converse(self, who: str, *bodies: str) -> list[list[str]]:
        """Text one body after the other; return the answers to each."""
        return [await self.text(who, body) for body in bodies]

    async def release(self, conversation_id: str) -> None:
        """Let staff give a conversation back to the bot, and wait for what it says."""

        def give_back(connection: Any) -> None:
            query = sa.select(tables.conversation.c.owner_version).where(tables.conversation.c.id == conversation_id)
            handoff.release(connection, conversation_id, "staff", connection.execute(query).scalar_one(), self.clock.now())

        await self.database.writing(give_back)
        await self.quiet()

    def news(self, who: str) -> list[str]:
        """Return what was sent to that number since the last look."""
        number = self.number(who)
        bodies = self.twilio.bodies(number)
        fresh = bodies[self.seen.get(number, 0) :]
        self.seen[number] = len(bodies)
        return fresh

    async def quiet(self) -> None:
        """Return when no message waits, no turn is open and nothing is left to send."""
        async with asyncio.timeout(WAIT_SECONDS):
            while await self.database.reading(_busy, self.clock.now()):  # noqa: ASYNC110 - the processes tell nobody
                await asyncio.sleep(0.01)

    async def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        """Return every row of a table of the store."""

        def read(connection: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

        return await self.database.reading(read)

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read from the scheduling server, as its own client would."""
        async with self.session.get(f"{self.fhir}/{path}", params=params) as answer:
            found: dict[str, Any] = await answer.json(content_type=None)
            return found

    async def visits(self, who: str, *statuses: str) -> list[tuple[str, str]]:
        """Return (local start, practitioner's first name) of a patient's visits from now on, soonest first."""
        reference = f"Patient/{self.people[who.lower()]['fhir_id']}"
        bundle = await self.get(
            "Appointment",
            patient=reference,
            date=f"ge{self.clock.now().isoformat()}",
            status=",".join(statuses or ("booked", "pending")),
            _count="50",
        )
        found = []
        for entry in bundle.get("entry", ()):
            resource = entry["resource"]
            start = datetime.fromisoformat(resource["start"]).astimezone(ZONE)
            with_whom = [
                part["actor"].get("display", "") for part in resource["participant"] if "Practitioner/" in part["actor"]["reference"]
            ]
            found.append((f"{start:%a %b} {start.day} {start:%H:%M}", with_whom[0].split()[0] if with_whom else ""))
        return found

    async def slot_status(self, practitioner: str, start: str) -> set[str]:
        """Return the statuses of a practitioner's slots that start at a local time such as `2025-06-03T10:00`."""
        instant = datetime.fromisoformat(start).replace(tzinfo=ZONE)
        bundle = await self.get("Slot", **{"schedule.actor": practitioner, "start": instant.isoformat(), "_count": "10"})
        return {entry["resource"]["status"] for entry in bundle.get("entry", ())}


def _busy(connection: Any, now: datetime) -> bool:
    """Is anything left to do by now? What is to be sent in a while, such as a word about a change left half done, is not."""
    waiting = sa.select(tables.message.c.id).where(tables.message.c.turn_id.is_(None), ~tables.message.c.consumed)
    mine = sa.and_(tables.turn.c.conversation_id == tables.conversation.c.id, tables.conversation.c.owner == "bot")
    # What the line would ask waits for as long as people own the conversation.
    asking = sa.and_(tables.turn.c.state == "waiting", sa.exists().where(mine))
    open_turns = sa.select(tables.turn.c.id).where(sa.or_(tables.turn.c.state == "open", asking))
    unsent = sa.select(tables.outbox.c.id).where(
        tables.outbox.c.state.in_(("queued", "sending")),
        # A page is repeated until somebody acknowledges it.
        tables.outbox.c.next_try_at <= sa.case((tables.outbox.c.purpose == "page", sa.literal(now, tables.Instant)), else_=now + SOON),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in (waiting, open_turns, unsent))


@dataclass(frozen=True)
class Templates:
    """What every line of a session starts from: a migrated store, the demo clinic as of a day, Rasa, and a Redis."""

    store: Path
    schedule: Path
    today: date
    rasa_url: str
    actions_port: int
    redis_url: str


@asynccontextmanager
async def running_line(
    folder: Path, templates: Templates, now: datetime = MONDAY, features: Features = ALL, **changes: Any
) -> AsyncIterator[Line]:
    """Start a line on copies of the templates; `changes` are settings."""
    shutil.copyfile(templates.store, folder / "mendline.db")
    shutil.copyfile(templates.schedule, folder / "scheduling.db")
    clock = MovedClock(now)
    async with AsyncExitStack() as stack:
        fhir = await _serve(stack, make_scheduling(folder / "scheduling.db", clock.now, features=features, down=lambda: is_down(folder)))
        twilio = await stack.enter_async_context(FakeTwilio())
        values: dict[str, Any] = {
            "home": folder,
            "database_url": f"sqlite:///{folder / 'mendline.db'}",
            "redis_url": templates.redis_url,
            "scheduling_url": f"{fhir}/fhir",
            "scheduling_profile": "embedded",
            "twilio_api_url": twilio.url,
            "rasa_url": templates.rasa_url,
            "public_url": "http://line.test",
            **changes,
        }
        settings = Settings(**values)
        database = Database(settings.database)
        stack.callback(database.close)
        provide(lambda: open_context(settings, clock))
        await _serve(stack, make_actions(settings.internal_token), templates.actions_port)
        wake = Wake(settings.redis)
        stack.push_async_callback(wake.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        edge = await _serve(stack, make_edge(settings, database, wake, clock))
        texter = await stack.enter_async_context(SignedTexter(edge, signed_base=settings.base_url))
        await _work(stack, settings, database, wake, clock, session)
        people = {entry["name"].split()[0].lower(): entry for entry in cast(templates.today, ZONE)}
        yield Line(settings, clock, database, twilio, texter, f"{fhir}/fhir", session, people)


async def _work(
    stack: AsyncExitStack, settings: Settings, database: Database, wake: Wake, clock: MovedClock, session: aiohttp.ClientSession
) -> None:
    house = house_of(settings)
    carrier = TwilioCarrier(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.base_url,
        settings.twilio_api,
        content_url=settings.twilio_content,
        templates=house.templates,
        list_button=house.say("button_choose"),
    )
    stack.push_async_callback(carrier.close)
    dialogue = RasaDialogue(settings.rasa_url, settings.internal_token, session)
    stop = asyncio.Event()
    worker = Worker(database, dialogue, Screen.load(), house, clock, wake, 8, quiet=QUIET)
    carriers = {Channel.SMS: carrier, Channel.WHATSAPP: carrier}
    sender = Sender(database, carriers, clock, wake, Unlimited(), lambda: 0.5, sms_line=settings.sms_number)
    works = [asyncio.create_task(worker.run(stop)), asyncio.create_task(sender.run(stop))]

    async def end() -> None:
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*works)

    stack.push_async_callback(end)


async def _serve(stack: AsyncExitStack, app: web.Application, port: int = 0) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    host, taken = runner.addresses[0][:2]
    return f"http://{host}:{taken}"


def said(answers: Sequence[str]) -> str:
    """Return several answers as one text, for looking for words in."""
    return " ".join(answers)

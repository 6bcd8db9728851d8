"""Everything a turn needs, scripted: a clock that is moved by hand, a dialogue that replays like the real one, a screen of two words."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.clinic import OnCall, QuietHours, Staff
from bot.phrases import RESPONSES, Phrases
from bot.store import inbox
from bot.store.database import Database
from bot.store.inbox import Accepted
from bot.store.tables import conversation, outbox
from bot.turns.composing import AutoReplies
from bot.turns.house import House
from bot.turns.worker import Patience, Worker
from bot.types import Awaiting, Channel, InboundMessage, Record, Say, TurnRequest, TurnResult
from bot.whatsapp_templates import Templates

ROOT = Path(__file__).parents[2]
LINE = "+12075550100"
ONCALL = "+12075550111"
DESK = "+12075550110"
PRIYA = Staff("priya", "Practitioner/priya-raman", "Priya Raman", "therapist", ("riverside",), ("priya",))
ON_CALL = OnCall(PRIYA, ONCALL, escalation_number=DESK)
MAYA = "+12075550142"
NOON = datetime(2025, 6, 2, 16, 0, tzinfo=UTC)

_sids = itertools.count(1)


class HandClock:
    """Shows what it was set to. Sleeping moves it on, so that waiting takes no time."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def move(self, **delta: float) -> None:
        self.at += timedelta(**delta)


class NoWake:
    """Wakes nobody and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def notify(self, kind: str, identifier: str) -> None:
        self.told.append((kind, identifier))

    async def listen(self, kind: str, group: str | None = None) -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""


Answer = TurnResult | Exception | Callable[[TurnRequest], Any]


class ScriptedDialogue:
    """Answers every turn with `echo: TEXT`, or with what the script says next. Knows answered turns by id, as the real one does."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.requests: list[TurnRequest] = []
        self.answered: dict[str, TurnResult] = {}

    async def turn(self, request: TurnRequest) -> TurnResult:
        self.requests.append(request)
        if request.message_id in self.answered:
            return replace(self.answered[request.message_id], replayed=True)
        answer: Any = self.script.pop(0) if self.script else says(f"echo: {request.text or request.trigger}")
        if callable(answer) and not isinstance(answer, Exception):
            answer = await answer(request)
        if isinstance(answer, Exception):
            raise answer
        self.answered[request.message_id] = answer
        return answer


def says(*texts: str, ask: str | None = None, awaiting: Awaiting = Awaiting.YES_NO, records: Sequence[Record] = ()) -> TurnResult:
    """Return a result that says these texts and then asks `ask`."""
    spoken = [Say(text) for text in texts]
    if ask is not None:
        spoken.append(Say(ask, awaiting=awaiting))
    return TurnResult(spoken, list(records), awaiting if ask is not None else Awaiting.NONE)


@dataclass(frozen=True)
class ScriptedFinding:
    level: str = "none"
    category: str = ""
    patterns: tuple[str, ...] = ()


class ScriptedScreen:
    """Finds a level where the text names it: `calf` is urgent, `breath` an emergency, `ending it` a crisis, `hurts me` abuse."""

    WORDS = {
        "calf": ScriptedFinding("urgent", "leg_clot", ("calf",)),
        "hurts me": ScriptedFinding("urgent", "abuse", ("hurts_me",)),
        "breath": ScriptedFinding("emergency", "chest_or_breath", ("breath",)),
        "cannot feel my legs": ScriptedFinding("emergency", "cauda_equina", ("legs",)),
        "ending it": ScriptedFinding("crisis", "self_harm", ("ending",)),
    }

    def __init__(self) -> None:
        self.checked: list[str] = []

    def check(self, text: str) -> ScriptedFinding:
        self.checked.append(text)
        return next((finding for word, finding in reversed(self.WORDS.items()) if word in text), ScriptedFinding())


@dataclass
class Line:
    """A clinic's line with everything scripted around the real store and worker."""

    database: Database
    clock: Any = field(default_factory=HandClock)
    dialogue: ScriptedDialogue = field(default_factory=ScriptedDialogue)
    screen: ScriptedScreen = field(default_factory=ScriptedScreen)
    wake: NoWake = field(default_factory=NoWake)
    oncall: str = ONCALL
    on_call: OnCall | None = ON_CALL
    introduce: bool = False
    quiet_hours: QuietHours | None = None

    @property
    def house(self) -> House:
        return House(
            clinic="Harbor PT",
            zone=ZoneInfo("America/New_York"),
            phrases=Phrases.load(*(ROOT / path for path in RESPONSES)),
            auto_replies=AutoReplies.load(ROOT / "data/auto_replies.yml"),
            oncall_number=self.oncall,
            paging_line=LINE,
            console_url="http://127.0.0.1:8080/staff",
            quiet_hours=self.quiet_hours,
            sms_line=LINE,
            telephone="(207) 555-0110",
            templates=Templates.load(ROOT / "data/whatsapp/templates"),
            on_call=self.on_call,
        )

    def worker(self, **options: Any) -> Worker:
        options.setdefault("patience", Patience())
        database, wake = options.pop("database", self.database), options.pop("wake", self.wake)
        return Worker(database, self.dialogue, self.screen, self.house, self.clock, wake, **options)

    def text(self, body: str, sid: str | None = None, address: str = MAYA, **more: Any) -> Accepted:
        """A patient's message arrives."""
        sid = sid or f"SM{next(_sids):032d}"
        inbound = InboundMessage(sid, more.pop("channel", Channel.SMS), LINE, address, body, **more)
        with self.database.write() as connection:
            accepted = inbox.accept(connection, inbound, self.clock.now())
            if not self.introduce:
                today = self.house.day(self.clock.now())
                connection.execute(conversation.update().where(conversation.c.id == accepted.conversation_id).values(introduced_on=today))
        return accepted

    async def answer(self, accepted: Accepted | str, worker: Worker | None = None) -> None:
        """A worker answers everything that waits, whatever time that takes."""
        identifier = accepted if isinstance(accepted, str) else accepted.conversation_id
        worker = worker or self.worker()
        while (delay := await worker.serve(identifier)) is not None:
            await self.clock.sleep(delay)

    def rows(self, table: sa.Table, *where: Any) -> list[Any]:
        """Every row of a table, in the order of writing."""
        order = table.c.position if table is outbox else next(iter(table.primary_key.columns))
        with self.database.read() as connection:
            return connection.execute(sa.select(table).where(*where).order_by(order)).all()

    def sent(self, state: str = "queued") -> list[str]:
        """What the outbox owes patients, in order."""
        return [row.body for row in self.rows(outbox, outbox.c.state == state, outbox.c.purpose != "page")]

    def handed(self, after: float = 0.0) -> None:
        """The carrier takes everything that is queued."""
        at = self.clock.now() + timedelta(seconds=after)
        with self.database.write() as connection:
            connection.execute(
                outbox.update().where(outbox.c.state == "queued").values(state="handed", attempts=1, first_tried_at=at, handed_at=at)
            )

    def one(self, table: sa.Table, *where: Any) -> Any:
        """The only row of a table."""
        (row,) = self.rows(table, *where)
        return row

    def talk(self, accepted: Accepted | str) -> Any:
        """The conversation's row."""
        identifier = accepted if isinstance(accepted, str) else accepted.conversation_id
        return self.one(conversation, conversation.c.id == identifier)

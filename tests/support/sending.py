"""A line that only sends: an outbox, a sender on a clock moved by hand, and a scripted Twilio on a real port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.rate import Rate, Unlimited
from bot.sender import Sender
from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN
from bot.store import delivery, inbox, outbox
from bot.store.database import Database
from bot.store.outbox import Draft
from bot.store.tables import conversation, staff_task
from bot.store.tables import outbox as outbox_table
from bot.types import Carrier, Channel
from bot.whatsapp_templates import Templates
from channels.twilio.carrier import QuietHttpClient, TwilioCarrier
from tests.support.fake_twilio import FakeTwilio
from tests.support.scripted import LINE, MAYA, ROOT, HandClock

PUBLIC = "https://line.example.org"
WHATSAPP_LINE = "+12075550101"


class SweepOnly:
    """A wake that never wakes: the sender sees what its own sweep sees."""

    async def wait(self, kind: str, seconds: float) -> None:
        await HandClock().sleep(seconds)


@dataclass
class Sending:
    """The outbox with its sender. `written` counts drafts, so that each has a body of its own by default."""

    database: Database
    twilio: FakeTwilio
    clock: HandClock
    rate: Rate = field(default_factory=Unlimited)
    templates: Templates = field(default_factory=lambda: Templates.load(ROOT / "data/whatsapp/templates"))
    carrier: TwilioCarrier = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.carrier = TwilioCarrier(
            DEMO_ACCOUNT_SID,
            DEMO_AUTH_TOKEN,
            PUBLIC,
            self.twilio.url,
            http=QuietHttpClient(connect_s=1.0, total_s=0.4),
            content_url=self.twilio.url,
            templates=self.templates,
            list_button="Choose",
        )
        self.sender = self.another()

    def another(self, carrier: Carrier | None = None, concurrency: int = 32) -> Sender:
        """Return a sender as a fresh process would make it."""
        carriers = {Channel.SMS: carrier or self.carrier, Channel.WHATSAPP: carrier or self.carrier}
        return Sender(self.database, carriers, self.clock, SweepOnly(), self.rate, lambda: 0.5, concurrency, sms_line=LINE)

    def conversation(self, address: str = MAYA) -> str:
        """Return the id of the address's conversation; makes it when there is none."""
        identifier = f"cv_{address[1:]}"
        with self.database.write() as connection:
            if connection.scalar(sa.select(conversation.c.id).where(conversation.c.id == identifier)) is None:
                values = {"channel": "sms", "line": LINE, "address": address, "created_at": self.clock.now()}
                connection.execute(conversation.insert().values(id=identifier, **values))
        return identifier

    def put(self, *bodies: str, address: str = MAYA, purpose: str = "answer", line: str = LINE, **more: Any) -> list[str]:
        """Write messages to one address into the outbox and return their ids."""
        owner_version = {"owner_version": 0} if purpose == "answer" else {}
        identifier = self.conversation(address)
        drafts = [Draft(identifier, None, 0, purpose, Channel.SMS, line, address, body, **{**owner_version, **more}) for body in bodies]
        return self.writing(outbox.put, drafts, self.clock.now())

    def whatsapp(self, *, heard: bool = True, address: str = MAYA) -> str:
        """Return the id of a WhatsApp conversation; `heard`: the patient has just written there."""
        with self.database.write() as connection:
            identifier = inbox.open_conversation(connection, Channel.WHATSAPP.value, WHATSAPP_LINE, address, self.clock.now())
            last = self.clock.now() if heard else None
            connection.execute(conversation.update().where(conversation.c.id == identifier).values(last_inbound_at=last))
        return identifier

    def ask(self, identifier: str, body: str, address: str = MAYA, **more: Any) -> str:
        """Write one WhatsApp message into the outbox and return its id."""
        values = {"purpose": "outreach", **more}
        draft = Draft(identifier, None, 0, values.pop("purpose"), Channel.WHATSAPP, WHATSAPP_LINE, address, body, **values)
        return str(self.writing(outbox.put, [draft], self.clock.now())[0])

    def writing(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run work(connection, …) in a transaction."""
        with self.database.write() as connection:
            return work(connection, *args, **kwargs)

    def row(self, outbox_id: str) -> RowMapping:
        """Return an outbox row."""
        return self.writing(lambda connection: _row(connection, outbox_id))

    def tasks(self) -> list[dict[str, Any]]:
        """Return the kind and detail of every staff task."""
        with self.database.read() as connection:
            return [{"kind": row.kind, **row.detail} for row in connection.execute(sa.select(staff_task).order_by(staff_task.c.created_at))]

    def reported(self, sid: str, status: str, code: int | None = None, outbox_id: str | None = None) -> bool:
        """Store a status callback."""
        return bool(self.writing(delivery.apply_status, sid, status, code, self.clock.now(), outbox_id, lambda: 0.5))

    async def once(self, sender: Sender | None = None) -> None:
        """Send everything that is due at this instant."""
        sender = sender or self.sender
        while True:
            await sender.pump()
            if not sender.busy:
                return
            await sender.settle()

    async def run(self, sender: Sender | None = None, **duration: float) -> None:
        """Send what comes due within this time, jumping from one due instant to the next."""
        end = self.clock.now() + timedelta(**duration)
        while True:
            await self.once(sender)
            with self.database.read() as connection:
                waiting = sa.select(sa.func.min(_WAITING)).where(
                    outbox_table.c.state.in_(["queued", "sending"]), self.clock.now() < _WAITING
                )
                upcoming = connection.scalar(waiting)
            if upcoming is None or upcoming > end:
                self.clock.at = end
                return
            self.clock.at = upcoming


_WAITING = sa.case(
    (sa.func.coalesce(outbox_table.c.claim_until, outbox_table.c.next_try_at) > outbox_table.c.next_try_at, outbox_table.c.claim_until),
    else_=outbox_table.c.next_try_at,
)


def _row(connection: Connection, outbox_id: str) -> RowMapping:
    return connection.execute(sa.select(outbox_table).where(outbox_table.c.id == outbox_id)).mappings().one()

"""The sender: takes due rows of the outbox, asks the line's rate, hands them to their carrier and records what came of it.

Many messages are under way at once, one per patient and line, so a carrier that takes 150 ms delays nobody else. What the sender knows
is in SQL at every step: `sending` is written before the request and the MessageSid after it, so a process that dies in between leaves a
suspect row, and whoever takes it asks the carrier first. Any number of senders share one outbox.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import retry
from bot.clock import Clock
from bot.rate import Rate
from bot.store import crossing, delivery, outbox, window
from bot.store.database import Database
from bot.store.outbox import Claimed
from bot.types import Carrier, CarrierRefused, CarrierUnknown, Channel
from bot.wake import OUTBOX

log = logging.getLogger(__name__)

CONCURRENCY = 32
LEASE = timedelta(seconds=15)
"""Longer than a carrier's request (10 s) and what is written after it; a row is sent again at the earliest after this."""

LOOK_AFTER = timedelta(seconds=1)
"""How long a request whose answer never came gets to show up in the carrier's list."""

CARRIER_LIMIT_S = 12.0
CLOCK_SKEW = timedelta(minutes=5)
ELSEWHERE = frozenset({retry.Verdict.NEEDS_TEMPLATE, retry.Verdict.BAD_NUMBER})
"""Refusals by WhatsApp after which the number is tried by text."""

SWEEP_S = 1.0
DATABASE_PAUSE_S = 1.0


class Wake(Protocol):
    """Says that something may be waiting; a hint, never the truth."""

    async def wait(self, kind: str, seconds: float) -> None:
        """Return when anything of this kind was notified since the last call, or after that many seconds."""


class Sender:
    """Sends what the outbox holds until told to stop. `sms_line` is where texts come from that WhatsApp did not take."""

    def __init__(
        self,
        database: Database,
        carriers: Mapping[Channel, Carrier],
        clock: Clock,
        wake: Wake,
        rate: Rate,
        random: retry.Uniform,
        concurrency: int = CONCURRENCY,
        sms_line: str = "",
    ) -> None:
        self._database = database
        self._carriers = carriers
        self._clock = clock
        self._wake = wake
        self._rate = rate
        self._random = random
        self._concurrency = concurrency
        self._sms_line = sms_line
        self._owner = f"sender-{secrets.token_hex(6)}"
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; then let the requests under way finish and return."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                try:
                    pause = await self.pump()
                except sa.exc.DBAPIError as error:
                    log.error("the outbox cannot be read (%s); trying again in %s s", type(error.orig).__name__, DATABASE_PAUSE_S)
                    pause = DATABASE_PAUSE_S
                if pause > 0:
                    await self._rest(pause, stopping)
        finally:
            stopping.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way)

    async def _rest(self, seconds: float, stopping: asyncio.Future[Any]) -> None:
        wake = asyncio.ensure_future(self._wake.wait(OUTBOX, seconds))
        await asyncio.wait([wake, stopping, *self._under_way], return_when=asyncio.FIRST_COMPLETED)
        wake.cancel()
        await asyncio.gather(wake, return_exceptions=True)

    async def pump(self) -> float:
        """Start sending what is due and return how many seconds may pass before the next look (0 = look again at once)."""
        free = self._concurrency - len(self._under_way)
        if free <= 0:
            return SWEEP_S
        now = self._clock.now()
        pause, held = SWEEP_S, set[str]()
        while free > 0:
            due, next_due_at = await self._database.reading(_look, now, free, held)
            permitted, wait = await self._permitted(due, held)
            started = await self._start(permitted)
            free -= started
            pause = min(pause, wait)
            # A row that ended instead of being sent makes way for the next one of its patient.
            if not permitted or (started == len(permitted) and len(due) < free + started):
                break
        if next_due_at is not None:
            pause = min(pause, max((next_due_at - now).total_seconds(), 0.001))
        return pause

    async def _start(self, ids: list[str]) -> int:
        if not ids:
            return 0
        claims = await self._database.writing(outbox.claim, ids, self._owner, self._clock.now(), LEASE)
        for claimed in claims:
            task = asyncio.create_task(self._deliver(claimed))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(claims)

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return bool(self._under_way)

    async def settle(self) -> None:
        """Return when no request is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _permitted(self, due: list[outbox.Due], held: set[str]) -> tuple[list[str], float]:
        permitted, pause = [], SWEEP_S
        for row in due:
            if row.line in held:
                continue
            wait = await self._rate.take(row.line)
            if wait > 0:
                held.add(row.line)
                pause = min(pause, wait)
            else:
                permitted.append(row.id)
        return permitted, pause

    async def _deliver(self, claimed: Claimed) -> None:
        identifier = claimed.message.outbox_id
        try:
            await self._attempt(claimed)
        except sa.exc.DBAPIError as error:
            # The row stays `sending`: when its lease ends it is looked up at the carrier like after a crash.
            log.error("the fate of message %s could not be stored (%s)", identifier, type(error.orig).__name__)

    async def _attempt(self, claimed: Claimed) -> None:
        message = claimed.message
        carrier = self._carriers.get(message.channel)
        if carrier is None:
            await self._end(claimed, retry.Decision(retry.Verdict.CONFIGURATION), None)
            return
        if claimed.needs_template and not claimed.suspect:
            await self._end(claimed, retry.Decision(retry.Verdict.NEEDS_TEMPLATE), window.NEEDS_TEMPLATE)
            return
        try:
            sid = await self._find(carrier, claimed) if claimed.suspect else None
            if sid is None:
                if claimed.suspect and not await self._database.writing(outbox.confirm, claimed, self._owner, self._clock.now(), LEASE):
                    return
                async with asyncio.timeout(CARRIER_LIMIT_S):
                    sid = await carrier.send(message)
        except CarrierRefused as refusal:
            await self._refused(claimed, refusal)
        except (CarrierUnknown, TimeoutError):
            await self._unknown(claimed)
        else:
            await self._database.writing(
                outbox.mark_handed, message.outbox_id, sid, self._clock.now(), message.body if message.template else None
            )

    async def _find(self, carrier: Carrier, claimed: Claimed) -> str | None:
        known = await self._database.reading(outbox.known_sids, claimed.message)
        async with asyncio.timeout(CARRIER_LIMIT_S):
            sid = await carrier.find(claimed.message, claimed.first_tried_at - CLOCK_SKEW, known)
        log.info("message %s: an earlier try %s the carrier", claimed.message.outbox_id, "reached" if sid else "did not reach")
        return sid

    async def _refused(self, claimed: Claimed, refusal: CarrierRefused) -> None:
        decision = retry.decide(refusal.status, refusal.code, claimed.attempts, self._random)
        if decision.verdict is retry.Verdict.REFUSE and claimed.message.options:
            # What may be tapped is an extra; the words alone may still be taken.
            await self._database.writing(outbox.without_options, claimed.message.outbox_id)
            await self._later(claimed, timedelta(), refusal.code, fate_known=True)
            return
        if decision.delay is None:
            await self._end(claimed, decision, refusal.code)
            return
        # A 5xx says that something broke, not that nothing was sent.
        await self._later(claimed, decision.delay, refusal.code, fate_known=refusal.status < 500)

    async def _unknown(self, claimed: Claimed) -> None:
        decision = retry.decide(503, None, claimed.attempts, self._random)
        if decision.delay is None:
            await self._end(claimed, decision, None)
            return
        await self._later(claimed, max(decision.delay, LOOK_AFTER), None, fate_known=False)

    async def _later(self, claimed: Claimed, delay: timedelta, code: int | None, *, fate_known: bool) -> None:
        identifier = claimed.message.outbox_id
        until = self._clock.now() + delay
        await self._database.writing(outbox.postpone, identifier, self._owner, until, code, fate_known=fate_known)
        log.info("message %s is tried again in %.1f s (try %s, code %s)", identifier, delay.total_seconds(), claimed.attempts, code)

    async def _end(self, claimed: Claimed, decision: retry.Decision, code: int | None) -> None:
        await self._database.writing(_refuse, claimed, self._owner, decision.verdict, code, self._clock, self._sms_line)


def _look(connection: Connection, now: datetime, limit: int, held: set[str]) -> tuple[list[outbox.Due], datetime | None]:
    return outbox.due(connection, now, limit, held), outbox.next_due_at(connection, now)


def _refuse(
    connection: Connection, claimed: Claimed, owner: str, verdict: retry.Verdict, code: int | None, clock: Clock, sms_line: str
) -> None:
    message = claimed.message
    if not outbox.end_refused(connection, message.outbox_id, code, owner):
        return
    if verdict in ELSEWHERE and crossing.text_instead(connection, message.outbox_id, sms_line, clock.now()):
        log.info("message %s is texted instead (%s)", message.outbox_id, verdict.value)
        return
    if verdict is retry.Verdict.OPTED_OUT:
        delivery.opt_out(connection, message.channel.value, message.line, message.address, clock.now())
    delivery.report_unsent(connection, message.outbox_id, verdict.value, clock.now())

"""The turn worker: takes conversations that have work, decides on one turn at a time, and never holds one up for another.

    wake-up or sweep ─▶ take (lease, form the turn) ─▶ screen ─▶ people own it? ─▶ dialogue ─▶ settle (outbox, records, next turn)

Nothing is kept in memory that matters: a worker that dies leaves a lease that runs out and an open turn that another worker takes up as
it stands; the dialogue knows a turn it has answered by its message id, and the outbox a reply by turn and number.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from bot import paging
from bot.clock import Clock
from bot.store import conversations, turns
from bot.store.conversations import StaleLease
from bot.store.database import Database
from bot.store.turns import Held
from bot.turns import records, settle
from bot.turns.bursts import Quiet
from bot.turns.composing import Composition, compose
from bot.turns.house import House
from bot.turns.records import BadRecord
from bot.turns.screening import Screen, signs
from bot.turns.settle import Settled
from bot.types import Dialogue, Owner, Say, TurnFailed, TurnRefused, TurnRequest, TurnResult
from bot.wake import CONSOLE, INBOX, OUTBOX

log = logging.getLogger(__name__)

LEASE_S = 15.0
"""How long a dead worker's conversation stays untouched; a living one renews at a third of it."""
SWEEP_S = 1.0
GRACE_S = 10.0
"""How long turns under way may go on after `stop`."""


@dataclass(frozen=True)
class Patience:
    """How failed turns are tried again. Seconds. A turn is given up when it has had `tries` and is `long` old, whichever comes later."""

    first: float = 0.2
    longest: float = 10.0
    tries: int = 8
    long: float = 60.0
    refused: float = 60.0
    refused_for: float = 86_400.0

    def delay(self, attempts: int) -> float:
        """Return the wait after that many failed attempts: doubling from `first` up to `longest`."""
        return float(min(self.longest, self.first * 2 ** min(attempts - 1, 30)))


class Wake(Protocol):
    """Hints that something may have happened; see `bot.wake`."""

    async def notify(self, kind: str, identifier: str) -> None:
        """Tell whoever listens."""

    def listen(self, kind: str, group: str | None = None) -> AsyncIterator[str]:
        """Yield ids as they are notified."""


class Worker:
    """Answers conversations until told to stop. `name` must be unique among all workers; by default it is random.

    Without `quiet` every text is answered at once, by itself.
    """

    def __init__(
        self,
        database: Database,
        dialogue: Dialogue,
        screen: Screen,
        house: House,
        clock: Clock,
        wake: Wake,
        concurrency: int = 16,
        *,
        name: str | None = None,
        patience: Patience | None = None,
        quiet: Quiet | None = None,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._dialogue = dialogue
        self._screen = screen
        self._house = house
        self._clock = clock
        self._wake = wake
        self._places = asyncio.Semaphore(concurrency)
        self._name = name or f"worker-{secrets.token_hex(6)}"
        self._patience = patience or Patience()
        self._quiet = quiet
        self._lease_s = lease_s
        self._active: set[str] = set()
        self._again: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish the turns under way for up to GRACE_S seconds."""
        self._stopping = False
        feeders = [asyncio.create_task(self._listen()), asyncio.create_task(self._sweep())]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([stopping, *feeders], return_when=asyncio.FIRST_COMPLETED)
            for feeder in feeders:
                if feeder.done():
                    # A feeder ends only by a fault: it must not go unnoticed.
                    feeder.result()
        finally:
            self._stopping = True
            for task in (*feeders, stopping):
                task.cancel()
            await asyncio.gather(*feeders, stopping, return_exceptions=True)
            await self._finish()

    async def _finish(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _listen(self) -> None:
        async for conversation_id in self._wake.listen(INBOX, "workers"):
            self.offer(conversation_id)

    async def _sweep(self) -> None:
        while True:
            try:
                for conversation_id in await self._database.reading(turns.due, self._clock.now()):
                    if conversation_id not in self._active:
                        self.offer(conversation_id)
            except sa.exc.SQLAlchemyError as error:
                log.error("the database cannot be read (%s); trying again in %s s", type(error).__name__, SWEEP_S)
            await self._clock.sleep(SWEEP_S)

    def offer(self, conversation_id: str) -> None:
        """Look at a conversation soon: now if nobody in this worker does, else once more after that."""
        if self._stopping:
            return
        if conversation_id in self._active:
            self._again.add(conversation_id)
            return
        self._active.add(conversation_id)
        self._start(self._look(conversation_id))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # The text of an exception may quote a message; its type and place do not.
            error = task.exception()
            place = error.__traceback__ if error else None
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
            log.error("a turn ended with %s at %s; it is tried again when its lease has run out", type(error).__name__, where)

    async def _look(self, conversation_id: str) -> None:
        retry_in: float | None = None
        try:
            await self._burst(conversation_id)
            async with self._places:
                retry_in = await self.serve(conversation_id)
        finally:
            self._active.discard(conversation_id)
            if conversation_id in self._again:
                self._again.discard(conversation_id)
                self.offer(conversation_id)
        if retry_in is not None and not self._stopping:
            self._start(self._later(conversation_id, retry_in))

    async def _burst(self, conversation_id: str) -> None:
        """Wait until the patient seems to have finished writing."""
        if self._quiet is None:
            return
        await self._clock.sleep(self._quiet.short)
        try:
            while not self._stopping:
                messages, asked = await self._database.reading(turns.unanswered, conversation_id)
                rest = self._quiet.rest(messages, asked=asked, now=self._clock.now())
                if rest <= 0:
                    return
                await self._clock.sleep(rest)
        except sa.exc.SQLAlchemyError as error:
            log.warning(
                "a burst of conversation %s could not be read (%s); it is answered as it stands", conversation_id, type(error).__name__
            )

    async def _later(self, conversation_id: str, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.offer(conversation_id)

    async def serve(self, conversation_id: str) -> float | None:
        """Answer all of a conversation's turns that can be answered now; return the seconds after which to look again, or None."""
        try:
            held = await self._database.writing(turns.take, conversation_id, self._name, self._clock.now(), self._lease_s)
            while held is not None:
                step = await self._step(held)
                if not isinstance(step, Settled):
                    return step
                await self._tell(held, step)
                held = step.next
        except StaleLease:
            log.info("conversation %s went to another worker", conversation_id)
        except sa.exc.SQLAlchemyError as error:
            log.error("a turn of conversation %s was not stored (%s); it is tried again", conversation_id, type(error).__name__)
        return None

    async def _step(self, held: Held) -> Settled | float:
        """Run one turn and return what was settled, or the seconds after which to look again."""
        try:
            return await self._decide(held)
        except TurnFailed as error:
            return await self._failed(held, error.reason)
        except BadRecord as error:
            log.error("turn %s cannot be stored: %s", held.id, error)
            return await self._failed(held, "bad_record")
        except TurnRefused:
            return await self._refused(held)

    async def _decide(self, held: Held) -> Settled:
        """Run one turn to its end. Raises TurnFailed, TurnRefused, BadRecord or StaleLease."""
        # In a thread: the loop it would hold up also takes calls and webhooks.
        found = await asyncio.to_thread(signs, self._screen, held.messages) if held.messages else ()
        if found:
            log.warning("conversation %s: the screen found %s", held.conversation_id, found[0].level)
            return await self._settle(settle.settle_safety, held, found)
        composition = compose(held.messages, self._house.auto_replies)
        if held.kind == "messages" and not composition.text and not composition.media:
            return await self._database.writing(settle.settle_silently, held, self._clock.now(), self._lease_s)
        if held.kind == "messages" and paging.is_answer(self._house, held.address, composition.text):
            return await self._settle(settle.settle_page_answer, held)
        if held.owner is not Owner.BOT:
            if held.owner is Owner.STAFF or held.kind != "messages" or composition.only_tapbacks:
                return await self._database.writing(settle.settle_silently, held, self._clock.now(), self._lease_s)
            return await self._settle(settle.settle_waiting, held)
        if held.kind == "messages" and not composition.text:
            return await self._settle(settle.settle_media, held, composition.media)
        if held.attempts > 2 * self._patience.tries:
            # More attempts than failures ever use: this turn takes its workers down with it.
            return await self._settle(settle.settle_given_up, held, "worker_lost")
        result = await self._ask(held, self._request(held, composition))
        wanted = records.read(result.records)
        return await self._settle(settle.settle_answer, held, self._with_media(held, composition, result), wanted)

    async def _settle(self, work: Any, held: Held, *more: Any) -> Settled:
        return await self._database.writing(work, self._house, held, *more, self._clock.now(), self._lease_s)

    def _request(self, held: Held, composition: Composition) -> TurnRequest:
        metadata: dict[str, Any] = {"now": self._clock.now().isoformat(), "unseen_question": held.unseen_question}
        if held.kind != "messages":
            payload: Mapping[str, Any] = held.payload or {}
            what: dict[str, Any] = {"trigger": payload} if held.kind == "trigger" else {"events": payload.get("events", ())}
            return TurnRequest(held.conversation_id, held.id, held.channel, metadata=metadata, **what)
        metadata["received_at"] = held.messages[-1].received_at.isoformat()
        metadata["messages"] = [one.sid for one in held.messages]
        if composition.tapbacks:
            name = "tapback" if composition.only_tapbacks else "also_tapback"
            metadata[name] = vars(composition.tapbacks[-1])
        if composition.media:
            metadata["media"] = list(composition.media)
        return TurnRequest(held.conversation_id, held.id, held.channel, text=composition.text, metadata=metadata)

    def _with_media(self, held: Held, composition: Composition, result: TurnResult) -> TurnResult:
        """Say first what becomes of a picture that came with words."""
        if not composition.media:
            return result
        about = self._house.say(settle.media_phrase(composition.media), held.channel)
        first, *others = result.says or [Say("")]
        return replace(result, says=[replace(first, text=f"{about} {first.text}".strip()), *others])

    async def _ask(self, held: Held, request: TurnRequest) -> TurnResult:
        """Wait for the dialogue and keep the lease meanwhile. Raises StaleLease when it was lost all the same."""
        answering = asyncio.ensure_future(self._dialogue.turn(request))
        try:
            while not (await asyncio.wait({answering}, timeout=self._lease_s / 3))[0]:
                await self._database.writing(
                    conversations.renew, held.conversation_id, held.worker, held.fence, self._clock.now(), self._lease_s
                )
            return answering.result()
        finally:
            answering.cancel()

    async def _failed(self, held: Held, reason: str) -> Settled | float:
        age = (self._clock.now() - held.created_at).total_seconds()
        if held.attempts >= self._patience.tries and age >= self._patience.long:
            log.error("turn %s was given up after %s attempts (%s)", held.id, held.attempts, reason)
            return await self._settle(settle.settle_given_up, held, reason)
        delay = self._patience.delay(held.attempts)
        log.warning("turn %s failed (%s), attempt %s; again in %.1f s", held.id, reason, held.attempts, delay)
        now = self._clock.now()
        await self._database.writing(settle.settle_later, held, now, now + timedelta(seconds=delay), waiting=False)
        return delay

    async def _refused(self, held: Held) -> Settled | float:
        now = self._clock.now()
        if held.kind == "messages" or (now - held.created_at).total_seconds() >= self._patience.refused_for:
            return await self._failed(held, "refused")
        until = now + timedelta(seconds=self._patience.refused)
        await self._database.writing(settle.settle_later, held, now, until, waiting=True)
        return 0.0  # messages may pass it

    async def _tell(self, held: Held, settled: Settled) -> None:
        if settled.queued:
            await self._wake.notify(OUTBOX, settled.queued[0])
        await self._wake.notify(CONSOLE, held.conversation_id)

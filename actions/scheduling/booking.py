"""Changing visits: never double-book, never lose the old visit, never say "done" of what was not read back.

    move / book / cancel ── store the request ── drive it in its mode ── store the outcome
    resume, resume_open  ── the same drive, later, by anyone

The key belongs to the patient's yes (derived from its MessageSid). The same key always gives the same outcome. While a request is open
nobody knows how it stands: a second request for the same visit first brings the open one to its end.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from actions.scheduling.client import FhirClient
from actions.scheduling.errors import NotFound, SchedulingError, SchedulingRefused, SignInRefused
from actions.scheduling.ledger import LEASE, Driven, Ledger, Request, RequestUnknown, Superseded
from actions.scheduling.modes import request as desk
from actions.scheduling.modes import saga, transaction
from actions.scheduling.modes.trip import Trip, desk_card, refusal
from actions.scheduling.profiles import Mode
from actions.scheduling.types import Opening, Outcome, Settled, Status, Visit
from bot.clock import Clock
from bot.store.database import Database

logger = logging.getLogger(__name__)

WAIT = 0.25  # seconds between looks while another process drives the same request

Run = Callable[[Trip], Awaitable[Outcome]]
RUNS: Mapping[tuple[str, str], Run] = {
    (Mode.TRANSACTION.value, "move"): transaction.move,
    (Mode.TRANSACTION.value, "book"): transaction.book,
    (Mode.TRANSACTION.value, "cancel"): transaction.cancel,
    (Mode.SAGA.value, "move"): saga.move,
    (Mode.SAGA.value, "book"): saga.book,
    (Mode.SAGA.value, "cancel"): saga.cancel,
}


class Booking:
    """Moves, books and cancels visits. One per process; safe to share between coroutines."""

    def __init__(self, database: Database, client: FhirClient, clock: Clock) -> None:
        self._ledger = Ledger(database)
        self._client = client
        self._clock = clock
        self._process = secrets.token_hex(6)
        self._driving: set[str] = set()

    async def move(self, key: str, conversation_id: str | None, patient: str, visit: Visit, opening: Opening) -> Outcome:
        """Move `visit` to `opening`. Raises nothing for what a scheduling system may do: see Outcome."""
        if opening.slot and opening.slot == visit.slot:
            return Outcome(Status.REFUSED, key, visit, "same")
        return await self._start(key, "move", conversation_id, patient, visit, opening)

    async def book(self, key: str, conversation_id: str | None, patient: str, opening: Opening) -> Outcome:
        """Book `opening` for a patient."""
        return await self._start(key, "book", conversation_id, patient, None, opening)

    async def cancel(self, key: str, conversation_id: str | None, patient: str, visit: Visit) -> Outcome:
        """Cancel `visit`; `done` means that the server shows it cancelled."""
        return await self._start(key, "cancel", conversation_id, patient, visit, None)

    async def resume(self, key: str) -> Outcome:
        """Bring a stored request as far as it goes now. Raises RequestUnknown for a key that was never stored."""
        waited = 0.0
        while True:
            driver = f"{self._process}:{secrets.token_hex(6)}"
            try:
                request = await self._ledger.claim(key, driver, self._clock.now(), self._is_dead)
            except Driven:
                if waited > LEASE.total_seconds() * 2:
                    return Outcome(Status.UNAVAILABLE, key, may_change=True)
                await self._clock.sleep(WAIT)
                waited += WAIT
                continue
            if request.outcome is not None:
                return await self._stored(request)
            try:
                return await self._drive(request, driver)
            except Superseded:  # the one who took it over knows how it ends
                continue

    async def resume_open(self, older_than: timedelta) -> list[Settled]:
        """Resume what nobody has touched for `older_than`, and what the desk has answered. Returns what has come to an end."""
        settled: list[Settled] = []
        for key in await self._ledger.unsettled(self._clock.now() - older_than):
            outcome = await self.resume(key)
            request = await self._ledger.get(key)
            if request is not None and outcome.status not in (Status.UNAVAILABLE, Status.REQUESTED):
                settled.append(Settled(key, request.conversation_id, request.kind, outcome))
        return settled

    async def _start(
        self, key: str, kind: str, conversation_id: str | None, patient: str, visit: Visit | None, opening: Opening | None
    ) -> Outcome:
        try:
            mode = (await self._client.profile()).mode.value
        except SchedulingError:
            if await self._ledger.get(key) is None:
                return Outcome(Status.UNAVAILABLE, key, visit)  # nothing was stored and nothing sent
            return await self.resume(key)
        request = Request(key, kind, mode, conversation_id, patient, visit, opening)
        rival = await self._ledger.open(request, self._clock.now())
        if rival is None:
            return await self.resume(key)
        earlier = await self.resume(rival)
        if earlier.status is Status.UNAVAILABLE:
            return Outcome(Status.UNAVAILABLE, key, visit, may_change=True)
        if earlier.status is Status.DONE and visit is not None and not _same_visit(earlier.visit, visit):
            return Outcome(Status.REFUSED, key, earlier.visit, "changed")
        if await self._ledger.open(request, self._clock.now()) is not None:
            return Outcome(Status.UNAVAILABLE, key, visit, may_change=True)
        return await self.resume(key)

    async def _drive(self, request: Request, driver: str) -> Outcome:
        self._driving.add(driver)
        try:
            trip = await self._trip(request, driver)
            if request.mode == Mode.REQUEST.value:
                return await self._ledger.finish(request.key, driver, self._clock.now(), desk.asked(trip), desk.card(trip))
            outcome = await _run(trip)
            if outcome.status is Status.UNAVAILABLE:
                await self._ledger.release(request.key, driver)
                logger.warning("booking request %s is not settled; it will be rolled forward", request.key)
                return outcome
            return await self._ledger.finish(request.key, driver, self._clock.now(), outcome, desk_card(request, outcome))
        except SchedulingError:  # what the system can do cannot be read now
            await self._ledger.release(request.key, driver)
            return _open_still(request)
        finally:
            self._driving.discard(driver)

    async def _trip(self, request: Request, driver: str) -> Trip:
        return Trip(request, self._client, await self._client.profile(), self._clock, self._ledger, driver, notes=dict(request.notes))

    async def _stored(self, request: Request) -> Outcome:
        """Return a stored outcome; one that waits for the desk is looked at again."""
        assert request.outcome is not None  # noqa: S101 - the caller has looked
        if request.outcome.status is not Status.REQUESTED:
            return request.outcome
        outcome = await desk.answered(await self._trip(request, ""))
        if outcome.status is not Status.REQUESTED:
            await self._ledger.restate(request.key, self._clock.now(), outcome)
        return outcome

    def _is_dead(self, driver: str) -> bool:
        """Say whether a driver was one of this process and has stopped: its lease need not be waited for."""
        return driver.startswith(f"{self._process}:") and driver not in self._driving


async def _run(trip: Trip) -> Outcome:
    try:
        return await RUNS[trip.request.mode, trip.request.kind](trip)
    except SignInRefused:
        logger.error("the scheduling system no longer takes our sign-in; booking request %s waits until it does", trip.key)
        return _open_still(trip.request)
    except (SchedulingRefused, NotFound) as error:
        if trip.wrote:  # half of it may be done: it must be rolled forward, not forgotten
            logger.error("booking request %s is stuck half-way: %s", trip.key, error)
            return _open_still(trip.request)
        return Outcome(Status.REFUSED, trip.key, trip.request.visit, refusal(error))


def _open_still(request: Request) -> Outcome:
    return Outcome(Status.UNAVAILABLE, request.key, request.visit, may_change=True)


def _same_visit(now: Visit | None, seen: Visit) -> bool:
    return now is not None and now.reference == seen.reference and now.start == seen.start and now.status == seen.status


__all__ = ["Booking", "RequestUnknown"]

"""One run of one booking request: what the modes share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from actions.scheduling.client import FhirClient, Resource
from actions.scheduling.errors import LostRace, NotFound, SchedulingError, SchedulingUnavailable
from actions.scheduling.ledger import Card, Ledger, Request, card_key
from actions.scheduling.profiles import Profile
from actions.scheduling.resources import KEY_SYSTEM, carries, keeps, timed, visit_of
from actions.scheduling.types import Opening, Outcome, Status, Visit
from bot.clock import Clock

TRIES = 12
PATIENCE = timedelta(seconds=10)  # a patient on the phone is told "one moment" once, not twice
FIRST_PAUSE = 0.1  # seconds, doubled up to LONGEST_PAUSE, with jitter
LONGEST_PAUSE = 1.5


@dataclass
class Trip:
    """What a mode needs to run a request. `notes` are the remembered ones and those of this run."""

    request: Request
    client: FhirClient
    profile: Profile
    clock: Clock
    ledger: Ledger
    driver: str
    jitter: Callable[[], float] = random.random
    notes: dict[str, Any] = field(default_factory=dict)
    stepped: bool = False

    @property
    def key(self) -> str:
        return self.request.key

    @property
    def wrote(self) -> bool:
        """Say whether this request, in any run of it, has begun to write step by step."""
        return self.stepped or self.request.step != "stored"

    @property
    def visit(self) -> Visit:
        """The visit to move or cancel."""
        if self.request.visit is None:
            raise ValueError(f"booking request {self.key} has no visit to {self.request.kind}; give one")
        return self.request.visit

    @property
    def opening(self) -> Opening:
        """The opening that was promised."""
        if self.request.opening is None:
            raise ValueError(f"booking request {self.key} has no opening to {self.request.kind} to; give one")
        return self.request.opening

    async def drive(self, run: Callable[[Trip], Awaitable[Outcome]]) -> Outcome:
        """Run until it ends; lost answers and lost races start it again from its look-up. Gives `unavailable` when patience ends."""
        deadline = self.clock.now() + PATIENCE
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            try:
                return await run(self)
            except (SchedulingUnavailable, LostRace):
                if self.clock.now() >= deadline:
                    break
            await self.clock.sleep(pause * (0.5 + self.jitter()))
            pause = min(pause * 2, LONGEST_PAUSE)
        return Outcome(Status.UNAVAILABLE, self.key, self.request.visit, may_change=True)

    async def step(self, name: str, **notes: Any) -> None:
        """Remember what is about to be done. Raises Superseded when another process drives this request now."""
        self.notes.update(notes)
        self.stepped = True
        await self.ledger.advance(self.key, self.driver, self.clock.now(), name, notes)

    async def lookup(self) -> list[Resource]:
        """Return the appointments that bear the request's key, oldest id first."""
        found = await self.client.search("Appointment", [("identifier", f"{KEY_SYSTEM}|{self.key}")])
        return sorted((one for one in found if carries(one, self.key)), key=lambda one: (len(one["id"]), one["id"]))

    def ends(self, status: Status, reason: str = "", appointment: Resource | None = None) -> Outcome:
        """Return an outcome that shows the visit as just read (None once it has no time any more), else as the patient knew it."""
        if appointment is None:
            return Outcome(status, self.key, self.request.visit, reason)
        return Outcome(status, self.key, visit_of(appointment) if timed(appointment) else None, reason)

    def read_back(self, appointment: Resource) -> Outcome:
        """Say `done` only of a visit that is what was promised; anything else is for the desk."""
        if timed(appointment) and keeps(visit_of(appointment), self.opening):
            return Outcome(Status.DONE, self.key, visit_of(appointment))
        return self.ends(Status.REFUSED, "read_back", appointment)

    def too_late(self) -> bool:
        """Say whether the time to act on has passed."""
        starts = [part.start for part in (self.request.visit, self.request.opening) if part is not None]
        return any(start <= self.clock.now() for start in starts)


async def together(*reads: Awaitable[Any]) -> list[Any]:
    """Await several reads at once; when some fail, raise the first failure after all have ended."""
    results = await asyncio.gather(*reads, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return list(results)


async def or_none(read: Awaitable[Resource]) -> Resource | None:
    """Return what was read, or None when the server holds it no longer."""
    try:
        return await read
    except NotFound:
        return None


def desk_card(request: Request, outcome: Outcome) -> Card | None:
    """Return the card that asks the desk to look, for a request that was written but does not show what was promised."""
    if outcome.reason != "read_back":
        return None
    return Card(
        "booking_check", card_key(request.key), {"key": request.key, "patient": request.patient, "kind": request.kind, **shown(request)}
    )


def shown(request: Request) -> Mapping[str, Any]:
    """Return the visit and the wish as staff read them on a card."""
    visit, opening = request.visit, request.opening
    return {
        "visit": None if visit is None else {"reference": visit.reference, **_when(visit)},
        "wanted": None if opening is None else {"slot": opening.slot or None, **_when(opening)},
    }


def _when(part: Visit | Opening) -> dict[str, Any]:
    return {
        "start": part.start.isoformat(),
        "end": part.end.isoformat(),
        "practitioner": part.practitioner.name or part.practitioner.reference if part.practitioner else None,
        "location": part.location.name or part.location.reference if part.location else None,
    }


def refusal(error: SchedulingError) -> str:
    """Return the reason of a server's own refusal."""
    return "server:" + ",".join(getattr(error, "codes", ()) or [type(error).__name__])

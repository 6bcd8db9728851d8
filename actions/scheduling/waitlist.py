"""The waitlist: who waits for which times, and openings held while one of them is asked.

A wish is an Appointment of status `waitlist` without a time: `requestedPeriod` holds the wished times, `minutesDuration` the length,
`priority` 5 unless the desk says otherwise, and the participants whom it is for and with. A system that keeps no such resource, or that
nobody here may write to, has no waitlist: the desk keeps it.

A held opening is a Slot of status `busy-tentative` under a key of its own (`Opening.hold`), so that only a booking made from that opening
may take it. The embedded server frees it when the hold runs out; other servers need not, so whoever holds one lets it go.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.scheduling.client import FhirClient, Resource, reference_of, version_of
from actions.scheduling.errors import LostRace, NotFound, SchedulingError, SchedulingRefused, SchedulingUnavailable, SignInRefused
from actions.scheduling.modes.trip import or_none
from actions.scheduling.profiles import Mode
from actions.scheduling.resources import (
    CANCELLED,
    KEY_SYSTEM,
    actors,
    cancelled,
    carries,
    fhir_instant,
    is_free,
    is_kept,
    service_code_of,
    service_type_of,
    slot_as,
    slot_until,
)
from actions.scheduling.types import Actor, Opening
from bot.clinic import Clinic
from bot.clock import Clock

logger = logging.getLogger(__name__)

Window = tuple[datetime, datetime]

PRIORITY = 5  # of 1 to 9; iCalendar's middle, as FHIR counts
LEFT = {**CANCELLED, "text": "Left the waitlist"}
TRIES = 3
_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """One wish. `windows` are the times in which a visit may start (start inclusive, end exclusive); `priority` 1 comes first.

    `practitioner` and `location` None mean anybody and anywhere; `service_type` (words) and `service_code` are "" for any kind of visit.
    """

    reference: str
    version: str
    patient: str
    windows: tuple[Window, ...]
    minutes: int
    service_type: str
    service_code: str
    practitioner: Actor | None
    location: Actor | None
    created: datetime
    priority: int


class Waitlist:
    """Reads and writes the waitlist. Safe to share between coroutines."""

    def __init__(self, client: FhirClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def join(
        self,
        key: str,
        patient: str,
        windows: Sequence[Window],
        *,
        minutes: int,
        service_type: str,
        service_code: str,
        practitioner: Actor | None,
        location: Actor | None,
    ) -> Waiting | None:
        """Put a wish on the waitlist, once for each key. None: this system keeps none, so the desk must.

        Raises SchedulingUnavailable, after which the same key may be tried again, and SignInRefused.
        """
        profile = await self._client.profile()
        if profile.mode is Mode.REQUEST:
            return None
        if found := await self._lookup(key):
            return found
        wish = Waiting("", "", patient, tuple(windows), minutes, service_type, service_code, practitioner, location, self._now(), PRIORITY)
        condition = f"identifier={KEY_SYSTEM}|{key}" if profile.if_none_exist else None
        try:
            stored = await self._client.create(_resource(key, wish), condition)
            return _waiting(await self._client.read(reference_of(stored))) if "id" in stored else await self._lookup(key)
        except SignInRefused:
            raise
        except (SchedulingRefused, NotFound) as error:
            logger.warning("the scheduling system keeps no waitlist: %s", error)
            return None
        except (SchedulingUnavailable, LostRace):
            if found := await self._lookup(key):
                return found
            raise

    async def of(self, patient: str) -> list[Waiting]:
        """Return a patient's wishes, the oldest first. Raises SchedulingError."""
        found = await self._wishes([("patient", patient)])
        return sorted((one for one in found if one.patient == patient), key=_age)

    async def leave(self, waiting: Waiting) -> bool:
        """Take a wish off the waitlist. True when the server shows it gone, also when it already was; False: the desk must look."""
        for _ in range(TRIES):
            try:
                appointment = await or_none(self._client.read(waiting.reference))
                if appointment is None or appointment.get("status") != "waitlist":
                    return True
                await self._client.update(cancelled(appointment, None, LEFT), version_of(appointment))
            except (LostRace, SchedulingUnavailable):
                continue
            except SchedulingError as error:
                logger.warning("a wish stays on the waitlist: %s", error)
                return False
        return await self._is_gone(waiting)

    async def candidates(self, opening: Opening) -> list[Waiting]:
        """Return the wishes that an opening fulfils, the most urgent first and of equals the oldest. Raises SchedulingError."""
        fitting = [one for one in await self._wishes([]) if fits(one, opening)]
        return sorted(fitting, key=lambda one: (one.priority or 10, *_age(one)))

    async def hold(self, opening: Opening, until: datetime) -> Opening | None:
        """Keep a free opening for one patient until then. Returns it as held, with its version and key; None when it is lost.

        Raises SchedulingUnavailable when nobody knows, and SignInRefused.
        """
        if not opening.slot or (await self._client.profile()).mode is Mode.REQUEST:
            return None
        slot = await or_none(self._client.read(opening.slot))
        if slot is None or not is_free(slot, opening):
            return None
        key = f"hold-{secrets.token_hex(8)}"
        try:
            await self._client.update(slot_until(slot, key, until), version_of(slot))
        except SignInRefused:
            raise
        except (SchedulingRefused, NotFound, LostRace):
            return None
        except SchedulingUnavailable:
            logger.warning("whether an opening is held is not known yet; it is looked up")
        held = replace(opening, hold=key)
        slot = await or_none(self._client.read(opening.slot))
        return replace(held, version=version_of(slot)) if slot is not None and is_kept(slot, held) else None

    async def let_go(self, opening: Opening) -> None:
        """Free an opening that `hold` returned, unless it has been booked or is being booked. Safe to repeat.

        Raises SchedulingError when it could not be freed; try again.
        """
        for left in reversed(range(TRIES)):
            slot = await or_none(self._client.read(opening.slot))
            if slot is None or not is_kept(slot, opening):
                return
            try:
                await self._client.update(slot_as(slot, "free", None), version_of(slot))
            except LostRace:
                if not left:
                    raise
            else:
                return

    async def _lookup(self, key: str) -> Waiting | None:
        found = await self._client.search("Appointment", [("identifier", f"{KEY_SYSTEM}|{key}")])
        mine = sorted((one for one in found if carries(one, key)), key=lambda one: (len(one["id"]), one["id"]))
        return _waiting(mine[0]) if mine else None

    async def _wishes(self, params: Sequence[tuple[str, str]]) -> list[Waiting]:
        size = str((await self._client.profile()).page_size)
        found = await self._client.search("Appointment", [*params, ("status", "waitlist"), ("_count", size)])
        wishes = [one for one in found if one.get("resourceType") == "Appointment" and one.get("status") == "waitlist"]
        return [_waiting(one) for one in wishes if "Patient" in actors(one)]

    async def _is_gone(self, waiting: Waiting) -> bool:
        try:
            appointment = await or_none(self._client.read(waiting.reference))
        except SchedulingError:
            return False
        return appointment is None or appointment.get("status") != "waitlist"

    def _now(self) -> datetime:
        return self._clock.now()


def fits(waiting: Waiting, opening: Opening) -> bool:
    """Say whether an opening is what someone waits for. What neither the wish nor the opening tells does not stand in the way."""
    if not any(start <= opening.start < end for start, end in waiting.windows) or opening.minutes < waiting.minutes:
        return False
    wanted, kept = _kinds(waiting), _kinds(opening)
    if wanted and kept and not wanted & kept:
        return False
    if waiting.practitioner is not None and (
        opening.practitioner is None or opening.practitioner.reference != waiting.practitioner.reference
    ):
        return False
    return waiting.location is None or opening.location is None or opening.location.reference == waiting.location.reference


def kept_back(released_at: datetime, now: datetime, clinic: Clinic) -> bool:
    """Say whether a time that a patient gave up is still kept back from the waitlist, so that they can take the change back."""
    return now.astimezone(UTC) - released_at.astimezone(UTC) < timedelta(minutes=clinic.policies.undo_minutes)


def _kinds(part: Waiting | Opening) -> set[str]:
    return {word.lower() for word in (part.service_code, part.service_type) if word}


def _age(waiting: Waiting) -> tuple[datetime, str]:
    return waiting.created, waiting.reference


def _resource(key: str, wish: Waiting) -> Resource:
    people = [_participant(Actor(wish.patient), "accepted")]
    people += [_participant(actor, "tentative") for actor in (wish.practitioner, wish.location) if actor is not None]
    resource: Resource = {
        "resourceType": "Appointment",
        "identifier": [{"system": KEY_SYSTEM, "value": key}],
        "status": "waitlist",
        "priority": wish.priority,
        "created": fhir_instant(wish.created),
        "requestedPeriod": [{"start": fhir_instant(start), "end": fhir_instant(end)} for start, end in wish.windows],
        "participant": people,
    }
    if wish.minutes:
        resource["minutesDuration"] = wish.minutes
    kind: dict[str, Any] = {"coding": [{"code": wish.service_code}]} if wish.service_code else {}
    if wish.service_type:
        kind["text"] = wish.service_type
    return {**resource, "serviceType": [kind]} if kind else resource


def _participant(actor: Actor, status: str) -> dict[str, Any]:
    named = {"reference": actor.reference, **({"display": actor.name} if actor.name else {})}
    return {"actor": named, "required": "required", "status": status}


def _waiting(appointment: Resource) -> Waiting:
    who = actors(appointment)
    periods = appointment.get("requestedPeriod") or ()
    return Waiting(
        reference=reference_of(appointment),
        version=version_of(appointment),
        patient=who["Patient"].reference,
        windows=tuple((_point(period.get("start"), _EARLIEST), _point(period.get("end"), _LATEST, whole_day=True)) for period in periods),
        minutes=int(appointment.get("minutesDuration") or 0),
        service_type=service_type_of(appointment),
        service_code=service_code_of(appointment),
        practitioner=who.get("Practitioner"),
        location=who.get("Location"),
        created=_point(appointment.get("created"), _LATEST),
        priority=int(appointment.get("priority") or 0),
    )


def _point(text: Any, otherwise: datetime, *, whole_day: bool = False) -> datetime:
    """Read a FHIR dateTime; without an offset it is in UTC, and a date that ends a period includes that day. Less gives no bound."""
    try:
        point = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return otherwise
    if whole_day and len(str(text)) == len("2025-06-03"):
        point += timedelta(days=1)
    return point if point.tzinfo is not None else point.replace(tzinfo=UTC)

"""Reading the schedule: who is calling, which visits they have, which times are free.

Servers differ in what a search means, so every answer is checked again here. Order is the same each time: by start, then place,
then therapist, then slot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from actions.scheduling.client import FhirClient, Resource, reference_of, version_of
from actions.scheduling.errors import NotFound
from actions.scheduling.phones import e164, phones_of, spellings
from actions.scheduling.resources import COMING, actors, fhir_instant, instant, relative, service_code_of, service_type_of, timed, visit_of
from actions.scheduling.types import Actor, Opening, Person, Related, Visit
from bot.clock import Clock

KEPT = timedelta(minutes=5)  # how long names and schedules are believed
HORIZON = timedelta(days=28)  # how far the nearest opening is looked for

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Found:
    """Openings, and what had to be given up to find any: () , ("time",) or ("time", "practitioner")."""

    openings: tuple[Opening, ...]
    given_up: tuple[str, ...] = ()


class Directory:
    """Reads people, visits and openings. Names and schedules are cached for five minutes. All raise SchedulingError."""

    def __init__(self, client: FhirClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[datetime, Resource | None]] = {}

    async def people_by_phone(self, phone: str) -> list[Person]:
        """Return everyone whom a number may speak for: patients whose own it is, and patients whose RelatedPerson has it."""
        number = e164(phone)
        if number is None:
            return []
        people = [_person(patient) for patient in await self._with_phone("Patient", number) if patient.get("active", True)]
        for related in await self._with_phone("RelatedPerson", number):
            if not self._acts(related):
                continue
            patient = await self._kept_or_read(relative((related.get("patient") or {}).get("reference")))
            if patient is not None and patient.get("active", True):
                people.append(_person(patient, _related(related)))
        return sorted(people, key=lambda one: (one.reference, one.relationship != "self", str(one.relationship)))

    async def person(self, reference: str) -> Person | None:
        """Return a patient, or None when the server holds no such one any longer."""
        try:
            return _person(await self._client.read(reference))
        except NotFound:
            return None

    async def visit(self, reference: str) -> Visit:
        """Return one visit as it stands now, with names."""
        return await self._visit(await self._client.read(reference))

    async def upcoming(self, patient: str) -> list[Visit]:
        """Return a patient's visits that are booked or pending and have not begun, soonest first."""
        now = self._clock.now()
        params = [("patient", patient), ("date", f"ge{fhir_instant(now)}"), ("status", ",".join(COMING)), ("_count", "100")]
        visits = []
        for appointment in await self._client.search("Appointment", params):
            who = actors(appointment).get("Patient")
            if appointment.get("resourceType") != "Appointment" or who is None or who.reference != patient:
                continue
            if appointment.get("status") in COMING and timed(appointment) and instant(appointment["start"]) >= now:
                visits.append(await self._visit(appointment))
        return sorted(visits, key=lambda one: (one.start, one.reference))

    async def openings(
        self,
        windows: Sequence[Window],
        *,
        minutes: int,
        practitioner: str | None = None,
        location: str | None = None,
        limit: int = 3,
        excluding: Collection[str] = (),
        service_type: str = "",
    ) -> Found:
        """Return up to `limit` openings within the windows (start inclusive, end exclusive), at least `minutes` long and not yet begun.

        When there is none, the nearest ones of the next four weeks, first with the same therapist, then with any; `given_up` says so.
        `excluding` holds slots not to be offered again. With `service_type` (words or code) openings of another kind count as none; one
        of no kind fits.
        """
        wish = _Wish(minutes, practitioner, location, frozenset(excluding), service_type)
        fitting = [opening for window in windows for opening in await self._within(window, wish)]
        if fitting:
            return Found(tuple(_ordered(fitting)[:limit]))
        now = self._clock.now()
        everything: Window = (now, max([now + HORIZON, *(end for _, end in windows)]))
        for given_up, easier in ((("time",), wish), (("time", "practitioner"), replace(wish, practitioner=None))):
            nearest = sorted(_ordered(await self._within(everything, easier)), key=lambda one: _distance(one, windows))[:limit]
            if nearest:
                return Found(tuple(_ordered(nearest)), given_up)
            if practitioner is None:
                break
        return Found((), ("time",))

    async def _within(self, window: Window, wish: _Wish) -> list[Opening]:
        profile = await self._client.profile()
        start, end = max(window[0], self._clock.now()), window[1]
        if start >= end or not profile.slots:
            return []
        params = [
            ("start", f"ge{fhir_instant(start)}"),
            ("start", f"lt{fhir_instant(end)}"),
            ("status", "free"),
            ("_count", str(profile.page_size)),
        ]
        if profile.slot_service_type:
            params.append(("service-type", profile.slot_service_type))
        if wish.practitioner and profile.chained_actor:
            params.append(("schedule.actor", wish.practitioner))
        found: dict[str, Opening] = {}
        for slot in await self._client.search("Slot", params):
            if slot.get("resourceType") != "Slot" or slot.get("status") != "free" or reference_of(slot) in wish.excluding:
                continue
            opening = await self.opening(slot)
            if opening is not None and start <= opening.start < end and wish.fits(opening):
                found[opening.slot] = opening
        return list(found.values())

    async def opening(self, slot: Resource) -> Opening | None:
        """Return a Slot as an opening, with names; None when its schedule is not in use."""
        schedule = await self._kept_or_read(relative((slot.get("schedule") or {}).get("reference")))
        if schedule is None or not schedule.get("active", True):
            return None
        who: dict[str, Actor] = {}
        for actor in schedule.get("actor") or ():
            reference = relative(actor.get("reference"))
            kind = reference.partition("/")[0].replace("PractitionerRole", "Practitioner")
            if reference and kind not in who:
                who[kind] = await self._named(Actor(reference, str(actor.get("display") or "")))
        return Opening(
            slot=reference_of(slot),
            version=version_of(slot),
            start=instant(slot["start"]),
            end=instant(slot["end"]),
            practitioner=who.get("Practitioner"),
            location=who.get("Location"),
            service_type=service_type_of(slot) or service_type_of(schedule),
            service_code=service_code_of(slot) if service_type_of(slot) else service_code_of(schedule),
        )

    async def _visit(self, appointment: Resource) -> Visit:
        who = [actor for kind, actor in actors(appointment).items() if kind in ("Practitioner", "Location")]
        return visit_of(appointment, {actor.reference: (await self._named(actor)).name for actor in who})

    async def _named(self, actor: Actor) -> Actor:
        if actor.name:
            return actor
        resource = await self._kept_or_read(actor.reference)
        return Actor(actor.reference, "" if resource is None else _name_of(resource))

    async def _with_phone(self, kind: str, number: str) -> list[Resource]:
        profile = await self._client.profile()
        ways = spellings(number)
        if not profile.phone_search:
            searches: list[list[tuple[str, str]]] = [[]]
        elif profile.phone_many:
            searches = [[(profile.phone_search, ",".join(ways))]]
        else:
            searches = [[(profile.phone_search, way)] for way in ways]
        found: dict[str, Resource] = {}
        for params in searches:
            for resource in await self._client.search(kind, [*params, ("_count", str(profile.page_size))]):
                if resource.get("resourceType") == kind and number in phones_of(resource):
                    found[reference_of(resource)] = resource
        return list(found.values())

    async def _kept_or_read(self, reference: str) -> Resource | None:
        if not reference:
            return None
        now = self._clock.now()
        kept = self._kept.get(reference)
        if kept is not None and timedelta(0) <= now - kept[0] < KEPT:
            return kept[1]
        try:
            resource: Resource | None = await self._client.read(reference)
        except NotFound:
            resource = None
        self._kept[reference] = (now, resource)
        return resource

    def _acts(self, related: Resource) -> bool:
        """Say whether a RelatedPerson is active and today lies in its period."""
        period = related.get("period") or {}
        today = self._clock.now().date().isoformat()
        begun = not period.get("start") or str(period["start"])[:10] <= today
        ended = bool(period.get("end")) and str(period["end"])[:10] < today
        return bool(related.get("active", True)) and begun and not ended


@dataclass(frozen=True)
class _Wish:
    minutes: int
    practitioner: str | None
    location: str | None
    excluding: frozenset[str]
    service_type: str

    def fits(self, opening: Opening) -> bool:
        therapist = opening.practitioner.reference if opening.practitioner else None
        place = opening.location.reference if opening.location else None
        return (
            opening.minutes >= self.minutes
            and self.practitioner in (None, therapist)
            and (self.location is None or place in (None, self.location))
            and (not self.service_type or opening.service_type == "" or self.service_type in (opening.service_type, opening.service_code))
        )


def _ordered(openings: Iterable[Opening]) -> list[Opening]:
    unique = {opening.slot: opening for opening in openings}
    return sorted(unique.values(), key=lambda one: (one.start, _label(one.location), _label(one.practitioner), one.slot))


def _label(actor: Actor | None) -> str:
    return "" if actor is None else actor.name or actor.reference


def _distance(opening: Opening, windows: Sequence[Window]) -> timedelta:
    return min((max(start - opening.start, opening.start - end, timedelta(0)) for start, end in windows), default=timedelta(0))


def _name_of(resource: Resource) -> str:
    if isinstance(resource.get("name"), str):
        return str(resource["name"])
    given, family = _human(resource)
    return " ".join(part for part in (given, family) if part)


def _human(resource: Resource) -> tuple[str, str]:
    names = [name for name in resource.get("name") or () if isinstance(name, dict)]
    name = next((one for one in names if one.get("use") in ("official", "usual")), names[0] if names else {})
    return " ".join(name.get("given") or ()), str(name.get("family") or "")


def _person(patient: Resource, via: Related | None = None) -> Person:
    given, family = _human(patient)
    born = str(patient.get("birthDate") or "")
    return Person(
        reference=reference_of(patient),
        given=given,
        family=family,
        birth_date=date.fromisoformat(born) if len(born) == 10 else None,
        phones=phones_of(patient),
        relationship=via or "self",
        gender=str(patient.get("gender") or ""),
    )


def _related(resource: Resource) -> Related:
    given, family = _human(resource)
    kinds = resource.get("relationship") or [{}]
    coding = (kinds[0].get("coding") or [{}])[0]
    words = str(kinds[0].get("text") or coding.get("display") or coding.get("code") or "")
    return Related(reference_of(resource), given, family, words, str(coding.get("code") or ""), _permission(resource))


def _permission(related: Resource) -> str:
    """Return what the patient allows, from the extension whose URL ends in `permission`; "schedule" when nothing is said."""
    said = [one.get("valueCode") for one in related.get("extension") or () if str(one.get("url") or "").endswith("/permission")]
    return str(said[0]) if said and said[0] else "schedule"

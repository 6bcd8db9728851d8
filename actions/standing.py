"""How a patient stands with the clinic, as far as the rules of booking ask: read from the plan of care and the visits.

The plan of care is a CarePlan. What FHIR has no element for stands in extensions, told by the last part of their URL, whoever's
address comes before it: `authorised-visits`, `authorised-visits-left`, `weekly-visits` (integer) and `reevaluation-due` (date).

Systems without CarePlan, or without these extensions, leave the fields None: unknown. A rule that asks for an unknown figure is not
applied; the desk still sees every booking. Whether a patient is new, active or returning is then told from the visits alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from actions.context import Context
from actions.kinds import kind_of
from actions.scheduling.client import FhirClient, Resource
from actions.scheduling.errors import NotFound, SchedulingRefused, SignInRefused
from actions.scheduling.modes.trip import or_none, together
from actions.scheduling.resources import actors, fhir_instant, relative, timed, visit_of
from actions.scheduling.types import Actor, Visit
from bot.clinic import Clinic

HISTORY = timedelta(days=3 * 365)  # how far back a patient's visits are read
RECENT = timedelta(days=7)  # covers the running week
USUAL_OF = 12  # the visits nearest to now that tell what is usual

COMING = ("booked", "pending")
HERE = ("arrived", "checked-in")
HELD = ("fulfilled", *HERE)
RUNNING_PLANS = ("active", "on-hold")
ENDED_PLANS = ("completed", "revoked")


@dataclass(frozen=True)
class Usual:
    """The usual treatment visit: its kind in the scheduling system's words and code, and its length."""

    service_type: str
    service_code: str
    minutes: int


@dataclass(frozen=True)
class Standing:
    """What is known of a patient. None means unknown, and that the rules depending on it are not applied.

    `kind`: "new" (never seen), "active" (on a plan of care) or "returning" (discharged earlier). `visits_left`: authorised visits
    neither used nor taken by a visit that stands in the schedule, never below 0; `authorised`: how many were granted. `weekly`: visits a
    week by the plan of care. `reevaluation_due`: the last day for it. `therapist`, `location` and `usual`: the patient's own therapist,
    and where and what they usually come for. `recent`: the starts of visits held within the last seven days, oldest first.
    """

    kind: str
    visits_left: int | None = None
    authorised: int | None = None
    weekly: int | None = None
    reevaluation_due: date | None = None
    therapist: Actor | None = None
    location: Actor | None = None
    usual: Usual | None = None
    recent: tuple[datetime, ...] = ()


async def standing(context: Context, patient: str) -> Standing:
    """Return how a patient (`Patient/…`) stands. Raises SchedulingError when the visits cannot be read."""
    return await read_standing(context.client, context.clinic, context.clock.now(), patient)


async def read_standing(client: FhirClient, clinic: Clinic, now: datetime, patient: str) -> Standing:
    """Return how a patient stands at `now`. Raises SchedulingError when the visits cannot be read."""
    since = [("patient", patient), ("date", f"ge{fhir_instant(now - HISTORY)}"), ("_count", "200")]
    plans, appointments, person = await together(
        plans_of(client, patient), client.search("Appointment", since), or_none(client.read(patient))
    )
    mine = [one for one in appointments if one.get("resourceType") == "Appointment" and _is_of(one, patient) and timed(one)]
    return standing_of(clinic, now, plans, [visit_of(one) for one in mine], person)


def standing_of(clinic: Clinic, now: datetime, plans: Sequence[Resource], visits: Sequence[Visit], person: Resource | None) -> Standing:
    """Return what the plans of care, the visits (of any status) and the Patient resource tell."""
    held = sorted((visit for visit in visits if visit.status in HELD), key=lambda visit: visit.start)
    unclosed = [visit for visit in visits if visit.status in (*COMING, *HERE) and visit.start >= now - RECENT]
    coming = sorted((visit for visit in unclosed if visit.status in COMING and visit.start >= now), key=lambda visit: visit.start)
    plan = running(plans)
    facts = {} if plan is None else _facts(plan)
    near = [*coming, *reversed(held)][:USUAL_OF]
    places = [visit.location for visit in near if visit.location]
    return Standing(
        kind=_kind(clinic, now, plan, plans, held, coming),
        visits_left=_left(clinic, whole(facts.get("authorised-visits-left")), unclosed),
        authorised=whole(facts.get("authorised-visits")),
        weekly=whole(facts.get("weekly-visits")),
        reevaluation_due=_day(facts.get("reevaluation-due")),
        therapist=_therapist(clinic, plan, person, near),
        location=_place(clinic, _commonest(places)),
        usual=_usual(clinic, near),
        recent=tuple(sorted(_kept_lately(visits, now))),
    )


async def plans_of(client: FhirClient, patient: str) -> list[Resource]:
    """Return the patient's plans of care; none where the system keeps none that we may read. Raises SchedulingError."""
    if not (await client.profile()).care_plans:
        return []
    try:
        found = await client.search("CarePlan", [("patient", patient), ("_count", "50")])
    except SignInRefused:
        raise
    except (NotFound, SchedulingRefused):
        return []
    return [
        one for one in found if one.get("resourceType") == "CarePlan" and relative((one.get("subject") or {}).get("reference")) == patient
    ]


def _is_of(appointment: Resource, patient: str) -> bool:
    who = actors(appointment).get("Patient")
    return who is not None and who.reference == patient


def running(plans: Sequence[Resource]) -> Resource | None:
    """Return the running plan: of several one with figures on it, then the latest."""
    running = [plan for plan in plans if plan.get("status") in RUNNING_PLANS]
    latest = sorted(running, key=lambda plan: (bool(_facts(plan)), str((plan.get("period") or {}).get("start") or "")))
    return latest[-1] if latest else None


def _facts(plan: Resource) -> dict[str, Any]:
    """Return the extensions by the last part of their URL, in the spelling used here."""
    facts = extensions(plan)
    return {
        name: facts[name] for name in ("authorised-visits", "authorised-visits-left", "weekly-visits", "reevaluation-due") if name in facts
    }


def extensions(element: Resource) -> dict[str, Any]:
    """Return the values of an element's extensions by the last part of their URL, in the spelling used here."""
    values: dict[str, Any] = {}
    for extension in element.get("extension") or ():
        name = str(extension.get("url") or "").rstrip("/").rpartition("/")[2].replace("authorized", "authorised")
        value = next((value for key, value in extension.items() if key.startswith("value")), None)
        values.setdefault(name, value)
    return values


def whole(value: Any) -> int | None:
    """Return a whole number of 0 or more, None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _day(value: Any) -> date | None:
    """Return a date; a longer date-time counts as its day, a partial date as unknown."""
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _kind(
    clinic: Clinic, now: datetime, plan: Resource | None, plans: Sequence[Resource], held: Sequence[Visit], coming: Sequence[Visit]
) -> str:
    if plan is not None:
        return "active"
    if any(one.get("status") in ENDED_PLANS for one in plans):
        return "returning"
    if not held:
        return "new"
    lately = now - timedelta(days=clinic.policies.recall_days)
    return "active" if coming or held[-1].start >= lately else "returning"


def _left(clinic: Clinic, left: int | None, unclosed: Iterable[Visit]) -> int | None:
    """Return what is left after the visits that will use an authorised one; a kind of visit that is unknown counts as using one."""
    if left is None:
        return None
    kinds = [kind_of(clinic, visit) for visit in unclosed]
    return max(0, left - sum(kind is None or kind.uses_authorised_visit for kind in kinds))


def _therapist(clinic: Clinic, plan: Resource | None, person: Resource | None, near: Sequence[Visit]) -> Actor | None:
    """Return the plan's author, else the one on the patient's record, if they are therapists here, else who gives the nearest visits."""
    named = [] if plan is None else [plan.get("author") or {}, *(plan.get("contributor") or ())]
    named += [] if person is None else person.get("generalPractitioner") or []
    for actor in named:
        member = clinic.practitioner(relative(actor.get("reference")))
        if member is not None and member.reference and member.role == "therapist":
            return Actor(member.reference, member.name)
    seen = next((visit.practitioner for visit in near if visit.practitioner), None)
    if seen is None:
        return None
    member = clinic.practitioner(seen.reference)
    return Actor(seen.reference, member.name if member else seen.name)


def _place(clinic: Clinic, place: Actor | None) -> Actor | None:
    known = clinic.located(place.reference) if place else None
    return Actor(known.reference, known.name) if known else place


def _usual(clinic: Clinic, near: Sequence[Visit]) -> Usual | None:
    """Return the commonest of the nearest visits that are treatment: of a kind that active patients book, or of none we know."""
    kinds = [(visit, kind_of(clinic, visit)) for visit in near]
    treatments = [visit for visit, kind in kinds if kind is None or "active" in kind.self_book]
    return _commonest([Usual(visit.service_type, visit.service_code, visit.minutes) for visit in treatments])


def _kept_lately(visits: Iterable[Visit], now: datetime) -> Iterable[datetime]:
    """Yield the starts of visits begun in the last week that were held, or that nobody has closed yet."""
    return (visit.start for visit in visits if visit.status in (*HELD, *COMING) and now - RECENT <= visit.start < now)


def _commonest(things: Sequence[Any]) -> Any:
    """Return what occurs most often, the earliest of equals; None of nothing."""
    return Counter(things).most_common(1)[0][0] if things else None

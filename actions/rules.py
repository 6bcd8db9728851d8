"""The clinic's unwritten rules of booking, as data in `clinic.yml` states them: pure functions, no input or output.

A `Refusal` tells why not, for the line's sentence and for staff. `detail` is one plain value:

| reason             | refuses                                                        | detail                                 |
|--------------------|----------------------------------------------------------------|----------------------------------------|
| `new_patient`      | a patient never seen here; the desk books                      | the patient's standing                 |
| `not_self_booked`  | this kind of visit to a patient of this standing               | the patient's standing                 |
| `not_self_moved`   | changing this kind of visit through the line                   | the visit type's code                  |
| `begun`            | changing a visit that has begun                                | its start                              |
| `no_visits_left`   | one more visit than the insurer granted                        | authorised visits, "" when unknown     |
| `reevaluation_due` | treatment while the re-evaluation is overdue                   | the day it was due                     |
| `too_soon`         | an opening within the lead time                                | minutes of lead time                   |
| `too_far`          | an opening beyond the horizon                                  | days of the horizon                    |
| `closed`           | an opening on a closed day or outside the hours                | the closure's name, or "hours"         |
| `wrong_kind`       | an opening kept for another kind of visit, or too short        | the code of that visit type, or minutes|
| `wrong_role`       | a practitioner who does not give this kind                     | their role                             |
| `same_day`         | more visits a day than allowed                                 | the day                                |
| `weekly_limit`     | more visits from Monday to Sunday than the plan or policy says | the limit                              |

What nobody knows refuses nothing: a figure that the scheduling system does not give, a practitioner or place that is not in `clinic.yml`.
A move never counts against a limit that it does not make worse: within its own day or week it is free, and an overdue re-evaluation
does not hold fast a visit that stands. Days and weeks are the clinic's; spans are elapsed time, so a clock change adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from actions.kinds import kind_of, named_kind
from actions.scheduling.types import Opening, Visit
from actions.standing import Standing
from bot.clinic import Clinic, VisitType

REEVALUATION = "reevaluation"
HOURS = "hours"


@dataclass(frozen=True)
class Refusal:
    """Why something is not done through the line; see the table of this module."""

    reason: str
    detail: str = ""


Dropped = list[tuple[Opening, Refusal]]


def may_book(clinic: Clinic, standing: Standing, kind: VisitType, upcoming: Sequence[Visit], now: datetime) -> Refusal | None:
    """Say why the patient may not book this kind of visit at all, or return None. `upcoming` holds their visits that stand."""
    if standing.kind not in kind.self_book:
        return Refusal("new_patient" if standing.kind == "new" else "not_self_booked", standing.kind)
    if kind.uses_authorised_visit and standing.visits_left is not None and standing.visits_left <= 0:
        return Refusal("no_visits_left", "" if standing.authorised is None else str(standing.authorised))
    if _overdue(clinic, standing, kind, now) and _reevaluated_on(clinic, upcoming) is None:
        return Refusal("reevaluation_due", str(standing.reevaluation_due))
    return None


def may_move(clinic: Clinic, visit: Visit, now: datetime) -> Refusal | None:
    """Say why the line may not move or cancel a visit, or return None."""
    if visit.start <= now:
        return Refusal("begun", visit.start.isoformat())
    kind = kind_of(clinic, visit)
    return None if kind is None or kind.self_move else Refusal("not_self_moved", kind.code)


def bookable(
    clinic: Clinic,
    standing: Standing,
    kind: VisitType,
    upcoming: Sequence[Visit],
    opening: Opening,
    now: datetime,
    moving: Visit | None = None,
) -> Refusal | None:
    """Say why an opening is not offered for this kind of visit, or return None. `moving` is the visit that would give way."""
    return (
        _when(clinic, opening, now)
        or _fit(clinic, kind, opening, moving)
        or _reevaluation(clinic, standing, kind, upcoming, opening, now, moving)
        or _frequency(clinic, standing, upcoming, opening, moving)
    )


def filtered(
    clinic: Clinic,
    standing: Standing,
    kind: VisitType,
    upcoming: Sequence[Visit],
    openings: Iterable[Opening],
    now: datetime,
    moving: Visit | None = None,
) -> tuple[list[Opening], Dropped]:
    """Return the openings that may be offered and those that may not, with the reason; both in the order given."""
    kept: list[Opening] = []
    dropped: Dropped = []
    for opening in openings:
        refusal = bookable(clinic, standing, kind, upcoming, opening, now, moving)
        if refusal is None:
            kept.append(opening)
        else:
            dropped.append((opening, refusal))
    return kept, dropped


def as_record(dropped: Dropped) -> list[dict[str, str]]:
    """Return why openings were not offered as staff's card keeps it: slot, start, practitioner, reason and detail."""
    return [
        {
            "slot": opening.slot,
            "start": opening.start.isoformat(),
            "practitioner": opening.practitioner.name or opening.practitioner.reference if opening.practitioner else "",
            "reason": refusal.reason,
            "detail": refusal.detail,
        }
        for opening, refusal in dropped
    ]


def late_fee(clinic: Clinic, visit: Visit, now: datetime) -> int | None:
    """Return the fee in dollars that changing the visit now may cost; None outside the notice period, or where no fee is taken."""
    notice = timedelta(hours=clinic.policies.notice_hours)
    fee = clinic.policies.late_fee_dollars
    return fee if fee and _utc(visit.start) - _utc(now) < notice else None


def kind_for(clinic: Clinic, standing: Standing, said: str | None) -> VisitType:
    """Return the visit type that a booking means.

    A type that the words name wins, save the plain treatment visit: "a visit" or "a session" is the patient's usual treatment when they
    are on a plan of care, and an evaluation when they are not.
    """
    treatment = _booked_by(clinic, "active")
    named = named_kind(clinic, said) if said else None
    if named is not None and named != treatment:
        return named
    if standing.kind != "active":
        return _booked_by(clinic, standing.kind) if standing.kind == "new" else _booked_by(clinic, "returning")
    if standing.usual is None:
        return treatment
    usual = standing.usual
    known = (clinic.visit_type_of(word, usual.minutes) for word in (usual.service_code, usual.service_type) if word)
    spoken = named_kind(clinic, usual.service_type)
    return next((kind for kind in (*known, spoken) if kind is not None and "active" in kind.self_book), treatment)


def _booked_by(clinic: Clinic, standing: str) -> VisitType:
    """Return the first visit type that patients of this standing book; new ones are evaluated as returning ones are, if the desk agrees."""
    for wanted in dict.fromkeys((standing, "returning" if standing == "new" else standing)):
        for kind in clinic.visit_types:
            if wanted in kind.self_book:
                return kind
    return clinic.visit_types[0]


def _when(clinic: Clinic, opening: Opening, now: datetime) -> Refusal | None:
    policies = clinic.policies
    if _utc(opening.start) - _utc(now) < timedelta(minutes=policies.lead_minutes):
        return Refusal("too_soon", str(policies.lead_minutes))
    if _utc(opening.start) > _utc(clinic.local(now) + timedelta(days=policies.horizon_days)):
        return Refusal("too_far", str(policies.horizon_days))
    return _hours(clinic, opening)


def _hours(clinic: Clinic, opening: Opening) -> Refusal | None:
    place = clinic.located(opening.location.reference) if opening.location else None
    code = place.code if place else None
    day = _day(clinic, opening)
    closure = clinic.closure(day, code)
    if closure is not None:
        return Refusal("closed", closure.name)
    start, end = _utc(opening.start), _utc(opening.end)
    spans = ((_utc(opens), _utc(closes)) for opens, closes in clinic.openings(day, code))
    return None if any(opens <= start and end <= closes for opens, closes in spans) else Refusal("closed", HOURS)


def _fit(clinic: Clinic, kind: VisitType, opening: Opening, moving: Visit | None) -> Refusal | None:
    kept_for = kind_of(clinic, opening)
    if kept_for is not None and kept_for != kind and not set(kept_for.service_types) & set(kind.service_types):
        return Refusal("wrong_kind", kept_for.code)
    if opening.minutes < (moving.minutes if moving else kind.minutes):
        return Refusal("wrong_kind", str(opening.minutes))
    member = clinic.practitioner(opening.practitioner.reference) if opening.practitioner else None
    return Refusal("wrong_role", member.role) if member and member.role not in kind.given_by else None


def _reevaluation(
    clinic: Clinic, standing: Standing, kind: VisitType, upcoming: Sequence[Visit], opening: Opening, now: datetime, moving: Visit | None
) -> Refusal | None:
    if moving is not None or not _overdue(clinic, standing, kind, now):
        return None
    done = _reevaluated_on(clinic, upcoming)
    return None if done is not None and done <= _day(clinic, opening) else Refusal("reevaluation_due", str(standing.reevaluation_due))


def _overdue(clinic: Clinic, standing: Standing, kind: VisitType, now: datetime) -> bool:
    due = standing.reevaluation_due
    return kind.blocked_by_reevaluation and due is not None and due < clinic.local(now).date()


def _reevaluated_on(clinic: Clinic, upcoming: Sequence[Visit]) -> date | None:
    """Return the day of the first re-evaluation that stands in the schedule."""
    kinds = ((visit, kind_of(clinic, visit)) for visit in upcoming)
    return min((_day(clinic, visit) for visit, kind in kinds if kind is not None and kind.code == REEVALUATION), default=None)


def _frequency(clinic: Clinic, standing: Standing, upcoming: Sequence[Visit], opening: Opening, moving: Visit | None) -> Refusal | None:
    leaving = moving.reference if moving else None
    days = [_day(clinic, visit) for visit in upcoming if visit.reference != leaving]
    days += [clinic.local(start).date() for start in standing.recent]
    left = _day(clinic, moving) if moving else None
    day = _day(clinic, opening)
    if days.count(day) >= clinic.policies.visits_per_day and left != day:
        return Refusal("same_day", day.isoformat())
    limit = clinic.policies.visits_per_week if standing.weekly is None else standing.weekly
    in_week = sum(_monday(each) == _monday(day) for each in days)
    if in_week >= limit and (left is None or _monday(left) != _monday(day)):
        return Refusal("weekly_limit", str(limit))
    return None


def _day(clinic: Clinic, part: Visit | Opening) -> date:
    return clinic.local(part.start).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _utc(instant: datetime) -> datetime:
    """Return the instant in UTC: two times of one zone are otherwise compared by what the clock on the wall shows."""
    return instant.astimezone(UTC)

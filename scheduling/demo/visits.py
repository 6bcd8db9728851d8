"""The diary: which opening is taken by whom. It cannot hold two visits in one opening, nor a visit of a patient twice a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.demo.calendar import Opening, openings

KEPT = ("booked", "fulfilled", "noshow")


@dataclass(frozen=True)
class Visit:
    """A visit. `status` is that of an Appointment; a cancelled one leaves its opening free. `kind` is its visit type."""

    patient: str
    opening: Opening
    status: str
    kind: str
    reason: str | None = None
    comment: str | None = None

    @property
    def id(self) -> str:
        """The id of its Appointment, such as `maya-torres-20250603`."""
        return f"{self.patient}-{self.opening.start:%Y%m%d}"


class Diary:
    """Openings, visits and blocked time. Raises ValueError on any attempt to break its rules: the demo's script is wrong then."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._days: dict[date, list[Opening]] = {}
        self._taken: dict[str, Visit] = {}
        self._blocked: dict[str, str] = {}
        self._kept_free: set[str] = set()
        self._visits: dict[str, Visit] = {}
        self._per_week: Counter[tuple[str, date]] = Counter()

    def day(self, day: date) -> list[Opening]:
        """Return the openings of a day, drawing them up at the first call."""
        if day not in self._days:
            self._days[day] = list(openings(day, self._zone))
        return self._days[day]

    def at(self, day: date, practitioner: str, at: time) -> Opening:
        """Return one opening by its start."""
        for opening in self.day(day):
            if (opening.practitioner, opening.start.time()) == (practitioner, at):
                return opening
        raise ValueError(f"{practitioner} has no opening on {day} at {at}; see data/calendar.yml")

    def keep_free(self, opening: Opening) -> None:
        """Promise that nothing is ever put here."""
        if not self.is_free(opening):
            raise ValueError(f"{opening.id} is taken and cannot be kept free")
        self._kept_free.add(opening.id)

    def is_free(self, opening: Opening) -> bool:
        """May something be put here?"""
        return opening.id not in self._taken and opening.id not in self._blocked and opening.id not in self._kept_free

    def sees(self, patient: str, day: date) -> bool:
        """Has the patient any visit on that day, cancelled ones included?"""
        return f"{patient}-{day:%Y%m%d}" in self._visits

    def in_week(self, patient: str, day: date) -> int:
        """Return how many visits the patient keeps in the week of `day`."""
        return self._per_week[patient, _monday(day)]

    def book(self, visit: Visit) -> None:
        """Enter a visit."""
        if visit.id in self._visits:
            raise ValueError(f"{visit.id} exists; a patient comes once a day")
        if visit.status in KEPT:
            if not self.is_free(visit.opening):
                raise ValueError(f"{visit.opening.id} is not free for {visit.id}")
            self._taken[visit.opening.id] = visit
            self._per_week[visit.patient, _monday(visit.opening.day)] += 1
        self._visits[visit.id] = visit

    def block(self, opening: Opening, why: str) -> None:
        """Take an opening for something that is no visit."""
        if not self.is_free(opening):
            raise ValueError(f"{opening.id} is not free and cannot be blocked")
        self._blocked[opening.id] = why

    @property
    def visits(self) -> list[Visit]:
        """All visits in order of time."""
        return sorted(self._visits.values(), key=lambda visit: (visit.opening.start, visit.id))

    def visits_of(self, patient: str) -> list[Visit]:
        """The visits of one patient in order of time."""
        return [visit for visit in self.visits if visit.patient == patient]

    def slots(self, days: Iterable[date]) -> Iterator[tuple[Opening, str, str | None]]:
        """Yield (opening, Slot status, comment) for those days, and every opening of other days that holds a visit."""
        wanted = set(days)
        for day in sorted(wanted | set(self._days)):
            for opening in self.day(day):
                if opening.id in self._taken:
                    yield opening, "busy", None
                elif opening.id in self._blocked:
                    yield opening, "busy-unavailable", self._blocked[opening.id]
                elif day in wanted:
                    yield opening, "free", None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

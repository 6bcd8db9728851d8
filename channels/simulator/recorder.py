"""Keeps what a person of the cast did since a beginning, and writes it as a test in the form of `tests/evaluation/scenarios.yml`.

In the edge's memory only: a restart forgets the recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.nlu import birth_date
from bot.turns.composing import tapback
from channels.simulator.cast import Person
from channels.simulator.schedule import Schedule, Visit

BURST_SECONDS = 2.0
FOLDERS = {"moved": "reschedule", "booked": "book", "cancelled": "cancel", "confirmed": "confirm", "waitlisted": "waitlist"}

Says = str | dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What the schedule says of a patient: standing visits, confirmed ones by id, and the periods waited for by id."""

    visits: tuple[Visit, ...]
    confirmed: frozenset[str]
    waits: Mapping[str, Sequence[Sequence[str]]]


@dataclass
class Recording:
    """What one person did since `began`, with the schedule as it was then. A step is (seconds, what)."""

    person: Person
    began: datetime
    before: Snapshot
    steps: list[tuple[float, Says]] = field(default_factory=list)


class Recorder:
    """The recordings, one a person. `seconds` is a steady clock in seconds, which moving the demo's clock does not move."""

    def __init__(self, schedule: Schedule, zone: ZoneInfo, staff: Mapping[str, str], seconds: Callable[[], float]) -> None:
        self._schedule = schedule
        self._zone = zone
        self._staff = staff  # Practitioner id -> the clinic file's code
        self._seconds = seconds
        self._recordings: dict[str, Recording] = {}

    async def said(self, person: Person, text: str, now: datetime) -> None:
        """Note a text; the first one begins the recording. Raises ScheduleAway when the schedule at the beginning cannot be read."""
        if person.id not in self._recordings:
            self._recordings[person.id] = Recording(person, now, await self._snapshot(person, now))
        reaction = tapback(text)
        step: Says = {"tapback": reaction.kind.capitalize()} if reaction else _without_birth_date(text, person, now.date())
        self._recordings[person.id].steps.append((self._seconds(), step))

    def happened(self, what: dict[str, Any]) -> None:
        """Note in every recording that the clock was moved or the scheduling system broken or mended."""
        for recording in self._recordings.values():
            recording.steps.append((self._seconds(), what))

    def local(self, instant: datetime) -> str:
        """Return an instant as the clinic's wall clock shows it."""
        return _at(instant.astimezone(self._zone).replace(tzinfo=None))

    def forget(self, person: Person) -> None:
        """Let the person's next text begin a recording."""
        self._recordings.pop(person.id, None)

    async def saved(self, person: Person, *, with_person: bool) -> str | None:
        """Return the recording as YAML, None when there is none. `with_person` tells that it ended with staff. Raises ScheduleAway."""
        recording = self._recordings.get(person.id)
        if recording is None:
            return None
        expect = self._expected(recording, await self._snapshot(person, recording.began))
        expect["person"] = "must" if with_person else "never"
        folder = next((FOLDERS[name] for name in FOLDERS if name in expect), "check")
        entry = {
            "name": f"{person.id.split('-')[0]}_{recording.began.astimezone(self._zone):%Y%m%d_%H%M}",
            "who": person.id,
            "folder": folder,
            "says": list(_in_bursts(recording.steps)),
            "expect": expect,
        }
        began = recording.began.astimezone(self._zone)
        stood = f"{began:%A} {began.day} {began:%B %Y, %H:%M}"
        head = f"# Saved from the simulator. The clinic's clock stood at {stood}. Give it a telling name.\n"
        return head + _written(entry)

    async def _snapshot(self, person: Person, since: datetime) -> Snapshot:
        visits = await self._schedule.visits(person.id, since)
        waits = {each["id"]: each["periods"] for each in await self._schedule.waitlisted(person.id)}
        return Snapshot(tuple(visits), frozenset(await self._schedule.confirmed(person.id)), waits)

    def _expected(self, recording: Recording, after: Snapshot) -> dict[str, Any]:
        before = recording.before
        kept = {(visit.start, visit.practitioner) for visit in before.visits} & {
            (visit.start, visit.practitioner) for visit in after.visits
        }
        gone = [visit for visit in before.visits if (visit.start, visit.practitioner) not in kept]
        come = [visit for visit in after.visits if (visit.start, visit.practitioner) not in kept]
        found: dict[str, Any] = {}
        if len(gone) == len(come) == 1:
            found["moved"] = {"from": _at(gone[0].start), "to": _minute(come[0].start), **self._with(come[0])}
        else:
            if gone:
                found["cancelled"] = [_at(visit.start) for visit in gone]
            if come:
                found["booked"] = {"between": _minute(come[0].start), **self._with(come[0]), "kind": come[0].kind}
        newly = [visit for visit in after.visits if visit.id in after.confirmed - before.confirmed]
        if newly:
            found["confirmed"] = [_at(visit.start) for visit in newly]
        waits = [periods for identifier, periods in after.waits.items() if identifier not in before.waits and periods]
        if waits:
            found["waitlisted"] = {"between": list(waits[0][0])}
        return found if {"moved", "booked", "cancelled"} & set(found) else {"unchanged": True, **found}

    def _with(self, visit: Visit) -> dict[str, str]:
        code = self._staff.get(visit.practitioner)
        return {"with": code} if code else {}


def _without_birth_date(text: str, person: Person, today: date) -> str:
    found = birth_date.find(text, today)
    if found is None or found.value.isoformat() != person.birth_date:
        return text
    return f"{text[: found.start]}{{birth_date}}{text[found.end :]}"


def _in_bursts(steps: Sequence[tuple[float, Says]]) -> list[Says]:
    """Join texts that came within two seconds of the one before."""
    joined: list[Says] = []
    last: float | None = None
    for at, step in steps:
        if isinstance(step, str) and last is not None and at - last <= BURST_SECONDS and joined:
            previous = joined[-1]
            joined[-1] = {"burst": [*previous["burst"], step]} if isinstance(previous, dict) else {"burst": [previous, step]}
        else:
            joined.append(step)
        last = at if isinstance(step, str) else None
    return joined


def _at(start: datetime) -> str:
    return start.isoformat(timespec="minutes")


def _minute(start: datetime) -> list[str]:
    return [_at(start), _at(start + timedelta(minutes=1))]


def _written(entry: Mapping[str, Any]) -> str:
    return "- " + "\n  ".join(f"{name}: {_flow(value)}" for name, value in entry.items()) + "\n"


def _flow(value: Any) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1_000_000, allow_unicode=True).removesuffix("\n...\n").strip()
    )

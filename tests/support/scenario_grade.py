"""Grades a played scenario: every key of `expect`, by what schedule, store and texts show.

`tests/evaluation/README.md` says what each key means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scheduling.demo.roster import cast_members, everyone
from tests.support import scenario_store
from tests.support.line import MONDAY, ZONE
from tests.support.scenario import Booked, Expect, Late, Moved, Requested, Span, Waitlisted
from tests.support.scenario_facts import About, is_told
from tests.support.scenario_play import CannotPlay, Played, visit_at
from tests.support.scenario_schedule import Standing, first_name

Starts = Counter[tuple[str, datetime]]


def faults(played: Played) -> list[str]:
    """Return what is not as expected, first what could not be played; nothing when all is right."""
    if played.fault is not None:
        return [f"could not be played: {played.fault}"]
    try:
        return list(_Grader(played).faults())
    except CannotPlay as error:
        return [f"cannot be graded: {error}"]


def handed_over(played: Played) -> bool:
    """Did the conversation go to a person?"""
    return bool(played.handoffs) or bool(played.owners - {"bot"})


def asked_a_person(played: Played) -> bool:
    """Did the conversation go to a person, or is a person asked to do something about it?

    A card that the scenario itself expects is part of its flow, as the ticket for a low score is.
    """
    return handed_over(played) or bool(_cards(played))


def _cards(played: Played) -> list[str]:
    expected = played.scenario.expect.tasks or ()
    return [
        task["kind"]
        for task in played.tasks
        if task["kind"] not in scenario_store.NOTES and not any(scenario_store.is_card(task, kind) for kind in expected)
    ]


class _Grader:
    def __init__(self, played: Played) -> None:
        self.played, self.expect = played, played.scenario.expect
        self.writer, self.begin, self.end = played.writer, played.begin, played.end
        before = Counter((visit.patient, visit.start) for ref, visit in self.begin.visits.items() if ref not in played.dropped)
        after = Counter((visit.patient, visit.start) for ref, visit in self.end.visits.items() if ref not in played.taken)
        self.gone, self.new = before - after, after - before

    def faults(self) -> Iterator[str]:
        expect = self.expect
        yield from self._schedule(expect)
        if expect.booked_from_waitlist:
            yield from self._from_waitlist(expect.booked_from_waitlist)
        if expect.visit_at:
            mine = self.end.of(self.writer.id)
            if [visit.start for visit in mine] != [expect.visit_at]:
                yield f"visit_at: the patient's visits are {_list(mine)}"
        if expect.confirmed is not None:
            yield from self._confirmed(expect.confirmed)
        if expect.waitlisted and not self._waits(expect.waitlisted):
            yield f"waitlisted: {expect.waitlisted.patient} does not wait for {expect.waitlisted.between}"
        if expect.off_waitlist and self._still_waits(expect.off_waitlist):
            yield f"off_waitlist: {expect.off_waitlist} still waits"
        if expect.late:
            yield from self._late(expect.late)
        if expect.requested:
            yield from self._requested(expect.requested)
        if expect.still_subscribed and self.played.opted_out:
            yield "still_subscribed: the consent was withdrawn"
        if expect.answers_to_last_burst not in (None, self.played.burst_answers):
            yield f"answers_to_last_burst: {self.played.burst_answers} instead of {expect.answers_to_last_burst}"
        yield from scenario_store.faults(self.played.store, expect, self.played.tasks, self.played.told, opted_out=self.played.opted_out)
        about = self._about()
        yield from (f"told: not told {fact}" for fact in expect.told if not is_told(fact, self.played.told, about))
        yield from (f"not_told: was told {fact}" for fact in expect.not_told if is_told(fact, self.played.told, about))
        over = handed_over(self.played)
        if expect.contained is not None and expect.contained == over:
            reasons = ", ".join(str(row["reason"]) for row in self.played.handoffs)
            yield f"contained: handed over ({reasons})" if over else "contained: not handed over"
        asked = asked_a_person(self.played)
        if asked and expect.person == "never":
            reasons = [row["reason"] for row in self.played.handoffs] + _cards(self.played)
            yield f"person: never, but one was asked in ({', '.join(reasons) or 'staff own the conversation'})"
        if not asked and expect.person == "must":
            yield "person: must, but none was asked in"

    def _schedule(self, expect: Expect) -> Iterator[str]:
        """The changes of visits that are expected, and no others."""
        if not (expect.unchanged or expect.moved or expect.booked or expect.cancelled is not None or expect.requested):
            return
        gone, new = Counter(self.gone), Counter(self.new)
        if expect.moved:
            yield from self._moved(expect.moved, gone, new)
        if expect.booked:
            yield from self._booked(expect.booked, new)
        for start in expect.cancelled or ():
            visit = visit_at(self.begin, self.writer, start)
            if not gone[visit.patient, start]:
                yield f"cancelled: {visit} still stands"
            gone -= Counter([(visit.patient, start)])
        if gone:
            yield f"{_name(expect)}: gone besides {_starts(gone)}"
        if new:
            yield f"{_name(expect)}: new besides {_starts(new)}"

    def _moved(self, moved: Moved, gone: Starts, new: Starts) -> Iterator[str]:
        old = self._visit(moved.patient, moved.start)
        if not gone[old.patient, old.start]:
            yield f"moved: {old} still stands"
        elif not set(old.slots) <= self.played.freed | self.played.taken_slots and not self._covered(old):
            yield f"moved: the opening of {old} is not free"
        gone -= Counter([(old.patient, old.start)])
        yield from self._one_more("moved", old.patient, moved.to, moved.practitioner, None, new)

    def _booked(self, booked: Booked, new: Starts) -> Iterator[str]:
        yield from self._one_more("booked", booked.patient, booked.between, booked.practitioner, booked.kind, new)

    def _one_more(
        self, key: str, patient: str, spans: tuple[Span, ...], practitioner: str | None, kind: str | None, new: Starts
    ) -> Iterator[str]:
        mine = [visit for visit in self.end.of(patient) if new[patient, visit.start]]
        right = [visit for visit in mine if any(visit.start in span for span in spans)]
        if len(right) != 1:
            yield f"{key}: {len(right)} new visits within {' or '.join(map(str, spans[:2]))}{' …' if len(spans) > 2 else ''}"
            return
        if practitioner and first_name(right[0].practitioner) != practitioner:
            yield f"{key}: with {first_name(right[0].practitioner)} instead of {practitioner}"
        if kind and right[0].kind != kind:
            yield f"{key}: a {right[0].kind} instead of {kind}"
        new -= Counter([(patient, right[0].start)])

    def _covered(self, old: Standing) -> bool:
        """Does the visit that was moved still use part of its old opening?"""
        slots = set(old.slots)
        return any(visit.patient == old.patient and slots & set(visit.slots) for visit in self.end.visits.values())

    def _visit(self, patient: str, start: datetime) -> Standing:
        for visit in self.begin.of(patient):
            if visit.start == start:
                return visit
        return visit_at(self.begin, self.writer, start)

    def _from_waitlist(self, start: datetime) -> Iterator[str]:
        if not any(visit.start == start for visit in self.end.of(self.writer.id)):
            yield "booked_from_waitlist: the patient has no visit then"
        if any(wait.patient == self.writer.id for wait in self.end.waits):
            yield "booked_from_waitlist: the patient still waits"

    def _confirmed(self, starts: tuple[datetime, ...]) -> Iterator[str]:
        wanted = {visit_at(self.begin, self.writer, start).reference for start in starts}
        tasks = {str(task["detail"].get("visit")) for task in self.played.tasks if task["kind"] == "visit_confirmed"}
        known = self.begin.visits | self.end.visits
        yield from (f"confirmed: not {known[ref]}" for ref in sorted(wanted - self.end.confirmed - tasks))
        fresh = (self.end.confirmed - self.begin.confirmed) | tasks
        yield from (f"confirmed: also {known.get(ref, ref)}" for ref in sorted(fresh - wanted))

    def _waits(self, expected: Waitlisted) -> bool:
        periods = [period for wait in self.end.waits if wait.patient == expected.patient for period in wait.periods]
        for task in self._tasks("waitlist"):
            if task.get("patient") == f"Patient/{expected.patient}":
                periods += [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in task["windows"]]
        return any(start < expected.between.end and end > expected.between.first for start, end in periods)

    def _still_waits(self, patient: str) -> bool:
        leaves = any(task.get("patient") == f"Patient/{patient}" for task in self._tasks("waitlist_leave"))
        return any(wait.patient == patient for wait in self.end.waits) and not leaves

    def _late(self, late: Late) -> Iterator[str]:
        visit = visit_at(self.begin, self.writer, late.start)
        told = [(task.get("visit"), task.get("minutes")) for task in self._tasks("running_late")]
        if (visit.reference, late.minutes) not in told:
            shown = [f"{self.begin.visits.get(str(ref), ref)} by {minutes}" for ref, minutes in told]
            yield f"late: staff know of {', '.join(shown) or 'nothing'}"

    def _requested(self, wanted: Requested) -> Iterator[str]:
        cards = list(self._tasks("booking"))
        if not any(self._asks_for(card, wanted) for card in cards):
            shown = [f"{card.get('kind')} {card.get('visit')} {card.get('wanted')}" for card in cards]
            yield f"requested: the desk's cards are {'; '.join(shown) or 'none'}"

    def _asks_for(self, card: dict[str, Any], wanted: Requested) -> bool:
        if card.get("kind") != wanted.kind:
            return False
        if wanted.start and (card.get("visit") or {}).get("reference") != visit_at(self.begin, self.writer, wanted.start).reference:
            return False
        start = (card.get("wanted") or {}).get("start")
        return wanted.wanted is None or (start is not None and datetime.fromisoformat(start).astimezone(ZONE) in wanted.wanted)

    def _tasks(self, kind: str) -> Iterator[dict[str, Any]]:
        return (task["detail"] for task in self.played.tasks if task["kind"] == kind)

    def _about(self) -> About:
        near = self.writer.near or tuple(person.id for person in cast_members())
        people = [person for person in everyone() if person.id in near]
        left = set()
        for patient, count in self.played.visits_left.items():
            if patient in self.writer.patients:
                coming = len(self.begin.of(patient))
                left |= (
                    {count, max(0, count - coming), max(0, count - coming - 1)} if self.expect.booked else {count, max(0, count - coming)}
                )
        return About(
            MONDAY,
            tuple(visit.start for visit in self.begin.of(*near)),
            frozenset(word for person in people for word in person.name.split()),
            frozenset(left),
        )


def _name(expect: Expect) -> str:
    keys = ("unchanged", "moved", "booked", "cancelled", "requested")
    return next(key for key in keys if getattr(expect, key) not in (None, False))


def _starts(starts: Starts) -> str:
    return ", ".join(f"{patient} {start:%a %b %d %H:%M}" for patient, start in sorted(starts.elements()))


def _list(visits: list[Standing]) -> str:
    return ", ".join(map(str, visits)) or "none"

"""Everybody else's visits: they fill the diary the way a working clinic's is full, densest in the coming fortnight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count

from scheduling.demo.calendar import Opening
from scheduling.demo.codes import chance
from scheduling.demo.roster import Person, others
from scheduling.demo.visits import Diary, Visit

# Days from today and the share of openings that is taken from there on.
FULL = ((-1000, 0.85), (0, 0.80), (14, 0.55), (21, 0.40), (28, 0.25), (35, 0.12))
BLOCKED = 0.35  # of the taken openings for which nobody is due
NOSHOW, CANCELLED = 0.07, 0.05  # of past visits; the field's mean for no-shows is 10.4 %
BLOCKS = ("Documentation", "Team meeting", "Call with a surgeon's office", "Held for urgent visits")
REASONS = ("Ill", "No ride", "Work", "Family", "Feeling better")
ASSISTED_BY = {"marcus-bell": ("dana-whitfield", "priya-raman")}


def fill(diary: Diary, today: date, days: Iterable[date], crowded: Iterable[Opening]) -> None:
    """Put visits of others and blocked time into the diary; `crowded` openings are all taken."""
    active = [person for person in others() if person.standing == "active"]
    for person in others():
        if person.standing == "new":
            _first_evaluation(diary, person, today)
        elif person.standing == "discharged":
            _long_ago(diary, person, today)
    for opening in crowded:
        if diary.is_free(opening):
            _take(diary, opening, active, today, must=True)
    for day in days:
        for opening in diary.day(day):
            ahead = (day - today).days
            share = next(share for since, share in reversed(FULL) if ahead >= since)
            if diary.is_free(opening) and chance("taken", opening.id) < share:
                _take(diary, opening, active, today, must=ahead >= 0 and chance("blocked", opening.id) < BLOCKED)


def _take(diary: Diary, opening: Opening, active: list[Person], today: date, must: bool) -> None:
    therapists = ASSISTED_BY.get(opening.practitioner, (opening.practitioner,))
    able = [
        person
        for person in active
        if person.therapist in therapists
        and not diary.sees(person.id, opening.day)
        and diary.in_week(person.id, opening.day) < person.weekly
    ]
    if opening.kind == "evaluation":
        able = []  # those are for first visits and re-evaluations, which the desk books
    if not able:
        if must:
            diary.block(opening, BLOCKS[int(chance("block", opening.id) * len(BLOCKS))])
        return
    person = min(able, key=lambda person: (diary.in_week(person.id, opening.day), chance(person.id, opening.id)))
    if opening.day >= today:
        diary.book(Visit(person.id, opening, "booked", opening.kind))
        return
    dice = chance("outcome", person.id, opening.id)
    reason = REASONS[int(chance("reason", opening.id) * len(REASONS))]
    if dice < NOSHOW:
        diary.book(Visit(person.id, opening, "noshow", opening.kind, "No call"))
    elif dice < NOSHOW + CANCELLED:
        diary.book(Visit(person.id, opening, "cancelled", opening.kind, reason))
    else:
        diary.book(Visit(person.id, opening, "fulfilled", opening.kind))


def _first_evaluation(diary: Diary, person: Person, today: date) -> None:
    opening = next(
        opening
        for ahead in count(2)
        for opening in diary.day(today + timedelta(days=ahead))
        if opening.kind == "evaluation" and opening.practitioner == person.therapist and diary.is_free(opening)
    )
    diary.book(Visit(person.id, opening, "booked", "evaluation"))


def _long_ago(diary: Diary, person: Person, today: date) -> None:
    """An evaluation and five visits, the last some three months ago."""
    booked = 0
    for back in count(95 + int(40 * chance("discharged", person.id)), 3):
        kind = "evaluation" if booked == 5 else None
        for opening in diary.day(today - timedelta(days=back)):
            fits = opening.kind == "evaluation" if kind else opening.kind != "evaluation"
            if fits and opening.practitioner == person.therapist and diary.is_free(opening) and not diary.sees(person.id, opening.day):
                diary.book(Visit(person.id, opening, "fulfilled", opening.kind))
                booked += 1
                break
        if booked == 6:
            return

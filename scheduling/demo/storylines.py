"""Where the cast's stories stand on the day the demo begins: their visits, and the openings that the stories need.

Everything hangs on "the Tuesday": the next Tuesday strictly after today on which the clinic is open. A visit whose day is a holiday is a
week later; an opening whose day does is replaced by another of the same week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from scheduling.demo.calendar import Opening, is_closed
from scheduling.demo.roster import cast_members
from scheduling.demo.visits import Diary, Visit

DANA, SAM, PRIYA, ERIK, MARCUS = "dana-whitfield", "sam-okafor", "priya-raman", "erik-lindquist", "marcus-bell"
TUESDAY = 1

# Days after the Tuesday, time, practitioner. The first of each of the five dialogues, then the rest of the cast.
COMING: tuple[tuple[str, int, time, str], ...] = (
    ("maya-torres", 0, time(10), DANA),
    ("maya-torres", 9, time(14), DANA),
    ("ruth-keller", 0, time(10), SAM),
    ("walter-keller", 3, time(9, 30), ERIK),
    ("luis-ortega", 2, time(10, 30), PRIYA),
    ("luis-ortega", 7, time(11, 15), PRIYA),
    ("deshawn-price", 1, time(16), PRIYA),
    ("mei-chen", 6, time(15, 45), DANA),
    ("lily-chen", 6, time(16, 30), DANA),
    ("rosa-delgado", 6, time(14, 30), ERIK),
    ("tom-becker", 1, time(13, 45), PRIYA),
    ("tom-becker", 9, time(9, 45), PRIYA),
    ("grace-lindqvist", 10, time(14), DANA),
)

# How many weeks back, weekday (Monday = 0), time, practitioner, status, and why. Counted from the last such weekday before today.
GONE: tuple[tuple[str, int, int, time, str, str], ...] = (
    ("maya-torres", 4, 1, time(16), DANA, "evaluation"),
    ("maya-torres", 3, 3, time(14), DANA, "fulfilled"),
    ("maya-torres", 2, 1, time(10), DANA, "fulfilled"),
    ("maya-torres", 1, 3, time(14), DANA, "fulfilled"),
    ("maya-torres", 0, 1, time(10), DANA, "fulfilled"),
    ("ruth-keller", 5, 3, time(15), SAM, "evaluation"),
    ("ruth-keller", 4, 1, time(10), SAM, "fulfilled"),
    ("ruth-keller", 3, 1, time(10), SAM, "fulfilled"),
    ("ruth-keller", 2, 1, time(10), SAM, "fulfilled"),
    ("ruth-keller", 1, 1, time(10), SAM, "cancelled"),
    ("ruth-keller", 0, 1, time(10), SAM, "fulfilled"),
    ("walter-keller", 6, 4, time(13), ERIK, "evaluation"),
    ("walter-keller", 4, 4, time(9, 30), ERIK, "fulfilled"),
    ("walter-keller", 2, 4, time(9, 30), ERIK, "fulfilled"),
    ("walter-keller", 0, 4, time(9, 30), ERIK, "fulfilled"),
    ("anna-keller", 27, 3, time(15), SAM, "evaluation"),
    ("anna-keller", 25, 1, time(9), SAM, "fulfilled"),
    ("anna-keller", 23, 1, time(9), SAM, "fulfilled"),
    ("anna-keller", 20, 1, time(9), SAM, "fulfilled"),
    ("luis-ortega", 3, 1, time(16), PRIYA, "evaluation"),
    ("luis-ortega", 2, 3, time(10, 30), PRIYA, "fulfilled"),
    ("luis-ortega", 1, 1, time(11, 15), PRIYA, "fulfilled"),
    ("luis-ortega", 0, 3, time(10, 30), PRIYA, "fulfilled"),
    ("deshawn-price", 6, 1, time(16), PRIYA, "evaluation"),
    ("deshawn-price", 5, 2, time(16), PRIYA, "fulfilled"),
    ("deshawn-price", 4, 2, time(16), PRIYA, "noshow"),
    ("deshawn-price", 3, 2, time(16), PRIYA, "fulfilled"),
    ("deshawn-price", 2, 4, time(15, 45), PRIYA, "late-cancelled"),
    ("deshawn-price", 0, 2, time(16), PRIYA, "noshow"),
    ("mei-chen", 5, 1, time(16), DANA, "evaluation"),
    ("mei-chen", 2, 0, time(15, 45), DANA, "fulfilled"),
    ("mei-chen", 0, 0, time(15, 45), DANA, "fulfilled"),
    ("lily-chen", 5, 3, time(16, 15), DANA, "evaluation"),
    ("lily-chen", 2, 0, time(16, 30), DANA, "fulfilled"),
    ("lily-chen", 0, 0, time(16, 30), DANA, "fulfilled"),
    ("rosa-delgado", 4, 4, time(14), ERIK, "evaluation"),
    ("rosa-delgado", 2, 0, time(14, 30), ERIK, "fulfilled"),
    ("rosa-delgado", 0, 0, time(14, 30), ERIK, "fulfilled"),
    ("tom-becker", 4, 1, time(16), PRIYA, "evaluation"),
    ("tom-becker", 3, 2, time(13, 45), PRIYA, "fulfilled"),
    ("tom-becker", 2, 3, time(9, 45), PRIYA, "fulfilled"),
    ("tom-becker", 1, 2, time(13, 45), PRIYA, "fulfilled"),
    ("tom-becker", 0, 2, time(13, 45), PRIYA, "fulfilled"),
    ("grace-lindqvist", 6, 1, time(16), DANA, "evaluation"),
    ("grace-lindqvist", 4, 4, time(14), DANA, "fulfilled"),
    ("grace-lindqvist", 2, 4, time(14), DANA, "fulfilled"),
    ("grace-lindqvist", 0, 4, time(14), DANA, "fulfilled"),
    ("harold-finch", 8, 1, time(16), DANA, "evaluation"),
    *(("harold-finch", weeks, 3, time(10, 15), DANA, "fulfilled") for weeks in range(1, 7)),
)
OUTCOMES: dict[str, tuple[str, str | None, str | None]] = {
    "evaluation": ("fulfilled", None, None),
    "fulfilled": ("fulfilled", None, None),
    "cancelled": ("cancelled", "Another appointment", None),
    "late-cancelled": ("cancelled", "Kept at work", "Called the evening before; late fee of $80 billed."),
    "noshow": ("noshow", "No call", None),
}


@dataclass(frozen=True)
class Wish:
    """A span of one practitioner's day, some days after a visit, in which only `free` is open.

    `spare` stands in when another day of the same patient's wishes is a holiday.
    """

    days: int
    practitioner: str
    since: time
    until: time
    free: tuple[time, ...]
    spare: tuple[time, ...]


_ALL_DAY = (time(0), time(23))
WISHES: dict[str, tuple[Wish, ...]] = {
    "maya-torres": (
        Wish(1, DANA, *_ALL_DAY, free=(time(17, 15),), spare=(time(18),)),
        Wish(2, DANA, *_ALL_DAY, free=(time(12, 30),), spare=(time(13, 15),)),
        Wish(3, DANA, time(0), time(8, 45), free=(time(8),), spare=(time(7, 15),)),
    ),
    "ruth-keller": (
        Wish(2, SAM, *_ALL_DAY, free=(time(8, 30), time(11), time(14, 30)), spare=()),
        Wish(6, SAM, time(12), time(23), free=(time(13, 30),), spare=(time(14, 30),)),
        Wish(7, SAM, time(12), time(23), free=(time(14),), spare=(time(15),)),
    ),
    "deshawn-price": (
        Wish(1, PRIYA, *_ALL_DAY, free=(time(16, 30),), spare=(time(15, 45),)),
        Wish(2, PRIYA, *_ALL_DAY, free=(time(15, 45),), spare=(time(15),)),
    ),
}


def next_tuesday(today: date) -> date:
    """Return the next Tuesday strictly after today on which the clinic is open."""
    day = today + timedelta(days=(TUESDAY - today.weekday() - 1) % 7 + 1)
    while is_closed(day):
        day += timedelta(days=7)
    return day


def tell(diary: Diary, today: date) -> list[Opening]:
    """Enter the cast's visits, keep their openings free, and return the openings that others must take for the stories to hold."""
    tuesday = next_tuesday(today)
    for patient, days, at, who in COMING:
        _book(diary, patient, tuesday + timedelta(days=days), at, who, "booked", weeks=1)
    crowded = [opening for patient, wishes in WISHES.items() for opening in _keep(diary, patient, today, wishes)]
    _book_soonest(diary, "harold-finch", today)
    for patient, weeks, weekday, at, who, outcome in sorted(GONE, key=lambda gone: gone[1]):
        last = today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
        _book(diary, patient, last - timedelta(days=7 * weeks), at, who, outcome, weeks=-1)
    return crowded


def _book(diary: Diary, patient: str, day: date, at: time, who: str, outcome: str, weeks: int) -> None:
    weekly = {person.id: person.weekly for person in cast_members()}[patient]
    while is_closed(day) or diary.sees(patient, day) or diary.in_week(patient, day) >= weekly or not diary.is_free(diary.at(day, who, at)):
        day += timedelta(days=7 * weeks)
    opening = diary.at(day, who, at)
    status, reason, comment = OUTCOMES.get(outcome, (outcome, None, None))
    diary.book(Visit(patient, opening, status, opening.kind, reason, comment))


def _keep(diary: Diary, patient: str, today: date, wishes: tuple[Wish, ...]) -> list[Opening]:
    visit = next(visit for visit in diary.visits_of(patient) if visit.opening.day > today)
    days = {wish: visit.opening.day + timedelta(days=wish.days) for wish in wishes}
    still = [wish for wish in wishes if not is_closed(days[wish])]
    lost = sum(len(wish.free) for wish in wishes) - sum(len(wish.free) for wish in still)
    spare = [(wish, at) for wish in still for at in wish.spare][:lost]
    free = [(wish, at) for wish in still for at in wish.free]
    for kept, at in free + spare:
        diary.keep_free(diary.at(days[kept], kept.practitioner, at))
    return [
        opening
        for wish in still
        for opening in diary.day(days[wish])
        if opening.practitioner == wish.practitioner and wish.since <= opening.start.time() < wish.until and diary.is_free(opening)
    ]


def _book_soonest(diary: Diary, patient: str, today: date) -> None:
    """Book on the next day on which anybody works at Riverside: with Dana after lunch if she is there."""
    for days in range(1, 15):
        found = [
            opening
            for opening in diary.day(today + timedelta(days=days))
            if opening.location == "riverside" and opening.kind != "evaluation" and diary.is_free(opening)
        ]
        if found:
            best = min(found, key=lambda opening: (opening.practitioner != DANA, opening.start.hour < 13, opening.start))
            diary.book(Visit(patient, best, "booked", best.kind))
            return
    raise ValueError(f"nobody works at Riverside in the two weeks after {today}; see data/calendar.yml")

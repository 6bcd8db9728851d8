"""The demo clinic: about 40 patients, five practitioners and two locations, all of it made up and relative to one day.

`build` is pure: the same day and zone give the same resources, in an order in which each refers to earlier ones only.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduling.demo import appointments, filler, histories, people, programs, storylines
from scheduling.demo.codes import Resource
from scheduling.demo.visits import Diary

PAST_DAYS = 28
COMING_DAYS = 42


def build(today: date, zone: ZoneInfo) -> list[Resource]:
    """Return every resource of the demo clinic as it stands on the local date `today`."""
    diary, days = draw(today, zone)
    return [
        *people.practitioners(),
        *people.locations(),
        *people.patients(),
        *people.related_people(today),
        *people.schedule_resources(days[0], days[-1]),
        *appointments.slots(diary, days),
        *appointments.appointments(diary, today),
        *appointments.waitlist(today, zone),
        *appointments.confirmations(diary, today),
        *programs.care_plans(diary, today),
        *histories.pain_scores(today, zone),
        *histories.survey_answers(today, zone),
        *histories.open_matters(today, zone),
    ]


def draw(today: date, zone: ZoneInfo) -> tuple[Diary, list[date]]:
    """Return the diary of the demo clinic and the days that it shows in full."""
    diary = Diary(zone)
    days = [today + timedelta(days=ahead) for ahead in range(-PAST_DAYS, COMING_DAYS + 1)]
    crowded = storylines.tell(diary, today)
    filler.fill(diary, today, days, crowded)
    return diary, days

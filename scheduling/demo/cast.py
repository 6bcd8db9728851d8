"""Who can be played: the cast as the demo's file for testers and the simulator lists it."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.demo import draw
from scheduling.demo.codes import day, instant
from scheduling.demo.roster import cast_members

STRANGER = "+12075550199"
"""A number that no patient has, for playing an unknown caller."""


def cast(today: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the cast: `number` (E.164), `name`, `birth_date`, `traits`, `channel`, `language`, `fhir_id` and the coming `visits`.

    Several share a number: who writes from it is told by the birth date, and by the first name for twins.
    """
    diary, _ = draw(today, zone)
    return [
        {
            "number": person.line,
            "name": person.name,
            "birth_date": day(person.born),
            "traits": list(person.traits),
            "channel": "voice" if person.use == "home" else person.channel,
            "language": person.language,
            "fhir_id": person.id,
            "visits": [
                {
                    "fhir_id": visit.id,
                    "start": instant(visit.opening.start),
                    "minutes": visit.opening.minutes,
                    "practitioner": visit.opening.practitioner,
                    "location": visit.opening.location,
                }
                for visit in diary.visits_of(person.id)
                if visit.status == "booked" and visit.opening.day >= today
            ],
        }
        for person in cast_members()
    ]

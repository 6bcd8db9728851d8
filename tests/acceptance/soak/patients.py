"""Who texts: the demo clinic's patients who have a number to themselves and a coming visit, as the schedule knows them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import phonenumbers

from tests.acceptance.soak.schedule import Schedule, active


@dataclass(frozen=True)
class Patient:
    """A patient; one conversation at a time, which `talking` sees to."""

    reference: str
    given: str
    born: date
    number: str
    therapist: str
    talking: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False, repr=False)


def patients_of(people: list[dict[str, Any]], schedule: Schedule) -> list[Patient]:
    """Return those of the Patient resources who can be played, in a fixed order."""
    numbers = {person["id"]: _number(person) for person in people}
    shared = Counter(numbers.values())
    due = {visit.patient for visit in schedule.visits if active(visit)}
    return [
        Patient(
            f"Patient/{person['id']}",
            person["name"][0]["given"][0],
            date.fromisoformat(person["birthDate"]),
            numbers[person["id"]],
            person["generalPractitioner"][0]["reference"],
        )
        for person in sorted(people, key=lambda person: str(person["id"]))
        if shared[numbers[person["id"]]] == 1 and f"Patient/{person['id']}" in due and person["telecom"][0].get("use") == "mobile"
    ]


def _number(person: dict[str, Any]) -> str:
    parsed = phonenumbers.parse(person["telecom"][0]["value"], "US")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

"""What the patients of the bench write: questions that both sides can answer, and whole moves for ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp

from actions.scheduling.phones import e164

# One answer each, the same from both sides; every second one is a custom action.
QUESTIONS = ("hi", "are you open right now at riverside", "what can you do", "is there parking at eastgate")
BURST = ("hi", "one quick thing", "i need to move my appointment", "something came up at work")
OPENER = "i need to move my appointment"
DONE = re.compile(r"\bDone:")
REPLIES = (
    (re.compile(r"date of birth|birth date", re.IGNORECASE), None),
    (re.compile(r"which visit", re.IGNORECASE), "1"),
    (re.compile(r"Reply YES"), "yes"),
    (re.compile(r"Reply 1"), "1"),
)


@dataclass(frozen=True)
class Patient:
    """One of the demo clinic's patients, alone on her number."""

    reference: str
    number: str
    born: date

    def reply_to(self, question: str) -> str | None:
        """Return what she answers to a question of the line, or None when it is none."""
        for pattern, reply in REPLIES:
            if pattern.search(question):
                return reply or f"{self.born:%m/%d/%Y}"
        return None


def stranger(index: int, block: int) -> str:
    """Return a number that no patient has; each block of numbers is used by one workload."""
    return f"+1603{300 + block:03d}{index:04d}"


class Schedule:
    """The scheduling server as a judge reads it."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._session = session

    async def _all(self, query: str) -> list[dict[str, Any]]:
        async with self._session.get(f"{self._base}/{query}") as answer:
            bundle = await answer.json(content_type=None)
        return [entry["resource"] for entry in bundle.get("entry", ())]

    async def patients(self) -> list[Patient]:
        """Return the patients who share their number with nobody and have a visit to come that a text may move."""
        people = await self._all("Patient?_count=200")
        related = await self._all("RelatedPerson?_count=200")
        numbers = Counter(_number(person) for person in (*people, *related))
        found = [
            Patient(f"Patient/{person['id']}", _number(person), date.fromisoformat(person["birthDate"]))
            for person in people
            if numbers[_number(person)] == 1
        ]
        return [patient for patient in found if await self.visits(patient)]

    async def visits(self, patient: Patient) -> Sequence[str]:
        """Return the starts of the patient's booked visits from today on."""
        today = date.today().isoformat()  # noqa: DTZ011 - the server takes the day of its own zone
        found = await self._all(f"Appointment?patient={patient.reference}&date=ge{today}&status=booked&_count=100")
        return sorted(visit["start"] for visit in found)


def _number(person: dict[str, Any]) -> str:
    return next((e164(telecom["value"]) or "" for telecom in person.get("telecom", ()) if telecom.get("system") == "phone"), "")

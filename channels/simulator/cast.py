"""The demo's people, as its file `demo.json` lists them."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
DEMO_FILE = "demo.json"


@dataclass(frozen=True)
class Person:
    """Somebody one can play. `id` is that of the FHIR Patient; `number` E.164; `birth_date` ISO; `story` what is special."""

    id: str
    name: str
    number: str
    birth_date: str
    story: str

    def as_json(self) -> dict[str, str]:
        """Return the fields as a JSON object."""
        return asdict(self)


def read_cast(home: Path) -> list[Person]:
    """Return the demo's patients; an empty list until the demo clinic is set up."""
    path = home / DEMO_FILE
    try:
        patients = json.loads(path.read_text(encoding="utf-8")).get("patients", [])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, AttributeError) as error:
        log.warning("%s cannot be read (%s); start the demo again to write it anew", path.name, type(error).__name__)
        return []
    return [_person(patient) for patient in patients]


def find_person(home: Path, identifier: str) -> Person | None:
    """Return one of the cast by id."""
    return next((person for person in read_cast(home) if person.id == identifier), None)


def _person(patient: dict[str, Any]) -> Person:
    traits = patient.get("traits") or ""
    return Person(
        id=str(patient.get("fhir_id") or ""),
        name=str(patient.get("name", "")),
        number=str(patient.get("number") or ""),
        birth_date=str(patient.get("birth_date") or patient.get("birthDate") or ""),
        story=traits if isinstance(traits, str) else ", ".join(str(trait) for trait in traits),
    )

"""The small vocabulary of the demo's FHIR resources: systems, extensions and the shapes that repeat.

Extensions, all under `EXTENSION`:
- on a CarePlan `pain-limit` (integer, 0-10: a score above it goes to the therapist), `authorised-visits` and
  `authorised-visits-left` (integer: granted by the insurer, and not yet used up by fulfilled visits), `weekly-visits` (integer) and
  `reevaluation-due` (date);
- on an exercise (`CarePlan.activity.detail`) `sets`, `repetitions` (integer), `hold` (Duration in seconds), `side` (code: left, right or
  both), `equipment` (string) and `video` (url);
- on a RelatedPerson `permission` (code: `schedule` = may hear of and change visits), granted by the patient.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

Resource = dict[str, Any]

BASE = "https://mendline.example/fhir"
EXTENSION = f"{BASE}/StructureDefinition"
VISIT_TYPES = f"{BASE}/CodeSystem/visit-type"
VISIT_TYPE_NAMES = {
    "evaluation": "First evaluation",
    "reevaluation": "Re-evaluation",
    "treatment": "Treatment visit",
    "short-treatment": "Short treatment visit",
}


def extension(name: str, **value: Any) -> Resource:
    """Return one extension, for example `extension("sets", valueInteger=3)`."""
    return {"url": f"{EXTENSION}/{name}", **value}


def reference(kind: str, ident: str, display: str | None = None) -> Resource:
    """Return a Reference."""
    return {"reference": f"{kind}/{ident}"} | ({"display": display} if display else {})


def concept(system: str, code: str, display: str) -> Resource:
    """Return a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def visit_type(code: str) -> Resource:
    """Return the service type of a slot or visit."""
    return concept(VISIT_TYPES, code, VISIT_TYPE_NAMES[code])


def instant(at: datetime) -> str:
    """Return an instant with its explicit offset."""
    return at.isoformat()


def day(of: date) -> str:
    """Return a date."""
    return of.isoformat()


def chance(*parts: object) -> float:
    """Return a number in [0, 1) that depends on `parts` alone: the demo's dice, the same on every machine."""
    digest = hashlib.blake2b("|".join(str(part) for part in parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64

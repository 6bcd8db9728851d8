"""Visits, openings, people and outcomes: the plain data that the dialogue works with.

All instants are aware. References are FHIR's relative form, `Appointment/17`. `to_json` and `from_json` carry visits and openings
through the `plan` column of a booking request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Actor:
    """A practitioner or a location: its reference and the name that people call it by ("" when the server gives none)."""

    reference: str
    name: str = ""


@dataclass(frozen=True)
class Visit:
    """An appointment as the server shows it. `minutes` is end - start; `slot` is the first slot it occupies, if it names one.

    `service_type` is the kind of visit in words, `service_code` its code ("" when the server gives none).
    """

    reference: str
    version: str
    start: datetime
    end: datetime
    practitioner: Actor | None
    location: Actor | None
    slot: str | None
    status: str
    service_type: str
    minutes: int
    service_code: str = ""


@dataclass(frozen=True)
class Opening:
    """A time that can be booked. `slot` is "" in request mode when the system has no slots to read.

    `service_type` is the kind of visit in words, `service_code` its code ("" when the server gives none). `hold` is the key under which
    the slot is kept for one patient ("" when it is not): who books or moves with it may take the slot although it is not free.
    """

    slot: str
    version: str
    start: datetime
    end: datetime
    practitioner: Actor | None
    location: Actor | None
    service_type: str = ""
    service_code: str = ""
    hold: str = ""

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)


@dataclass(frozen=True)
class Related:
    """Someone who acts for a patient, from an active RelatedPerson whose period holds today.

    `relationship` is what they are to the patient in words, `code` the same as an HL7 v3 RoleCode (`MTH`: the patient's mother), "" when
    the server gives none. `permission` is what the patient allows them: `schedule` (arranging visits, the rule) or `health` (hearing of
    health details, too).
    """

    reference: str
    given: str
    family: str
    relationship: str = ""
    code: str = ""
    permission: str = "schedule"


@dataclass(frozen=True)
class Person:
    """A patient whom a phone number may speak for.

    `relationship` is "self" when the number is the patient's own, else the Related person whose number it is. `phones` are E.164.
    `gender` is FHIR's administrative gender (male, female, other, unknown), "" when not recorded.
    """

    reference: str
    given: str
    family: str
    birth_date: date | None
    phones: tuple[str, ...]
    relationship: Related | str = "self"
    gender: str = ""


class Status(str, Enum):
    """How a booking request stands.

    `done`: read back from the server and equal to what was promised. `taken`: someone else has the opening; the old visit stands.
    `requested`: the desk has been asked; the old visit stands until they confirm. `unavailable`: not known; nothing may be told as
    done. `refused`: it will not happen; see `Outcome.reason`.
    """

    DONE = "done"
    TAKEN = "taken"
    REQUESTED = "requested"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a request.

    `visit` is the visit as it now stands (None when nothing is known of it). `reason` is one of: "" · `lost_race` · `too_late` (the
    time has passed) · `changed` (the visit is not as the patient saw it; `visit` shows it) · `same` (it is already there) ·
    `read_back` (written, but the server shows something else; a staff task asks the desk to look) · `staff` (the desk said so) ·
    `replaced` (the patient asked the desk for something else since) ·
    `server:code,…` (the server's own refusal). `may_change` is true while the request stays open and will be rolled forward later:
    say that it is not settled yet.
    """

    status: Status
    key: str
    visit: Visit | None = None
    reason: str = ""
    may_change: bool = False


@dataclass(frozen=True)
class Settled:
    """A request that a sweep brought to its end, and the conversation that should hear of it."""

    key: str
    conversation_id: str | None
    kind: str
    outcome: Outcome


def to_json(value: Visit | Opening | None) -> dict[str, Any] | None:
    """Return the JSON form of a visit or an opening; instants as ISO text."""
    if value is None:
        return None
    return {name: part.isoformat() if isinstance(part, datetime) else part for name, part in asdict(value).items()}


def visit_from_json(value: Mapping[str, Any] | None) -> Visit | None:
    """Return the visit that `to_json` wrote."""
    return None if value is None else Visit(**_parts(Visit, value))


def opening_from_json(value: Mapping[str, Any] | None) -> Opening | None:
    """Return the opening that `to_json` wrote."""
    return None if value is None else Opening(**_parts(Opening, value))


def _parts(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    assert is_dataclass(kind)  # noqa: S101 - narrows the type for mypy
    parts: dict[str, Any] = {spec.name: value[spec.name] for spec in fields(kind) if spec.name in value}
    for name in ("start", "end"):
        parts[name] = datetime.fromisoformat(parts[name])
    for name in ("practitioner", "location"):
        parts[name] = Actor(**parts[name]) if parts.get(name) else None
    return parts

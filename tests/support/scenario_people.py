"""Who writes in a scenario: every patient of the demo clinic by id, their number and birth date, and whose visits are dealt with there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actions.scheduling.phones import e164
from bot.yamlfile import FileError
from scheduling.demo.cast import STRANGER
from scheduling.demo.people import related_people
from scheduling.demo.roster import Person, everyone

NOBODY = "stranger"
# Books what others wanted. She writes in no scenario.
SOMEBODY_ELSE = "teresa-quigley"


@dataclass(frozen=True)
class Writer:
    """The person whose number writes. `patients` are ids that the number may ask for, the writer first; `near` adds the whole family."""

    id: str
    number: str
    born: date | None
    patients: tuple[str, ...]
    near: tuple[str, ...]


def writer(ident: str, today: date) -> Writer:
    """Return who writes under that id. Raises FileError for nobody's id."""
    if ident == NOBODY:
        return Writer(ident, STRANGER, None, (), ())
    person = patient(ident)
    number = _number(person.phone)
    sharing = [other.id for other in everyone() if other.id != ident and _number(other.phone) == number]
    cared_for = [
        one["patient"]["reference"].removeprefix("Patient/")
        for one in related_people(today)
        if any(_number(point["value"]) == number for point in one["telecom"])
    ]
    patients = tuple(dict.fromkeys([ident, *sharing, *cared_for]))
    near = tuple(dict.fromkeys([*patients, *(other.id for other in everyone() if other.family == person.family)]))
    return Writer(ident, number, person.born, patients, near)


def patient(ident: str) -> Person:
    """Return a patient by id. Raises FileError for nobody's id."""
    for person in everyone():
        if person.id == ident:
            return person
    raise FileError(f"nobody of the demo clinic has the id {ident!r}; use one of scheduling/demo/data/cast.yml or people.yml, or {NOBODY}")


def in_figures(born: date) -> str:
    """Return a birth date as patients write it."""
    return f"{born.month}/{born.day}/{born.year}"


def _number(phone: str) -> str:
    number = e164(phone)
    assert number is not None, f"the demo's number {phone} is none"
    return number

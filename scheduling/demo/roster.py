"""Everyone who is a patient of the demo clinic, read from `data/cast.yml` and `data/people.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from scheduling.demo.calendar import DATA


@dataclass(frozen=True)
class Person:
    """A patient as the files tell. `phone` is as the desk typed it; `line` the same in E.164, for the cast only.

    `standing` is active, new (an evaluation is coming) or discharged; `program` a key of `programs.yml`.
    """

    id: str
    name: str
    gender: str
    born: date
    phone: str
    therapist: str
    weekly: int = 0
    standing: str = "active"
    program: str | None = None
    side: str | None = None
    line: str | None = None
    use: str = "mobile"
    language: str = "en"
    channel: str = "sms"
    twin: int | None = None
    pain_limit: int | None = None
    visits_left: int | None = None
    reevaluation: str | None = None
    traits: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """The first name."""
        return self.name.split()[0]

    @property
    def family(self) -> str:
        """The last name."""
        return self.name.split(maxsplit=1)[1]


@cache
def cast_members() -> tuple[Person, ...]:
    """Return the cast."""
    return tuple(_person({**entry, "program": entry["id"]}) for entry in _read("cast.yml"))


@cache
def others() -> tuple[Person, ...]:
    """Return everyone but the cast."""
    return tuple(_person({**entry, "id": entry["name"].lower().replace(" ", "-")}) for entry in _read("people.yml"))


def everyone() -> tuple[Person, ...]:
    """Return all patients."""
    return cast_members() + others()


def _person(entry: dict[str, Any]) -> Person:
    return Person(**{**entry, "traits": tuple(entry.get("traits", ()))})


def _read(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return entries

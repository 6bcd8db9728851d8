"""A patient's home program, as the therapist wrote it: read from the active plan of care, never composed here.

The plan is a CarePlan; each exercise is an activity's `detail`: `code.text` its name, `description` how it is done, `status` whether it
still counts (`stopped`: taken out), `scheduledTiming.repeat` how often. What FHIR has no element for stands in extensions of the detail,
told by the last part of their URL: `sets`, `repetitions` (integer), `hold` (duration in seconds), `side` (right, left, both), `equipment`
(text), `video` (url). The plan itself carries `pain-limit` (integer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.context import Context
from actions.scheduling.client import Resource
from actions.scheduling.resources import relative
from actions.standing import extensions, plans_of, running, standing, whole
from bot.clinic import Clinic, Staff

TAKEN_OUT = ("stopped", "cancelled", "completed", "entered-in-error")
SIDES = ("right", "left", "both")


@dataclass(frozen=True)
class Exercise:
    """One exercise of a program. What the plan does not say is empty or None.

    `how` is the therapist's text. `hold` is in seconds; `times` per `period`, which is "day" or "week". `side` is right, left or both;
    `sided` tells that it is done on one. `removed`: the therapist took it out.
    """

    name: str
    how: str = ""
    sets: int | None = None
    repetitions: int | None = None
    hold: int | None = None
    times: int | None = None
    period: str = "day"
    side: str = ""
    equipment: str = ""
    video: str = ""
    removed: bool = False

    @property
    def sided(self) -> bool:
        """Is it done on one side only?"""
        return self.side in ("right", "left")


@dataclass(frozen=True)
class Program:
    """A patient's home program. `therapist` answers for it; `pain_limit` (0 to 10) is the patient's own, None when the plan says none."""

    title: str
    exercises: tuple[Exercise, ...]
    therapist: Staff | None = None
    pain_limit: int | None = None

    @property
    def active(self) -> tuple[Exercise, ...]:
        """What is to be done."""
        return tuple(each for each in self.exercises if not each.removed)

    def named(self, name: str) -> Exercise | None:
        """Return the exercise of that name, as the plan spells it."""
        return next((each for each in self.exercises if each.name == name), None)


async def read_program(context: Context, patient: str) -> Program | None:
    """Return a patient's (`Patient/…`) program; None without an active plan of care. Raises SchedulingError."""
    return program_of(context.clinic, await plans_of(context.client, patient))


async def therapist_of(context: Context, patient: str) -> Staff | None:
    """Return the patient's own therapist: the program's author, else by record and visits; None when unknown. Raises SchedulingError."""
    own = await read_program(context, patient)
    if own is not None and own.therapist is not None:
        return own.therapist
    known = (await standing(context, patient)).therapist
    return context.clinic.practitioner(known.reference) if known else None


def program_of(clinic: Clinic, plans: Sequence[Resource]) -> Program | None:
    """Return the program of the running plan."""
    plan = running(plans)
    if plan is None:
        return None
    details = [activity.get("detail") or {} for activity in plan.get("activity") or ()]
    exercises = tuple(_exercise(detail) for detail in details if (detail.get("code") or {}).get("text"))
    limit = whole(extensions(plan).get("pain-limit"))
    return Program(
        title=str(plan.get("title") or ""),
        exercises=exercises,
        therapist=_therapist(clinic, plan),
        pain_limit=limit if limit is not None and limit <= 10 else None,
    )


def _therapist(clinic: Clinic, plan: Resource) -> Staff | None:
    for actor in (plan.get("author") or {}, *(plan.get("contributor") or ())):
        member = clinic.practitioner(relative(actor.get("reference")))
        if member is not None:
            return member
    return None


def _exercise(detail: Resource) -> Exercise:
    said = extensions(detail)
    repeat = (detail.get("scheduledTiming") or {}).get("repeat") or {}
    side = str(said.get("side") or "")
    return Exercise(
        name=str(detail["code"]["text"]).strip(),
        how=str(detail.get("description") or "").strip(),
        sets=whole(said.get("sets")),
        repetitions=whole(said.get("repetitions")),
        hold=_seconds(said.get("hold")),
        times=whole(repeat.get("frequency")) if repeat.get("period") in (None, 1) else None,
        period="week" if repeat.get("periodUnit") == "wk" else "day",
        side=side if side in SIDES else "",
        equipment=str(said.get("equipment") or "").strip(),
        video=str(said.get("video") or ""),
        removed=detail.get("status") in TAKEN_OUT,
    )


def _seconds(duration: Any) -> int | None:
    """Return a Duration in seconds; None for none, or one in another unit."""
    if not isinstance(duration, Mapping) or duration.get("code") not in ("s", "min"):
        return None
    value = whole(duration.get("value"))
    return value * 60 if value is not None and duration["code"] == "min" else value

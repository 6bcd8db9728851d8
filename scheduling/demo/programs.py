"""Plans of care: the home program that the therapist wrote, and what the insurer granted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml

from scheduling.demo.calendar import DATA
from scheduling.demo.codes import Resource, chance, day, extension, reference
from scheduling.demo.people import PRACTITIONERS
from scheduling.demo.roster import Person, everyone
from scheduling.demo.visits import Diary

VIDEOS = "https://videos.example.org/harbor-pt"
PAIN_LIMIT = 5  # safety.md: the default; a therapist may set another
REEVALUATION_DAYS = 30


def care_plans(diary: Diary, today: date) -> Iterator[Resource]:
    """Yield one CarePlan per patient who has been evaluated; completed for those discharged."""
    for person in everyone():
        if person.program:
            yield _plan(person, person.program, diary, today)


def _plan(person: Person, key: str, diary: Diary, today: date) -> Resource:
    visits = diary.visits_of(person.id)
    past = [visit for visit in visits if visit.opening.day < today]
    start = past[0].opening.day if past else today - timedelta(days=35)
    active = person.standing == "active"
    period = {"start": day(start)}
    if not active:
        period["end"] = day(past[-1].opening.day)
    program = _read("programs.yml")[key]
    plan: Resource = {
        "resourceType": "CarePlan",
        "id": f"plan-{person.id}",
        "status": "active" if active else "completed",
        "intent": "plan",
        "title": program["title"],
        "subject": reference("Patient", person.id, person.name),
        "period": period,
        "author": reference("Practitioner", person.therapist, " ".join(PRACTITIONERS[person.therapist][:2])),
        "activity": [{"detail": _exercise(entry, program.get("side", person.side), active)} for entry in program["exercises"]],
    }
    if active:
        plan["extension"] = list(_limits(person, diary, today))
    return plan


def _limits(person: Person, diary: Diary, today: date) -> Iterator[Resource]:
    visits = diary.visits_of(person.id)
    used = sum(visit.status == "fulfilled" and visit.kind != "evaluation" for visit in visits)
    coming = sum(visit.status == "booked" and visit.opening.day >= today for visit in visits)
    left = coming + 2 + int(7 * chance("authorised", person.id)) if person.visits_left is None else person.visits_left
    due = today - timedelta(days=4) if person.reevaluation == "overdue" else today + timedelta(days=10 + int(20 * chance("due", person.id)))
    yield extension("pain-limit", valueInteger=PAIN_LIMIT if person.pain_limit is None else person.pain_limit)
    yield extension("authorised-visits", valueInteger=used + left)
    yield extension("authorised-visits-left", valueInteger=left)
    yield extension("weekly-visits", valueInteger=person.weekly)
    yield extension("reevaluation-due", valueDate=day(due))


def _exercise(entry: str | dict[str, Any], side: str | None, active: bool) -> Resource:
    changes = {"use": entry} if isinstance(entry, str) else entry
    code = changes["use"]
    exercise = {**_read("exercises.yml")[code], **changes}
    removed = exercise.get("removed")
    where = side or "both"
    detail: Resource = {
        "kind": "ServiceRequest",
        "extension": list(_dose(exercise, where if exercise["sided"] else "both", code)),
        "code": {"text": exercise["name"]},
        "status": "stopped" if removed else "in-progress" if active else "completed",
        "scheduledTiming": {"repeat": _repeat(exercise)},
        "description": exercise["how"].replace("{side}", where if side else "painful"),
    }
    if removed:
        detail["statusReason"] = {"text": removed}
    return detail


def _dose(exercise: dict[str, Any], side: str, code: str) -> Iterator[Resource]:
    yield extension("sets", valueInteger=exercise["sets"])
    yield extension("repetitions", valueInteger=exercise["repetitions"])
    if "hold" in exercise:
        hold = {"value": exercise["hold"], "unit": "seconds", "system": "http://unitsofmeasure.org", "code": "s"}
        yield extension("hold", valueDuration=hold)
    yield extension("side", valueCode=side)
    if "equipment" in exercise:
        yield extension("equipment", valueString=exercise["equipment"])
    yield extension("video", valueUrl=f"{VIDEOS}/{code}")


def _repeat(exercise: dict[str, Any]) -> Resource:
    if "per_week" in exercise:
        return {"frequency": exercise["per_week"], "period": 1, "periodUnit": "wk"}
    return {"frequency": exercise["per_day"], "period": 1, "periodUnit": "d"}


@cache
def _read(name: str) -> dict[str, Any]:
    entries: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return entries

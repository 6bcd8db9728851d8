"""Being late: the desk is told at once which visit and by how much. Nothing is disclosed, so the number alone is enough for it."""

from __future__ import annotations

from collections.abc import Sequence

from actions import identity, people
from actions.lateness import minutes_late
from actions.scheduling.types import Person, Visit
from actions.step import Step


async def before_proof(step: Step) -> tuple[bool, str | None]:
    """Tell the desk of today's visit of whoever has this number; return whether that was done, and the slot that was asked for.

    Without exactly one such visit the identity must be proven first.
    """
    journey = step.journey
    if journey.visit is None:
        persons = await identity.known(step.turn, step.context)
        mine = {person.reference for person in people.mentioned(persons, journey.words).people} or set(journey.people)
        chosen = [person for person in persons if not mine or person.reference in mine]
        today = await _today(step, chosen)
        if len(today) != 1:
            return False, None
        journey.visit = today[0][1]
        journey.details["patient"] = today[0][0].reference
    return True, await _tell(step, journey.visit)


async def advance(step: Step) -> str | None:
    """Once proven: tell the desk of today's visit, or the patient when she really comes."""
    visits = await step.context.directory.upcoming(step.patient)
    today = [visit for visit in visits if _is_today(step, visit)]
    if today:
        step.journey.visit = today[0]
        step.journey.details["patient"] = step.patient
        return await _tell(step, today[0])
    if not visits:
        step.turn.say("utter_no_visit", **step.names())
        return None
    step.turn.say("utter_late_not_today", visit=step.when(visits[0].start), **step.names(None, visits[0]))
    return None


async def _tell(step: Step, visit: Visit) -> str | None:
    local = step.context.clinic.local(visit.start).replace(tzinfo=None)
    asked = step.asked == "minutes"
    text = step.turn.text if asked and not step.quiet else step.journey.words
    minutes = minutes_late(text, local, step.now.replace(tzinfo=None), asked=asked)
    if minutes is None and not asked:
        return step.ask("minutes", "utter_ask_minutes_late")
    step.task(
        "running_late",
        {"visit": visit.reference, "patient": step.journey.details.get("patient"), "minutes": minutes},
        key=f"late:{visit.reference}:{step.turn.message_id}",
        due=visit.start,
    )
    step.turn.say("utter_late_told" if minutes else "utter_late_told_unknown", minutes=minutes)
    return None


async def _today(step: Step, persons: Sequence[Person]) -> list[tuple[Person, Visit]]:
    found = []
    for person in persons:
        for visit in await step.context.directory.upcoming(person.reference):
            if _is_today(step, visit):
                found.append((person, visit))
                break
    return found


def _is_today(step: Step, visit: Visit) -> bool:
    return step.context.clinic.local(visit.start).date() == step.now.date()

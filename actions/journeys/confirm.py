"""Taking a patient's word that she will come: in answer to a reminder without further proof, else once she is proven.

A reminder went to the number on file and stated day and time, so that a yes from that number is enough for it and discloses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions import people, wishes
from actions.identity import known
from actions.scheduling.errors import NotFound
from actions.scheduling.responses import confirm
from actions.scheduling.types import Visit
from actions.step import Step, place_name


async def advance(step: Step) -> str | None:
    """Confirm the visit that is meant, or the next one."""
    if step.saying:
        step.journey.said.append(step.saying)
    visits = await step.context.directory.upcoming(step.patient)
    if not visits:
        step.turn.say("utter_no_visit", **step.names())
        return None
    starts = [step.context.clinic.local(visit.start) for visit in visits]
    meant = wishes.visits_meant(step.journey.said, starts, answering=True)
    visit = step.journey.visit or visits[meant[0] if meant else 0]
    await write(step, visit, step.patient)
    return None


async def write(step: Step, visit: Visit, patient: str) -> None:
    """Write the yes to the schedule and say what was confirmed; a wrong place in the patient's words is put right."""
    key = f"confirm-{step.turn.message_id}-{visit.reference.rpartition('/')[2]}"
    if not await confirm(step.context.client, visit, patient, key):
        step.task("visit_confirmed", {"visit": visit.reference}, key=key)
    step.turn.record("audit", what="visit_confirmed", actor=patient, patient=patient, detail={"visit": visit.reference})
    values = step.names(None, visit) | {"visit": step.when(visit.start)}
    said = step.turn.get("location")
    if said and visit.location and said != place_name(step.context, visit.location):
        place = step.context.clinic.located(visit.location.reference)
        step.turn.say("utter_confirmed_elsewhere", **values, address=place.address if place else "")
        return
    step.turn.say("utter_confirmed", **values)


async def reminded(step: Step) -> list[dict[str, Any]]:
    """Return the reminders that still wait for an answer and whose visits stand as they were stated."""
    waiting = []
    for one in step.turn.get("reminders") or ():
        try:
            visit = await step.context.directory.visit(one["visit"])
        except NotFound:
            continue
        if visit.status in ("booked", "pending") and visit.start.isoformat() == one["start"] and visit.start > step.now:
            waiting.append({**one, "now": visit})
    return waiting


async def answer(step: Step, waiting: Sequence[dict[str, Any]]) -> str | None:
    """Confirm the reminded visits that the yes is for; asks back when it fits several."""
    chosen = list(waiting)
    if len(waiting) > 1:
        persons = await known(step.turn, step.context)
        named = {person.reference for person in people.mentioned(persons, step.turn.text).people}
        chosen = [one for one in waiting if one["patient"] in named]
        index = step.turn.choice
        if not chosen and index is not None and step.asked == "reminded":
            chosen = list(waiting) if index > len(waiting) else [waiting[index - 1 if index > 0 else -1]]
        if not chosen:
            shown = [f"{number}) {one['given']} {step.when(one['now'].start)}" for number, one in enumerate(waiting, start=1)]
            return step.ask("reminded", "utter_ask_which_reminder", options=" ".join(shown), all=len(waiting) + 1)
    for one in chosen:
        await write(step, one["now"], one["patient"])
    done = {one["visit"] for one in chosen}
    left = [one for one in step.turn.get("reminders") or () if one["visit"] not in done]
    step.turn.set(reminders=left or None)
    return None

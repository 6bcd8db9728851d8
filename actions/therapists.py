"""The patient's own therapist, and what she is given to do: questions of judgement, pain, exercises that do not go well.

The line answers none of these. The therapist gets a task with the patient's own words, and the patient hears honestly who has them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions import identity, people
from actions.programs import therapist_of
from actions.scheduling.types import Person, Related
from actions.step import Step
from bot.clinic import Staff

DESK = "desk"
# How the line speaks of a therapist whom it does not know.
SOMEBODY = "your therapist"
# The days within which a therapist answers a question that nothing hangs on; pain is looked at by the next opening of the clinic.
ANSWER_DAYS = 1


def name_of(therapist: Staff | None) -> str:
    """Return how the line speaks of the therapist."""
    return therapist.first_name if therapist else SOMEBODY


async def likely_patient(step: Step) -> str | None:
    """Return the patient a message is about as far as the staff may be told: proven, named among the number's people, or its only one."""
    proof = identity.proof_of(step.turn, step.now)
    persons = await identity.known(step.turn, step.context)
    named = people.mentioned(persons, step.journey.words).people or tuple(p for p in persons if p.reference in step.journey.people)
    found = {person.reference for person in named}
    if len(found) == 1:
        return found.pop()
    if proof is not None:
        return proof.patient
    everyone = {person.reference for person in persons}
    return everyone.pop() if len(everyone) == 1 else None


async def may_hear(step: Step, patient: str) -> bool:
    """May whoever is texting hear health details of the patient: as herself with proof, or with her permission for more than visits?"""
    proof = identity.proof_of(step.turn, step.now)
    if proof is None or proof.patient != patient:
        return False
    if not proof.by_caregiver:
        return True
    return any(_acts(person, proof) and _allowed(person) for person in await identity.known(step.turn, step.context))


def _acts(person: Person, proof: identity.Proof) -> bool:
    related = person.relationship
    return person.reference == proof.patient and isinstance(related, Related) and related.reference == proof.actor


def _allowed(person: Person) -> bool:
    return isinstance(person.relationship, Related) and person.relationship.permission == "health"


async def give(step: Step, kind: str, patient: str | None, *, soon: bool = False, **detail: Any) -> Staff | None:
    """Give the patient's therapist a task with the words that the patient wrote; the desk where nobody knows which therapist.

    `soon`: it is to be looked at today. Returns the therapist. Raises SchedulingError.
    """
    therapist = await therapist_of(step.context, patient) if patient else None
    proof = identity.proof_of(step.turn, step.now)
    opens = step.context.clinic.next_opening(step.now)
    told = {
        "patient": patient,
        "actor": proof.actor if proof else None,
        "proven": proof is not None and proof.patient == patient,
        "words": step.journey.words,
        "message": step.journey.began or step.turn.message_id,
        **detail,
    }
    due = opens + timedelta(minutes=step.context.clinic.policies.call_back_minutes) if soon else opens + timedelta(days=ANSWER_DAYS)
    step.turn.record(
        "staff_task",
        kind=kind,
        owner=therapist.code if therapist else DESK,
        detail=told,
        dedupe_key=f"{kind}:{told['message']}:{detail.get('why', '')}",
        due_at=due.isoformat(),
    )
    return therapist

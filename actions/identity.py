"""Who is texting: the number is a hint, the full date of birth the proof, a first name decides between people who share both.

A proof lasts for the thread as long as the clinic's policy says. Wrong answers get the same words whether or not the number is known,
so that nobody learns from them who is a patient here. A caregiver proves herself by her number and the patient's date of birth.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rapidfuzz import fuzz

from actions.context import Context
from actions.scheduling.types import Person, Related
from actions.turn import Turn

logger = logging.getLogger(__name__)

# Similarity (0-100) at which a typed first name counts as one of several known ones.
FIRST_NAME_SIMILARITY = 80


@dataclass(frozen=True)
class Proof:
    """A proven identity. `actor` is the reference of whoever is texting: the patient, or someone who acts for her."""

    patient: str
    given: str
    family: str
    actor: str
    actor_given: str
    until: datetime

    @property
    def by_caregiver(self) -> bool:
        """Is someone acting for the patient?"""
        return self.actor != self.patient

    def as_json(self) -> dict[str, Any]:
        """Return the form kept in the `proof` slot."""
        return {**self.__dict__, "until": self.until.isoformat()}


def proof_of(turn: Turn, now: datetime) -> Proof | None:
    """Return the proof that the conversation holds, unless it has run out."""
    stored = turn.get("proof")
    if not stored:
        return None
    proof = Proof(**{**stored, "until": datetime.fromisoformat(stored["until"])})
    return proof if proof.until > now else None


async def settle(turn: Turn, context: Context) -> str | None:
    """Prove who is texting from what this message brought.

    Returns None once it is proven, else the slot that was asked for. After too many tries it sets `next_step` to `person` and returns "".
    """
    now = context.now()
    if proof_of(turn, now):
        turn.clear("date_of_birth", "first_name")
        return None
    born = turn.get("date_of_birth")
    if not born:
        turn.say("utter_need_date_of_birth")
        return "date_of_birth"
    matching = await _matching(turn, context, date.fromisoformat(born))
    name = turn.get("first_name")
    if len(matching) > 1 and name:
        matching = [person for person in matching if fuzz.ratio(person.given.lower(), str(name).lower()) >= FIRST_NAME_SIMILARITY]
    if len(matching) > 1 and not name:
        turn.say("utter_need_first_name")
        return "first_name"
    if len(matching) == 1:
        _prove(turn, context, matching[0], now)
        return None
    return _failed(turn, context)


async def _matching(turn: Turn, context: Context, born: date) -> list[Person]:
    address = await context.address_of(turn.conversation)
    people = await context.directory.people_by_phone(address) if address else []
    # A number on the patient's own record and on her relative's names her twice; her own comes first.
    unique = {person.reference: person for person in reversed(people)}
    return [person for person in unique.values() if person.birth_date == born]


def _prove(turn: Turn, context: Context, person: Person, now: datetime) -> None:
    related = person.relationship if isinstance(person.relationship, Related) else None
    proof = Proof(
        patient=person.reference,
        given=person.given,
        family=person.family,
        actor=related.reference if related else person.reference,
        actor_given=related.given if related else person.given,
        until=now + timedelta(hours=context.clinic.policies.proof_hours),
    )
    turn.set(proof=proof.as_json())
    turn.clear("date_of_birth", "first_name", "identity_tries")
    turn.record("identity", patient=proof.patient, proven_until=proof.until.isoformat())
    turn.record("audit", what="identity_proven", actor=proof.actor, patient=proof.patient, detail={"by": "number and date of birth"})
    turn.say("utter_identified", given=proof.actor_given)
    logger.info("identity proven in %s", turn.conversation)


def _failed(turn: Turn, context: Context) -> str:
    tries = int(turn.get("identity_tries") or 0) + 1
    turn.clear("date_of_birth", "first_name")
    turn.set(identity_tries=tries)
    turn.record("audit", what="identity_failed", actor="caller", detail={"tries": tries})
    if tries >= context.clinic.policies.identity_tries:
        turn.clear("identity_tries")
        turn.set(next_step="person", handoff_reason="identity")
        return ""
    turn.say("utter_date_of_birth_differs")
    return "date_of_birth"

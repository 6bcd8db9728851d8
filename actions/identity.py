"""Who is texting: the number is a hint, the full date of birth the proof, a first name decides between people who share both.

A proof lasts for the thread as long as the clinic's policy says. Wrong answers get the same words whether or not the number is known,
so that nobody learns from them who is a patient here. A caregiver proves herself by her number and the patient's date of birth.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rapidfuzz import fuzz

from actions import people
from actions.context import Context
from actions.scheduling.types import Person, Related
from actions.turn import Turn
from bot.nlu import birth_date

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
    # Does the number speak for others, too? Then every sentence names its patient.
    shared: bool = False

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


async def known(turn: Turn, context: Context) -> list[Person]:
    """Return everyone whom the conversation's number may speak for; a patient of the number's own comes before her relative's view."""
    address = await context.address_of(turn.conversation)
    found = await context.directory.people_by_phone(address) if address else []
    unique = {person.reference: person for person in reversed(found)}
    return sorted(unique.values(), key=lambda person: person.reference)


async def settle(turn: Turn, context: Context, meant: list[str], *, asked: str | None, quiet: bool, words: str = "") -> str | None:
    """Prove who is texting, and for whom, from what this message brought.

    `meant` holds the references of the patients whom the words named and is kept up to date; where `words`, everything said so far, mean
    all of several who share a date of birth, the first is proven and `meant` holds them all. Returns None once it is proven, else
    the slot that was asked for. After too many tries it sets `next_step` to `person` and returns "".
    """
    now = context.now()
    proof = proof_of(turn, now)
    born = None if quiet else _born(turn, context, asked)
    if proof is not None and born is None:
        persons = await _named(turn, context, meant, proof, quiet=quiet)
        if persons is None:
            turn.clear("date_of_birth", "first_name")
            return None
        return _ask(turn)
    if proof is not None and asked not in ("date_of_birth", "first_name"):
        turn.clear("date_of_birth", "first_name")
        return None
    persons = await known(turn, context)
    if not quiet:
        _note(meant, people.mentioned(persons, turn.text, now.date()))
    if born is None:
        return _ask(turn)
    matching = [person for person in persons if person.birth_date == born]
    matching = [person for person in matching if person.reference in meant] or (matching if not meant else [])
    name = turn.get("first_name")
    if len(matching) > 1 and people.says_all(words):
        meant[:] = [person.reference for person in matching]
        prove(turn, context, matching[0], now, shared=len(persons) > 1)
        return None
    if len(matching) > 1 and name:
        matching = [person for person in matching if fuzz.ratio(person.given.lower(), str(name).lower()) >= FIRST_NAME_SIMILARITY]
    if len(matching) > 1 and not name:
        turn.say("utter_need_first_name")
        turn.set(date_of_birth=born.isoformat())
        return "first_name"
    if len(matching) == 1:
        prove(turn, context, matching[0], now, shared=len(persons) > 1)
        return None
    return _failed(turn, context)


def prove(turn: Turn, context: Context, person: Person, now: datetime, *, silently: bool = False, shared: bool = False) -> Proof:
    """Keep the proof for the thread, note it, and greet whoever is texting."""
    related = person.relationship if isinstance(person.relationship, Related) else None
    proof = Proof(
        patient=person.reference,
        given=person.given,
        family=person.family,
        actor=related.reference if related else person.reference,
        actor_given=related.given if related else person.given,
        until=now + timedelta(hours=context.clinic.policies.proof_hours),
        shared=shared,
    )
    turn.set(proof=proof.as_json())
    turn.clear("date_of_birth", "first_name", "identity_tries", "born_text")
    turn.record("identity", patient=proof.patient, proven_until=proof.until.isoformat())
    turn.record("audit", what="identity_proven", actor=proof.actor, patient=proof.patient, detail={"by": "number and date of birth"})
    if not silently:
        turn.say("utter_identified", given=proof.actor_given)
    logger.info("identity proven in %s", turn.conversation)
    return proof


async def _named(turn: Turn, context: Context, meant: list[str], proof: Proof, *, quiet: bool) -> Sequence[Person] | None:
    """Return None when the proof covers whom the words mean, else the people of the number.

    A twin with the same date of birth is covered by it: whoever knew it for one knows it for the other.
    """
    if quiet and (not meant or proof.patient in meant):
        return None
    persons = await known(turn, context) if meant or _may_name(turn) else []
    if not quiet:
        _note(meant, people.mentioned(persons, turn.text, context.now().date()))
    if not meant or proof.patient in meant:
        return None
    mine = next((person for person in persons if person.reference == proof.patient), None)
    others = [person for person in persons if person.reference in meant]
    if len(others) == 1 and mine is not None and mine.birth_date == others[0].birth_date:
        prove(turn, context, others[0], context.now(), silently=True, shared=True)
        return None
    turn.clear("proof", "date_of_birth")
    return persons


def _may_name(turn: Turn) -> bool:
    return any(word[:1].isalpha() for word in turn.text.split())


def _note(meant: list[str], found: people.Mentioned) -> None:
    if found.people:
        chosen = [person.reference for person in found.people]
        # "it is for Lily, Mei is fine": whoever is newly named is meant.
        meant[:] = [one for one in chosen if one not in meant] or chosen


def _born(turn: Turn, context: Context, asked: str | None) -> date | None:
    """Return the birth date that the message states, alone or with what was said of it before; keep an incomplete one."""
    stated = turn.get("date_of_birth")
    if asked == "first_name" and stated:
        return date.fromisoformat(stated)
    if stated:
        turn.set(born_text=stated)
        return date.fromisoformat(stated)
    if asked != "date_of_birth":
        return None
    today = context.now().date()
    found = birth_date.complete(turn.text, str(turn.get("born_text") or ""), today)
    if found is not None:
        turn.set(born_text=found.value.isoformat())
        return found.value
    if not turn.get("when") and birth_date.parts(turn.text) != birth_date.Parts():
        turn.set(born_text=f"{turn.get('born_text') or ''} {turn.text}".strip())
    return None


def _ask(turn: Turn) -> str:
    turn.say("utter_need_rest_of_date_of_birth" if turn.get("born_text") else "utter_need_date_of_birth")
    return "date_of_birth"


def _failed(turn: Turn, context: Context) -> str:
    tries = int(turn.get("identity_tries") or 0) + 1
    turn.clear("date_of_birth", "first_name")
    turn.set(identity_tries=tries)
    turn.record("audit", what="identity_failed", actor="caller", detail={"tries": tries})
    if tries >= context.clinic.policies.identity_tries:
        turn.clear("identity_tries", "born_text")
        turn.set(next_step="person", handoff_reason="identity")
        return ""
    turn.say("utter_date_of_birth_differs")
    return "date_of_birth"

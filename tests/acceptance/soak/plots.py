"""What the soak's patients want: plans of conversations, drawn from a seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance.soak.patients import Patient

DAYS = ("friday", "next thursday", "june 18", "wednesday morning", "next week", "monday afternoon", "thursday or friday", "june 24")
MOVES = (
    ("can't make my next visit, got something later that week?",),
    ("i need to reschedule",),
    ("can i move my appointment to {day}?",),
    ("hi, i need to move my visit to {day} please",),
    ("hey", "i have to move my visit", "anything {day}?"),
    ("can't come to my next visit", "could you do {day} instead?"),
)
CHECKS = (("when is my next appointment?",), ("what time is my next visit",), ("hi", "when do i come in next?"))
CONFIRMS = (("i confirm my appointment",), ("confirming my next visit",))
CONTESTED = "can i move my visit to {day}?"
RIVALS = 5


@dataclass(frozen=True)
class Plan:
    """One conversation: the first texts (more than one is a burst), which choice is taken, and whether the first yes is withheld."""

    kind: str
    opening: tuple[str, ...]
    choice: int = 1
    wavers: bool = False


def plots(patients: Sequence[Patient], count: int, dice: random.Random) -> list[tuple[Patient, Plan]]:
    """Return `count` conversations in the order in which they begin; rivals for the same openings stand side by side."""
    found: list[tuple[Patient, Plan]] = []
    rivals = defaultdict(list)
    for patient in patients:
        rivals[patient.therapist].append(patient)
    groups = [group for group in rivals.values() if len(group) >= 3]
    turn = 0
    while len(found) < count:
        if len(found) % 20 >= 15:
            day = dice.choice(DAYS)
            for patient in dice.sample(group := dice.choice(groups), min(RIVALS, len(group), count - len(found))):
                found.append((patient, Plan("contested", (CONTESTED.format(day=day),))))
            continue
        found.append((patients[turn % len(patients)], _plan(dice)))
        turn += 1
    return found


def _plan(dice: random.Random) -> Plan:
    drawn = dice.random()
    if drawn < 0.12:
        return Plan("check", dice.choice(CHECKS))
    if drawn < 0.20:
        return Plan("confirm", dice.choice(CONFIRMS))
    day = dice.choice(DAYS)
    opening = tuple(text.format(day=day) for text in dice.choice(MOVES))
    if drawn < 0.25:
        return Plan("leave", opening)
    return Plan("move", opening, choice=dice.choice((1, 1, 2, 3)), wavers=drawn > 0.93)

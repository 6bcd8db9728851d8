"""Who a message goes to: the line answers it, refers it to the patient's therapist, or hands it to the staff.

A rule of thumb by intent: what is in neither set below is answered by the line itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from bot.types import Awaiting

Route = Literal["answer", "refer", "staff"]

# Questions of judgement, and what the therapist must hear of.
REFERRED = frozenset({"ask_medical_advice", "report_pain", "report_exercise_difficulty"})

# The desk's business, people in distress, and whoever wants a person.
STAFFED = frozenset(
    {
        "talk_to_human",
        "report_red_flag",
        "express_self_harm",
        "file_complaint",
        "consider_stopping_care",
        "ask_billing_insurance",
        "request_telehealth",
    }
)

# Told in answer to the line's own question, pain is written down and compared.
_ASKED_FOR = {Awaiting.PAIN_SCORE: frozenset({"report_pain"})}


def route_of(intents: Collection[str], level: str, awaiting: Awaiting = Awaiting.NONE) -> Route:
    """Return the route of a message by its intents and the safety screen's level; the most careful one when it has several intents."""
    said = set(intents) - _ASKED_FOR.get(awaiting, frozenset())
    if level != "none" or said & STAFFED:
        return "staff"
    return "refer" if said & REFERRED else "answer"

"""Ice and heat: the clinic's approved text, the same for everybody; what goes beyond it is the therapist's."""

from __future__ import annotations

from actions.education import load_education
from actions.journeys import referral
from actions.step import Step
from actions.therapists import likely_patient


async def advance(step: Step) -> str | None:
    """Say the approved text, or pass the question on."""
    topics = load_education().about(step.journey.words)
    if not topics:
        await referral.refer(step, await likely_patient(step))
        return None
    for topic in topics:
        step.turn.say("utter_education", text=topic.text)
    return None

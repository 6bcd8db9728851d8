"""Questions of judgement: is it normal, may I skip it, what instead, which pill. The line gives no answer; the therapist gets the words."""

from __future__ import annotations

from actions import therapists
from actions.step import Step
from bot.nlu.judgement import asks_judgement


def judges(text: str) -> bool:
    """Does a message ask what only the therapist may decide?"""
    return asks_judgement(text)


async def advance(step: Step) -> str | None:
    """Give the question to the patient's own therapist and say so; nothing is asked, and nothing is disclosed."""
    await refer(step, await therapists.likely_patient(step))
    return None


async def refer(step: Step, patient: str | None, response: str = "utter_question_referred", **values: str) -> None:
    """Give the therapist a `question` with the patient's words, and say who has it."""
    therapist = await therapists.give(step, "question", patient, about=step.journey.intent)
    step.turn.say(response, therapist=therapists.name_of(therapist), **values)

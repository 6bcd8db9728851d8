"""Questions of judgement: is it normal, may I skip it, what instead, which pill. The line gives no answer; the therapist gets the words."""

from __future__ import annotations

import re

from actions import therapists
from actions.step import Step
from bot.nlu.exercises import find_exercises, known_names
from bot.nlu.judgement import asks_judgement

# A mention this good names an exercise.
NAMED = 0.5
_VISIT = re.compile(r"\b(?:visits?|appointments?|appts?|sessions?|therapy)\b", re.IGNORECASE)


def judges(text: str) -> bool:
    """Does a message ask what only the therapist may decide?"""
    return asks_judgement(text)


def skips_exercise(text: str) -> bool:
    """Does a message ask to leave out an exercise ("can i skip the rows this week"), not a visit?"""
    if not judges(text) or _VISIT.search(text):
        return False
    return any(each.score >= NAMED for each in find_exercises(text, list(known_names())))


async def advance(step: Step) -> str | None:
    """Give the question to the patient's own therapist and say so; nothing is asked, and nothing is disclosed."""
    await refer(step, await therapists.likely_patient(step))
    return None


async def refer(step: Step, patient: str | None, response: str = "utter_question_referred", **values: str) -> None:
    """Give the therapist a `question` with the patient's words, and say who has it."""
    therapist = await therapists.give(step, "question", patient, about=step.journey.intent)
    step.turn.say(response, therapist=therapists.name_of(therapist), **values)
